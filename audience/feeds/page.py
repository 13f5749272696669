# ruff: noqa: S608 - the statements are put together from constants
"""Feeds: the next page that a profile makes for a member.

Law 11: the score of every item is the exact sum of its terms, and each term names the clause that weighs
it. Law 7: candidates are what the viewer may see, decided inside the statement, so a page is never
filtered after the fact. Law 6: what is delivered is seated first; a post whose last seat goes to somebody
else meanwhile falls out and the next best comes in.

What was delivered was viewed, so the next page is simply the next unseen: there is no cursor.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience import gate
from audience.access import (
    FOLLOWED,
    NAMED,
    OWN_LIMITS,
    ROOM,
    SAME_GUILD,
    VISIBLE,
    Card,
    cards,
    standpoint,
)
from audience.document import limits_of
from audience.feeds import ranking
from audience.feeds.ranking import Scored, Term
from audience.feeds.rules import FEEDS, FeedRules, Profile
from audience.feeds.signals import Candidate, Setting
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import first_id_at

ROUNDS = 3
"""How often a page is filled up after claims that others won."""

_FACTS = f"""
SELECT post.id, post.author_id, own.slug, post.seats_max, gate.post_id IS NOT NULL AS gated,
       post.author_id IN {FOLLOWED} AS follows, {SAME_GUILD} AS same_guild, {NAMED} AS named
FROM {{posts}} AS post
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN {OWN_LIMITS}
WHERE {{which}}
"""

# The seen are a hashed set, so that whoever has read thousands of posts skips them as fast as anyone, and
# the depth is a limit of its own, so that thousands of full posts cost no more than it allows.
_UNSEEN = f"""(
  SELECT id, author_id, guild_id, seats_max, lock_any FROM post
  WHERE {VISIBLE}
    AND post.id >= :oldest
    AND post.author_id <> :me
    AND post.id NOT IN (SELECT post_id FROM seat WHERE member_id = :me AND post_id >= :oldest)
  ORDER BY post.id DESC
  LIMIT :depth
)"""

_WITH_SIGNALS = """
SELECT facts.*, coalesce(posts_7d, 0), coalesce(viewers_28d, 0), coalesce(answered_28d, 0)
FROM ({facts}) AS facts
LEFT JOIN author_signals ON author_signals.member_id = facts.author_id
"""

_CANDIDATES = text(
    _WITH_SIGNALS.format(
        facts=_FACTS.format(posts=_UNSEEN, which=f"{ROOM} ORDER BY post.id DESC LIMIT :pool")
    )
)
_ONE = text(_WITH_SIGNALS.format(facts=_FACTS.format(posts="post", which=f"{VISIBLE} AND post.id = :wanted")))


@dataclass(frozen=True, slots=True)
class Item:
    """A post on a page, and why it is there."""

    card: Card
    score: int
    """In billionths: exactly the sum of its terms' contributions."""
    terms: list[Term]


def profile_of(book: Book, name: str) -> Profile:
    """Return a profile by its name; raise NotFound where the policy has none of that name."""
    found = book.rules(FEEDS, FeedRules).profiles.get(name)
    if found is None:
        raise NotFound
    return found


def page(
    session: Session, viewer: Identity, book: Book, name: str, now: datetime, *, limit: int | None = None
) -> list[Item]:
    """Return the next page of a profile, the best first; ``limit`` can only make it shorter.

    Raise NotFound where there is no such profile.
    """
    profile = profile_of(book, name)
    size = profile.page if limit is None else min(limit, profile.page)
    weights = ranking.weights_of(profile)
    pool = candidates(session, viewer, book, profile, now)
    setting = Setting.of(book.rules(FEEDS, FeedRules).signals, profile, now)
    ranked = ranking.ranked(pool, setting, weights)
    shown = _seated(session, viewer, book, ranked, size, profile.per_author, f"feed:{name}", now)
    found = cards(session, viewer, [one.post.id for one in shown])
    return [Item(found[one.post.id], one.score, ranking.terms(one, weights, name)) for one in shown]


def candidates(
    session: Session, viewer: Identity, book: Book, profile: Profile, now: datetime
) -> list[Candidate]:
    """Return the newest posts that the viewer may be delivered and has not been, up to the profile's pool."""
    bound = {
        **standpoint(session, viewer, book),
        "oldest": first_id_at(now - profile.horizon),
        "depth": profile.depth,
        "pool": profile.pool,
    }
    return [Candidate._make(row) for row in session.connection().execute(_CANDIDATES, bound).all()]


def score_of(
    session: Session, viewer: Identity, book: Book, name: str, post_id: int, now: datetime
) -> tuple[int, list[Term]]:
    """Return how a profile would score one post for the viewer now, and the terms of that score.

    Raise NotFound where there is no such profile, or no such post that the viewer's keys open.
    """
    profile = profile_of(book, name)
    row = (
        session.connection()
        .execute(_ONE, {**standpoint(session, viewer, book), "wanted": post_id})
        .one_or_none()
    )
    if row is None:
        raise NotFound
    setting = Setting.of(book.rules(FEEDS, FeedRules).signals, profile, now)
    weights = ranking.weights_of(profile)
    (scored,) = ranking.ranked([Candidate._make(row)], setting, weights)
    return scored.score, ranking.terms(scored, weights, name)


def _seated(
    session: Session,
    viewer: Identity,
    book: Book,
    ranked: list[Scored],
    size: int,
    per_author: int,
    via: str,
    now: datetime,
) -> list[Scored]:
    """Return the page whose every post the viewer holds a seat at."""
    shown: list[Scored] = []
    for _ in range(ROUNDS):
        wanted = ranking.page(ranked, size - len(shown), per_author, shown)
        claims = [_claim(book, one.post) for one in wanted]
        admitted = gate.claim(session, viewer, claims, via=via, epoch=book.epoch, now=now)
        shown += [one for one in wanted if one.post.id in admitted]
        if len(admitted) == len(wanted):
            break
        tried = {one.post.id for one in wanted}
        ranked = [one for one in ranked if one.post.id not in tried]
    return sorted(shown, reverse=True)


def _claim(book: Book, post: Candidate) -> gate.Claim:
    limits = limits_of(book, post.own_limits, post.seats_max)
    return gate.Claim(post.id, limits.for_viewer(friend=post.friend), post.gated)
