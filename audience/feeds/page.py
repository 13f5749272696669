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
    MORE_ASKED,
    NAMED,
    OWN_LIMITS,
    READER,
    ROOM,
    SAME_GUILD,
    VISIBLE,
    Card,
    cards,
    standpoint,
)
from audience.feeds import ranking, slots
from audience.feeds.ranking import Scored, Term
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import FEEDS, Among, FeedRules, Profile, SlotName
from audience.feeds.signals import Candidate
from audience.feeds.slots import Form, Placed
from audience.limits import Asked, limits_of
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import first_id_at

ROUNDS = 3
"""How often a page is filled up after claims that others won."""

_FACTS = f"""
SELECT post.id, post.author_id, own.slug, post.seats_max, {MORE_ASKED} AS more_asked,
       gate.post_id IS NOT NULL AS gated, post.layers, coalesce(gate.reached, 0) AS reached,
       post.author_id IN {FOLLOWED} AS follows, {SAME_GUILD} AS same_guild, {NAMED} AS named
FROM {{posts}} AS post
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN {OWN_LIMITS}
WHERE {{which}}
"""

_AMONG: dict[Among, str] = {
    "everyone": "true",
    "followed": f"post.author_id IN {FOLLOWED}",
    "guilds": SAME_GUILD,
}
"""Whose posts a profile is made from, in SQL; see ``rules.Among``."""

# The seen are a hashed set, so that whoever has read thousands of posts skips them as fast as anyone, and
# the depth is a limit of its own, so that thousands of full posts cost no more than it allows.
_UNSEEN = f"""(
  SELECT id, author_id, guild_id, lock_any, lock_all, seats_max, per_minute, burst, all_wait, layers,
         features, norm
  FROM post
  WHERE {VISIBLE}
    AND {{among}}
    AND post.id >= :oldest
    AND post.author_id <> :me
    AND post.id NOT IN (SELECT post_id FROM seat WHERE member_id = :me AND post_id >= :oldest)
  ORDER BY post.id DESC
  LIMIT :depth
)"""

_WITH_SIGNALS = f"""
WITH {READER}
SELECT facts.*, coalesce(posts_7d, 0), coalesce(viewers_28d, 0), coalesce(answered_28d, 0),
       0 AS author_bridge, 0 AS finish, 0 AS bridge, 0 AS heat, CAST('{{{{}}}}' AS bigint[]) AS features,
       CAST(0 AS double precision) AS norm
FROM ({{facts}}) AS facts
LEFT JOIN author_signals ON author_signals.member_id = facts.author_id
"""

_CANDIDATES = {
    among: text(
        _WITH_SIGNALS.format(
            facts=_FACTS.format(
                posts=_UNSEEN.format(among=chosen), which=f"{ROOM} ORDER BY post.id DESC LIMIT :pool"
            )
        )
    )
    for among, chosen in _AMONG.items()
}
_ONE = text(_WITH_SIGNALS.format(facts=_FACTS.format(posts="post", which=f"{VISIBLE} AND post.id = :wanted")))


@dataclass(frozen=True, slots=True)
class Item:
    """A post on a page, and why it is there."""

    card: Card
    score: int
    """In billionths: exactly the sum of its terms' contributions."""
    terms: list[Term]
    slot: SlotName | None
    """The slot that brought it: without the places kept for such authors it would not be here."""


def recipe_of(book: Book, name: str) -> Recipe:
    """Return a profile of the policy as a recipe; raise NotFound where there is none of that name."""
    rules = book.rules(FEEDS, FeedRules)
    if name not in rules.profiles:
        raise NotFound
    return Recipe.of(rules, name)


def page(
    session: Session, viewer: Identity, book: Book, name: str, now: datetime, *, limit: int | None = None
) -> list[Item]:
    """Return the next page of a profile, the best first; ``limit`` can only make it shorter.

    Raise NotFound where there is no such profile.
    """
    recipe = recipe_of(book, name)
    weighings = recipe.weighings()
    pool = candidates(session, viewer, book, recipe.profile, now)
    ranked = ranking.ranked(pool, recipe.setting(now), weights_of(weighings))
    shown = _seated(session, viewer, book, ranked, recipe.form(limit), f"feed:{name}", now)
    found = cards(session, viewer, [one.scored.post_id for one in shown], now)
    return [Item(found[one.post_id], one.score, ranking.terms(one, weighings), slot) for one, slot in shown]


def candidates(
    session: Session, viewer: Identity, book: Book, profile: Profile, now: datetime
) -> list[Candidate]:
    """Return the newest posts that the viewer may be delivered and has not been, up to the profile's pool."""
    bound = {
        **standpoint(session, viewer, book, now),
        "oldest": first_id_at(now - profile.horizon),
        "depth": profile.depth,
        "pool": profile.pool,
    }
    rows = session.connection().execute(_CANDIDATES[profile.among], bound).all()
    return [Candidate._make(row) for row in rows]


def score_of(
    session: Session, viewer: Identity, book: Book, name: str, post_id: int, now: datetime
) -> tuple[int, list[Term]]:
    """Return how a profile would score one post for the viewer now, and the terms of that score.

    Raise NotFound where there is no such profile, or no such post that the viewer's keys open.
    """
    recipe = recipe_of(book, name)
    weighings = recipe.weighings()
    row = (
        session.connection()
        .execute(_ONE, {**standpoint(session, viewer, book, now), "wanted": post_id})
        .one_or_none()
    )
    if row is None:
        raise NotFound
    (scored,) = ranking.ranked([Candidate._make(row)], recipe.setting(now), weights_of(weighings))
    return scored.score, ranking.terms(scored, weighings)


def _seated(
    session: Session,
    viewer: Identity,
    book: Book,
    ranked: list[Scored],
    form: Form,
    via: str,
    now: datetime,
) -> list[Placed]:
    """Return the page whose every post the viewer holds a seat at."""
    shown: list[Placed] = []
    for _ in range(ROUNDS):
        wanted = slots.page(ranked, form, [one.scored for one in shown])
        claims = [_claim(book, one.scored.post) for one in wanted]
        admitted = gate.claim(session, viewer, claims, via=via, epoch=book.epoch, now=now)
        shown += [one for one in wanted if one.scored.post_id in admitted]
        if len(admitted) == len(wanted):
            break
        tried = {one.scored.post_id for one in wanted}
        ranked = [one for one in ranked if one.post_id not in tried]
    return sorted(shown, reverse=True)


def _claim(book: Book, post: Candidate) -> gate.Claim:
    limits = limits_of(book, post.own_limits, Asked.of(post.seats_max, post.more_asked))
    return gate.Claim(post.id, limits.for_viewer(friend=post.friend), post.gated, post.layers, post.reached)
