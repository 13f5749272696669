"""Who is entitled to what in open rooms: to listen whoever is present, to speak whoever has the floor.

Law 7: the post is asked of each of them (``access.visible_to_each``), so whoever may not read it any more is
entitled to nothing from then on, whether or not they have given a sign of life since. Law 14: all of it is a
function of facts and time, whether or not a job has written any of it down.
"""

from datetime import datetime
from typing import Literal, NamedTuple, cast

from sqlalchemy import text
from sqlmodel import Session

from audience.access import visible_to_each
from audience.limits import rules_of
from audience.rooms.room_state import seen_since
from audience.rooms.silence import silenced
from coop import suspended
from coop.book import Book

Kind = Literal["speak", "listen"]

_ENTITLED = text(f"""
SELECT room.post_id, seat.member_id, kind
FROM room
JOIN post ON post.id = room.post_id
JOIN room_seat AS seat ON seat.room_id = room.post_id
CROSS JOIN LATERAL (
  SELECT 'listen' AS kind
  UNION ALL
  SELECT 'speak' FROM room_turn AS turn
  WHERE turn.room_id = room.post_id AND turn.member_id = seat.member_id AND turn.ended_at IS NULL
    AND NOT {silenced("seat.member_id")}
) AS entitled
CROSS JOIN LATERAL reader_keys(seat.member_id, :now) AS reader
WHERE room.opened_at IS NOT NULL AND room.ended_at IS NULL
  AND room.opened_at + make_interval(mins => room.minutes) > :now
  AND seat.left_at IS NULL AND seat.removed_at IS NULL AND seat.seen_at > :since
  AND {visible_to_each("seat.member_id")}
""")  # noqa: S608 - put together from constants


class Entitled(NamedTuple):
    """That a member may speak, or listen, in a room now."""

    room_id: int
    member_id: int
    kind: Kind


def entitled(session: Session, book: Book, now: datetime) -> set[Entitled]:
    """Return who may do what in all rooms that are open."""
    bound = {
        "now": now,
        "since": seen_since(rules_of(book, None).rooms, now),
        "withheld": suspended.withheld(book, "answer"),
    }
    rows = session.connection().execute(_ENTITLED, bound)
    return {Entitled(row.post_id, row.member_id, cast(Kind, row.kind)) for row in rows}
