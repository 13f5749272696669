# ruff: noqa: S608 - the statements are put together from constants
"""Rooms that lie ahead or are open, of a guild or of all, soonest first, as far as a reader may come.

Law 7: a page is cut by what the reader may see, inside the statement, so neither its length nor its cursor
tells of a hidden room. Law 6: with each room its post is delivered, so it takes a seat of it as any other
view does; where the last one goes to somebody else meanwhile, the next room comes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import TextClause, select
from sqlmodel import Session, col

from audience import gate
from audience.access import CAPPED, FRIEND, MORE_ASKED, READER, ROOM, TIES, VISIBLE
from audience.cards import Card, cards
from audience.feature_clauses import RoomRules
from audience.limits import Asked, limits_of, rules_of
from audience.newest import ADMITTED
from audience.rooms.room_state import State, ends_at, state
from audience.rooms.scene import VIA
from audience.rooms.scheduling import AHEAD
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import shortened
from coop.errors import NotFound
from coop.feature_budgets import EPOCH
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild

Position = tuple[int, int]
"""Where a room stands in the order: when it is to begin, in microseconds since 1970 (UTC), and its id."""
FIRST: Position = (0, 0)
LATEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
"""No room begins later than any moment that can be told."""
_MICROSECOND = timedelta(microseconds=1)


def _statement(which: str) -> TextClause:
    return shortened(f"""
WITH {READER}
SELECT room.post_id, room.starts_at, room.minutes, room.opened_at, room.ended_at, room.cancelled_at,
       room.seats AS places, room.video, own.slug AS own_limits, post.seats_max, {MORE_ASKED} AS more_asked,
       gate.post_id IS NOT NULL AS gated, post.layers, coalesce(gate.reached, 0) AS reached,
       {FRIEND} AS friend, {ADMITTED} AS admitted
FROM room
JOIN post ON post.id = room.post_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE {which} AND {AHEAD} AND (room.starts_at, room.post_id) > (:after, :after_id)
  AND {VISIBLE} AND ({ADMITTED} OR {ROOM})
ORDER BY room.starts_at, room.post_id
LIMIT :limit
""")


_OF_ALL = _statement("true")
_OF_GUILD = _statement("room.guild_id = :guild")


class _Found(NamedTuple):
    """A room that was found, and what the seat of its post depends on."""

    post_id: int
    starts_at: datetime
    minutes: int
    opened_at: datetime | None
    ended_at: datetime | None
    cancelled_at: datetime | None
    places: int
    video: bool
    own_limits: str | None
    seats_max: int | None
    more_asked: list[int | None] | None
    gated: bool
    layers: int
    reached: int
    friend: bool
    admitted: bool

    @property
    def position(self) -> Position:
        """Where it stands in the order."""
        return (self.starts_at - EPOCH) // _MICROSECOND, self.post_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A room on a page, with its post."""

    card: Card
    starts_at: datetime
    minutes: int
    seats: int
    """How many may be present at once."""
    video: bool
    state: State
    opened_at: datetime | None
    ends_at: datetime | None
    """When it ends, once it is open."""


def page(
    session: Session,
    reader: Identity,
    book: Book,
    now: datetime,
    *,
    slug: str | None = None,
    after: Position = FIRST,
    limit: int,
) -> tuple[list[Entry], Position | None]:
    """Return up to ``limit`` rooms of a guild, or of all, and after which the next page begins.

    Raise NotFound where there is no guild of that slug.
    """
    statement, which = (_OF_ALL, {}) if slug is None else (_OF_GUILD, {"guild": _guild(session, slug)})
    late = rules_of(book, None).rooms.late
    bound = {**standpoint(session, reader, book, now), **which, "late": late}
    shown: list[_Found] = []
    while True:
        room = limit - len(shown)
        # One more than there is room for tells whether there is a next page.
        at = {"after": EPOCH + min(after[0], LATEST) * _MICROSECOND, "after_id": after[1], "limit": room + 1}
        rows = session.connection().execute(statement, {**bound, **at}).all()
        wanted = [_Found(*row) for row in rows[:room]]
        held = _held(session, reader, book, wanted, now)
        shown += [one for one in wanted if one.admitted or one.post_id in held]
        more = len(rows) > room
        if len(shown) == limit or not more:
            break
        after = wanted[-1].position
    if not shown:
        return [], None
    found = cards(session, reader, book, [one.post_id for one in shown], now)
    entries = [_entry(book, one, found[one.post_id], now) for one in shown]
    return entries, shown[-1].position if more else None


def _guild(session: Session, slug: str) -> int:
    found = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == normal(slug)))
    if found is None:
        raise NotFound
    return found


def _held(
    session: Session, reader: Identity, book: Book, wanted: Sequence[_Found], now: datetime
) -> set[int]:
    """Seat the reader at the posts of those rooms at which they are not yet; return their ids."""
    claims = []
    for one in wanted:
        if not one.admitted:
            asked = Asked.of(one.seats_max, one.more_asked)
            limits = limits_of(book, one.own_limits, asked).for_viewer(friend=one.friend)
            claims.append(gate.Claim(one.post_id, limits, one.gated, one.layers, one.reached))
    return gate.claim(session, reader, claims, via=VIA, epoch=book.epoch, now=now)


def _entry(book: Book, one: _Found, card: Card, now: datetime) -> Entry:
    rules: RoomRules = rules_of(book, card.guild).rooms
    return Entry(
        card=card,
        starts_at=one.starts_at,
        minutes=one.minutes,
        seats=min(one.places, rules.seats),
        video=one.video,
        state=state(one, rules, now),
        opened_at=one.opened_at,
        ends_at=ends_at(one),
    )
