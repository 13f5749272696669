"""Presence: who is in a room that is open, whose hand is up and who has the floor.

Whether the reader may know is asked before (``scene.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from audience.access import BLOCKED
from audience.rooms.silence import silenced
from coop import suspended
from coop.book import Book
from coop.identity import Identity

_PEOPLE = text(f"""
SELECT seat.member_id, member.handle, member.display_name, seat.entered_at, hand.raised_at,
       turn.id AS turn_id, turn.began_at, turn.ends_at,
       EXISTS (SELECT FROM room_turn AS earlier WHERE earlier.room_id = seat.room_id
               AND earlier.member_id = seat.member_id AND earlier.ended_at IS NOT NULL) AS heard,
       {silenced("seat.member_id")} AS silenced,
       seat.member_id IN {BLOCKED} AS blocked
FROM room_seat AS seat
JOIN member ON member.id = seat.member_id
LEFT JOIN room_hand AS hand ON hand.room_id = seat.room_id AND hand.member_id = seat.member_id
LEFT JOIN room_turn AS turn
  ON turn.room_id = seat.room_id AND turn.member_id = seat.member_id AND turn.ended_at IS NULL
WHERE seat.room_id = :room AND seat.left_at IS NULL AND seat.removed_at IS NULL AND seat.seen_at > :since
ORDER BY seat.entered_at, seat.member_id
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is present."""

    member_id: int
    handle: str
    display_name: str
    raised_at: datetime | None
    """When they raised the hand that is up."""
    turn_id: int | None
    """Their turn, where they have the floor."""
    began_at: datetime | None
    """Since when they have it."""
    ends_at: datetime | None
    """From when on it may be somebody else's; None for the host."""
    heard: bool
    """Whether they have had the floor before."""
    blocked: bool
    """Whether the reader blocks them, or they the reader."""


def people(
    session: Session, reader: Identity, book: Book, room_id: int, since: datetime, now: datetime
) -> tuple[Person, ...]:
    """Return who gave a sign of life after ``since``, as a reader finds them, who came first first.

    Whoever is silenced waits for nothing and has no floor.
    """
    bound = {
        "room": room_id,
        "me": reader.member_id,
        "since": since,
        "now": now,
        "withheld": suspended.withheld(book, "answer"),
    }
    rows: Sequence[Row[Any]] = session.connection().execute(_PEOPLE, bound).all()
    return tuple(
        Person(
            member_id=row.member_id,
            handle=row.handle,
            display_name=row.display_name,
            raised_at=None if row.silenced else row.raised_at,
            turn_id=None if row.silenced else row.turn_id,
            began_at=None if row.silenced else row.began_at,
            ends_at=None if row.silenced else row.ends_at,
            heard=row.heard,
            blocked=row.blocked,
        )
        for row in rows
    )
