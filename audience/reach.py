# ruff: noqa: S608 - the statements are put together from constants
"""Reach: how far a post of one's own went, through which feeds, and what held it.

For its author alone. Law 7: it speaks of numbers of people and never of a person; a number smaller than the
clause says is not told, nor one from which it could be worked out. Law 11: what a feed makes of the post is
told as the same exact terms, for a reader of whom nothing is known.

How many members could open it is counted out by the very function that lets them in, over all members or,
where there are many, over a sample of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Row, text
from sqlmodel import Session

from audience import why
from audience.access import Access, access_post
from audience.feeds import page as feeds
from audience.feeds import ranking
from audience.feeds.candidates import candidate
from audience.feeds.ranking import Term
from audience.feeds.reader import NOTHING_KNOWN
from audience.feeds.recipe import weights_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.rules import AUDIENCE, AudienceRules
from audience.standing import layered
from audience.why import Limit
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import moment_of
from coop.receipts import Citation

SAMPLE = 1000
"""Of more members than this, so many are asked whether they could open it."""
FEED = "feed:"
"""How ``seat.via`` begins for what a feed delivered."""

_OPENED = """
SELECT count(*) AS asked, count(*) FILTER (WHERE
  lock_opens(post.lock_any, post.lock_all, post.lock_none, post.lock_groups, post.lock_follow,
             held.keys, person.id, post.author_id, :now)
  AND stages_open(post.id, 'read', held.keys, person.id, post.author_id, :now)
  AND NOT EXISTS (
    SELECT FROM relation WHERE kind = 'block' AND (member_id, other_id) IN
      ((person.id, post.author_id), (post.author_id, person.id)))
) AS opened
FROM {people} AS person CROSS JOIN post CROSS JOIN reader_keys(person.id, :now) AS held
WHERE post.id = :post AND person.id <> post.author_id
"""

_MEMBERS = "SELECT count(*) FROM member WHERE left_at IS NULL"

# The same members for the same post, so that asking again tells nothing more.
_SOME = f"""(
  SELECT id FROM member WHERE left_at IS NULL ORDER BY hashint8extended(id, :post) LIMIT {SAMPLE}
)"""

_READERS = f"""(
  SELECT DISTINCT member_id AS id FROM seat
  WHERE at >= :since AND via = :via AND member_id <> :author
  ORDER BY 1 LIMIT {SAMPLE}
)"""

_ELIGIBLE = text(_OPENED.format(people=_SOME))
_CANDIDATES = text(_OPENED.format(people=_READERS))

_SEATS = text("""
SELECT via, count(*) AS seats, count(*) FILTER (WHERE watched_ms >= post.length_ms) AS finished
FROM seat JOIN post ON post.id = seat.post_id WHERE post_id = :post GROUP BY via
""")

_REPLIED = text("""
SELECT count(DISTINCT reply.author_id) FROM reply JOIN post ON post.id = post_id
WHERE post_id = :post AND reply.deleted_at IS NULL AND reply.state = 'shown'
  AND reply.author_id <> post.author_id
""")

_FULL = text("SELECT at FROM seat WHERE post_id = :post ORDER BY at, member_id OFFSET :before LIMIT 1")


class Estimate(NamedTuple):
    """A number of members."""

    number: int | None
    """None where it is too small to be told."""
    about: bool
    """Whether it was worked out from a sample."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which it was delivered: a feed, a page, or its own address."""

    via: str
    readers: Estimate | None
    """Of a feed: members who opened it since the post was made, and whose keys open the post."""
    served: int | None
    """Members to whom it was delivered this way; None where it is too small a number to be told."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a voted feed makes of it for a reader of whom nothing is known."""

    profile: str
    score: int
    """In billionths."""
    terms: list[Term]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a post went."""

    eligible: Estimate
    """Members whose keys open it now."""
    ways: list[Way]
    seated: int | None
    """Members to whom it was delivered, all ways together."""
    finished: int | None
    """Of these, who watched or read it to the end."""
    replied: int | None
    full_at: datetime | None
    """When its last seat was taken, where its seats are all taken."""
    limits: list[Limit]
    weighed: list[Weighed]


def report(session: Session, author: Identity, book: Book, post_id: int, now: datetime) -> Reach:
    """Return how far a post of one's own went; raise NotFound for any other."""
    post = access_post(session, author, book, post_id, now)
    if post.author_id != author.member_id:
        raise NotFound
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    rows = session.connection().execute(_SEATS, {"post": post_id}).all()
    seats = sum(row.seats for row in rows)
    replied = session.scalar(_REPLIED, {"post": post_id}) or 0
    full = _full_at(session, post, seats)
    told = _told({row.via: row.seats for row in rows}, seats, least)
    since = {"since": moment_of(post_id), "author": author.member_id}
    return Reach(
        eligible=_eligible(session, post_id, least, now),
        ways=[_way(session, row, told[row.via], post_id, least, since, now) for row in sorted(rows)],
        seated=_least(seats, least),
        finished=_least(sum(row.finished for row in rows), least),
        replied=_least(replied, least),
        full_at=full,
        limits=why.limits(book, post, layered(session, post_id, now)),
        weighed=_weighed(session, author, book, post_id, now),
    )


def _least(number: int, least: int) -> int | None:
    """Return a number of people as it may be told: nobody, or enough of them."""
    return None if 0 < number < least else number


def _told(cells: Mapping[str, int], total: int, least: int) -> dict[str, int | None]:
    """Return the parts of a total as they may be told.

    Where one part is hidden and the total is told, the smallest of the others is hidden too, for the one
    could be worked out from the rest (complementary suppression).
    """
    told = {name: _least(number, least) for name, number in cells.items()}
    hidden = [name for name, number in told.items() if number is None]
    others = sorted((number, name) for name, number in told.items() if number)
    if len(hidden) == 1 and _least(total, least) is not None and others:
        told[others[0][1]] = None
    return told


def _eligible(session: Session, post_id: int, least: int, now: datetime) -> Estimate:
    """Return how many members could open it, its author not counted."""
    members = session.scalar(text(_MEMBERS)) or 0
    row = session.connection().execute(_ELIGIBLE, {"post": post_id, "now": now}).one()
    return _scaled(row, members - 1, least)


def _scaled(row: Row[tuple[int, int]], whole: int, least: int) -> Estimate:
    about = whole > row.asked
    number = round(row.opened * whole / row.asked) if about and row.asked else row.opened
    return Estimate(_least(number, least), about)


def _way(
    session: Session,
    row: Row[tuple[str, int, int]],
    served: int | None,
    post_id: int,
    least: int,
    since: Mapping[str, object],
    now: datetime,
) -> Way:
    if not row.via.startswith(FEED):
        return Way(row.via, None, served)
    bound = {**since, "via": row.via, "post": post_id, "now": now}
    found = session.connection().execute(_CANDIDATES, bound).one()
    more = found.asked >= SAMPLE
    return Way(row.via, Estimate(_least(found.opened, least), more), served)


def _full_at(session: Session, post: Access, seats: int) -> datetime | None:
    cap = post.limits.seats
    if cap is None or seats < cap:
        return None
    found: datetime | None = session.scalar(_FULL, {"post": post.post_id, "before": cap - 1})
    return found


def _weighed(session: Session, author: Identity, book: Book, post_id: int, now: datetime) -> list[Weighed]:
    """Return what every voted profile makes of it for a stranger."""
    made = candidate(session, author, book, post_id, now)._replace(
        follows=False, same_guild=False, named=False
    )
    found = []
    for name in book.rules(FEEDS, FeedRules).profiles:
        recipe = feeds.recipe_of(book, name)
        weighings = recipe.weighings()
        setting = recipe.setting(now, NOTHING_KNOWN)
        (scored,) = ranking.ranked([made], setting, weights_of(weighings))
        found.append(Weighed(name, scored.score, ranking.terms(scored, weighings)))
    return found


def least_told(book: Book) -> Citation:
    """Return the receipt of the clause by which smaller numbers of people are not told."""
    return book.cite(AUDIENCE, "/reach/least_told")
