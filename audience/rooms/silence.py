"""Silence: whoever no longer waits to speak, or no longer speaks, in a room that is held.

Whom a jury has paused, and from whom a vote withholds to answer, is silent for as long (:func:`silenced`):
they have no hand up and no floor, and keep nobody else from it.
"""

from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import Session, col

from audience.rooms.tables import RoomHand, RoomTurn


def silenced(member: str) -> str:
    """Return the condition that a member, by the expression for their id, may say nothing ``:now``.

    The statement binds ``:withheld`` to whether a suspension withholds to answer.
    """
    return f"""(
      EXISTS (SELECT FROM jury_pause WHERE jury_pause.member_id = {member} AND until > :now)
      OR :withheld AND EXISTS (
        SELECT FROM suspension WHERE suspension.member_id = {member} AND until > :now))"""  # noqa: S608


def silence(session: Session, room_id: int, member_id: int, now: datetime) -> None:
    """Lower a member's hand and end their turn; where they have neither nothing changes."""
    lower(session, room_id, member_id)
    end_turn(session, room_id, member_id, now)


def lower(session: Session, room_id: int, member_id: int) -> None:
    """Lower a member's hand."""
    session.execute(
        delete(RoomHand).where(col(RoomHand.room_id) == room_id, col(RoomHand.member_id) == member_id)
    )


def end_turn(session: Session, room_id: int, member_id: int, now: datetime) -> None:
    """End the turn of a member who has the floor."""
    running = (
        col(RoomTurn.room_id) == room_id,
        col(RoomTurn.member_id) == member_id,
        col(RoomTurn.ended_at).is_(None),
    )
    over = func.greatest(col(RoomTurn.began_at), now)
    session.execute(update(RoomTurn).where(*running).values(ended_at=over))
