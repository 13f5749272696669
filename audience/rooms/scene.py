"""The scene of a room: all that is known of it and of who is there, for one reader of its post.

Law 7: whoever may not read the post is told what one is told who asks for an unknown id, whatever they would
do; so is whoever asks for a post that is no room. Nobody gets at a room but through here, and every time the
post is asked first (``access_post``): when it is deleted, held or narrowed, or they leave its guild, that
holds for the room at once.

Whoever is about to change anything holds the room. Then what time has done is written down: who was away for
too long gives up their seat, and with it their hand and the floor. The one thing that is done without holding
it is a sign of life (``seats.py``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlmodel import Session, col

from audience.access import Access, access_post
from audience.cases.tables import JuryPause
from audience.feature_clauses import RoomRules
from audience.rooms import at_once, presence
from audience.rooms.allowed import Standing, room_rules
from audience.rooms.presence import Person
from audience.rooms.queue import Floor, Hand, Turn, floor, in_order
from audience.rooms.room_state import State, ends_at, seen_since, state, window
from audience.rooms.silence import silenced
from audience.rooms.tables import Room, RoomReminder, RoomSeat
from coop import suspended
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.tables import Guild, Member

VIA = "room"
"""Where a seat of the post is taken by whoever asks for its room first."""

_HOLD = select(col(Room.post_id)).with_for_update(key_share=True)

_SETTLE = text(f"""
WITH away AS (
  UPDATE room_seat SET left_at = greatest(entered_at, seen_at + make_interval(secs => :away_s))
  WHERE room_id = :room AND left_at IS NULL AND removed_at IS NULL AND seen_at <= :since
  RETURNING member_id, left_at AS at
), silent AS (
  SELECT member_id, at FROM away
  UNION ALL
  SELECT member_id, CAST(:now AS timestamptz) FROM room_seat
  WHERE room_id = :room AND left_at IS NULL AND {silenced("room_seat.member_id")}
), ended AS (
  UPDATE room_turn SET ended_at = greatest(began_at, at) FROM silent
  WHERE room_id = :room AND room_turn.member_id = silent.member_id AND ended_at IS NULL
)
DELETE FROM room_hand USING silent WHERE room_id = :room AND room_hand.member_id = silent.member_id
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Scene:
    """A room as it stands, for one reader."""

    room: Room
    post: Access
    guild: str
    """Slug of the guild that holds it."""
    host: str
    host_name: str
    """Handle of its host, and the name that they show."""
    rules: RoomRules
    """The clauses that bind it."""
    state: State
    ends_at: datetime | None
    """When it ends or ended; None where it was not opened."""
    people: tuple[Person, ...]
    """Who is present, who came first first; nobody in a room that is not open."""
    queue: tuple[Hand, ...]
    """Who waits to speak, whoever is next first."""
    floor: Floor
    reminded: bool
    """Whether the reader is to be told when it opens."""
    standing: Standing
    """How the reader stands to it."""

    @property
    def speakers(self) -> tuple[Person, ...]:
        """Who has the floor."""
        return tuple(one for one in self.people if one.turn_id is not None)

    def person(self, member_id: int) -> Person | None:
        """Return somebody who is present; None for anybody else."""
        return next((one for one in self.people if one.member_id == member_id), None)


def look(session: Session, reader: Identity, book: Book, room_id: int, now: datetime) -> Scene:
    """Return a room as a reader of its post finds it; raise NotFound to anybody else."""
    post = access_post(session, reader, book, room_id, now, via=VIA)
    return _scene(session, reader, book, post, now)


def hold(session: Session, reader: Identity, book: Book, room_id: int, now: datetime) -> Scene:
    """Return the same and hold the room to the end of the transaction: nobody else changes it meanwhile.

    Who was away for too long has left it, and whom a jury paused or a vote suspended is silent.
    """
    post = access_post(session, reader, book, room_id, now, via=VIA)
    session.execute(_HOLD.where(col(Room.post_id) == room_id))
    since = settle(session, book, post, room_id, now)
    return _scene(session, reader, book, post, now, since)


def settle(session: Session, book: Book, post: Access, room_id: int, now: datetime) -> datetime:
    """Write down what time has done to those in a room that is held.

    Return after which moment the last sign of life of those lies who are left.
    """
    rules = room_rules(book, post.guild)
    since = seen_since(rules, now)
    bound = {
        "room": room_id,
        "since": since,
        "now": now,
        "away_s": rules.away_s,
        "withheld": suspended.withheld(book, "answer"),
    }
    session.connection().execute(_SETTLE, bound)
    return since


def _scene(
    session: Session,
    reader: Identity,
    book: Book,
    post: Access,
    now: datetime,
    since: datetime | None = None,
) -> Scene:
    row = _row(session, reader, post.post_id, now)
    room: Room = row.Room
    rules = room_rules(book, row.slug)
    stands = state(room, rules, now)
    since = seen_since(rules, now) if since is None else since
    people = presence.people(session, reader, book, room.post_id, since, now) if stands == "open" else ()
    waiting = in_order(
        [
            Hand(one.member_id, one.raised_at, one.heard)
            for one in people
            if one.raised_at is not None and one.turn_id is None
        ],
        rules.queue,
    )
    turns = [
        Turn(one.turn_id, one.member_id, one.ends_at)
        for one in people
        if one.turn_id is not None and one.ends_at is not None
    ]
    found = floor(turns, rules.speakers, now)
    here = {one.member_id for one in people}
    speaking = {one.member_id for one in people if one.turn_id is not None}
    host, steward = reader.member_id == room.host_id, room.guild_id in reader.steward_of
    asked = (host or steward) and stands in ("scheduled", "open")
    standing = Standing(
        book=book,
        guild=row.slug,
        now=now,
        state=stands,
        window=window(room, rules),
        me=reader.member_id,
        host=host,
        steward=steward,
        belongs=room.guild_id in reader.guilds,
        kept_out=post.kept_out,
        paused_until=row.paused_until,
        suspended_until=suspended.until(reader, book, "answer", now),
        removed_why=row.removed_why,
        others=at_once.others(session, room, now) if asked else None,
        present=reader.member_id in here,
        host_present=room.host_id in here,
        taken=len(here),
        cap=min(room.seats, rules.seats),
        away_s=rules.away_s,
        speaking=reader.member_id in speaking,
        queue=tuple(waiting),
        floor=found,
    )
    return Scene(
        room=room,
        post=post,
        guild=row.slug,
        host=row.handle,
        host_name=row.display_name,
        rules=rules,
        state=stands,
        ends_at=ends_at(room),
        people=people,
        queue=tuple(waiting),
        floor=found,
        reminded=row.reminded,
        standing=standing,
    )


def _row(session: Session, reader: Identity, room_id: int, now: datetime) -> Row[Any]:
    """Return a room, who hosts it, and what is kept of the reader there; raise NotFound where it is none."""
    paused = (
        select(func.max(col(JuryPause.until)))
        .where(col(JuryPause.member_id) == reader.member_id, col(JuryPause.until) > now)
        .scalar_subquery()
    )
    asked = (
        select(col(RoomReminder.member_id))
        .where(col(RoomReminder.room_id) == room_id, col(RoomReminder.member_id) == reader.member_id)
        .exists()
    )
    mine = (
        select(col(RoomSeat.removed_why))
        .where(col(RoomSeat.room_id) == room_id, col(RoomSeat.member_id) == reader.member_id)
        .scalar_subquery()
    )
    wanted = (
        select(
            Room,
            col(Guild.slug),
            col(Member.handle),
            col(Member.display_name),
            paused.label("paused_until"),
            mine.label("removed_why"),
            asked.label("reminded"),
        )
        .join(Guild, col(Guild.id) == col(Room.guild_id))
        .join(Member, col(Member.id) == col(Room.host_id))
        .where(col(Room.post_id) == room_id)
        .execution_options(populate_existing=True)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found
