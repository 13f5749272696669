"""Closing rooms that are over: seats, hands and turns end with them, and minutes not used are given back.

Law 14: when a room ends follows from facts alone: its host ended it, its minutes ran out, or its post was
taken back. The job writes that moment down, and what follows from it, so a late or doubled run changes no
outcome: whoever looked before it came was told the same.
"""

from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select, text
from sqlmodel import Session, col

from audience.feature_clauses import RoomRules
from audience.limits import rules_of
from audience.rooms.room_state import MINUTE, unused
from audience.rooms.tables import Room, RoomClaim, RoomHand
from audience.tables import Post
from coop import feature_budgets
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.features import LIVE_ROOMS
from coop.policies import Books
from coop.tables import Guild

_RUNS_OUT = col(Room.opened_at) + func.make_interval(0, 0, 0, 0, 0, col(Room.minutes))

_LEAVE = text("""
WITH gone AS (
  UPDATE room_seat SET left_at = greatest(
    entered_at, least(seen_at + make_interval(secs => :away_s), CAST(:over AS timestamptz)))
  WHERE room_id = :room AND left_at IS NULL
  RETURNING member_id, left_at
)
UPDATE room_turn SET ended_at = greatest(began_at, left_at) FROM gone
WHERE room_id = :room AND room_turn.member_id = gone.member_id AND ended_at IS NULL
""")


def finish(session: Session, room: Room, rules: RoomRules, over: datetime) -> None:
    """End a room that is held and was open until ``over``; the caller knows that it has not ended before."""
    left = unused(room, over)
    room.ended_at = over
    session.flush()
    session.connection().execute(_LEAVE, {"room": room.post_id, "away_s": rules.away_s, "over": over})
    session.execute(delete(RoomHand).where(col(RoomHand.room_id) == room.post_id))
    claims = select(RoomClaim).where(col(RoomClaim.room_id) == room.post_id)
    # One for each period that it claimed in, which are two where it was extended as one ended.
    for claim in session.scalars(claims.order_by(col(RoomClaim.since).desc())).all():
        part = min(left, claim.minutes)
        if part:
            feature_budgets.give_back(session, room.guild_id, LIVE_ROOMS, part, claim.since)
        left -= part


def close_due(database: Database, books: Books, clock: Clock) -> int:
    """Close the rooms that are over and not written down as ended; return how many. Each is a transaction."""
    with database.begin() as session:
        due = session.scalars(_due(clock.now(session)).order_by(col(Room.post_id))).all()
    return one_by_one(database, "close rooms", due, lambda session, one: _close(session, books, clock, one))


def _due(now: datetime) -> Select[int]:
    over = or_(now >= _RUNS_OUT, col(Post.deleted_at).is_not(None))
    return (
        select(col(Room.post_id))
        .join(Post, col(Post.id) == col(Room.post_id))
        .where(col(Room.opened_at).is_not(None), col(Room.ended_at).is_(None), over)
    )


def _close(session: Session, books: Books, clock: Clock, room_id: int) -> bool:
    """Close one of them, unless another worker does or its host extended it meanwhile."""
    book, now = books.current(session), clock.now(session)
    held = session.scalar(
        select(Room)
        .where(col(Room.post_id) == room_id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if held is None:
        return False
    due = _due(now).where(col(Room.post_id) == room_id).add_columns(col(Post.deleted_at), col(Guild.slug))
    found = session.execute(due.join(Guild, col(Guild.id) == col(Room.guild_id))).one_or_none()
    if found is None or held.opened_at is None:
        return False
    ends = held.opened_at + held.minutes * MINUTE
    over = ends if found.deleted_at is None else min(ends, max(found.deleted_at, held.opened_at))
    finish(session, held, rules_of(book, found.slug).rooms, over)
    return True
