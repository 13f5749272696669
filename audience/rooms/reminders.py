"""Reminders: whoever asked to be told when a room opens is told, as far as they may read its post by then.

Law 7: who may not any more is told nothing, and who still may learns nothing of the post from the notice.
"""

from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.access import visible_to_each
from audience.rooms import scene
from audience.rooms.room_state import ends_at
from audience.rooms.tables import Room, RoomReminder
from coop import notices
from coop.book import Book
from coop.errors import Conflict
from coop.identity import Identity
from coop.notices import Tidings
from coop.tables import Member

OPENED, CANCELLED = "opened", "cancelled"
"""Moments of the notices."""

# Whoever asked held a seat of the post or was its author, so that its gate refuses none of them.
_WHO = text(f"""
SELECT asked.member_id
FROM room_reminder AS asked
JOIN post ON post.id = asked.room_id
CROSS JOIN LATERAL reader_keys(asked.member_id, :now) AS reader
WHERE asked.room_id = :room AND {visible_to_each("asked.member_id")}
""")  # noqa: S608 - put together from constants


def ask(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Ask to be told when a room opens; asking twice changes nothing.

    Raise NotFound where they may not read the post, and Conflict where it is not ahead any more.
    """
    found = scene.look(session, member, book, room_id, now)
    if found.state != "scheduled":
        raise Conflict("This room is not ahead any more.")
    row = insert(RoomReminder).values(room_id=room_id, member_id=member.member_id, asked_at=now)
    session.execute(row.on_conflict_do_nothing())


def forget(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """No longer ask for it; where one does not nothing changes. Raise NotFound as :func:`ask` does."""
    scene.look(session, member, book, room_id, now)
    mine = (col(RoomReminder.room_id) == room_id, col(RoomReminder.member_id) == member.member_id)
    session.execute(delete(RoomReminder).where(*mine))


def tell_opened(session: Session, book: Book, room: Room, now: datetime) -> None:
    """Tell those who asked that a room has opened, and until when they can come."""
    _tell(session, book, room, OPENED, "A room of which you asked to be told is open.", ends_at(room), now)


def tell_cancelled(session: Session, book: Book, room: Room, now: datetime) -> None:
    """Tell those who asked that a room will not be."""
    line = "A room of which you asked to be told was cancelled."
    _tell(session, book, room, CANCELLED, line, None, now)


def _tell(
    session: Session, book: Book, room: Room, moment: str, line: str, until: datetime | None, now: datetime
) -> None:
    asked = session.scalars(_WHO, {"room": room.post_id, "now": now}).all()
    if not asked:
        return
    tidings = Tidings(
        topic="room",
        subject=room.post_id,
        moment=moment,
        line=line,
        path=f"/rooms/{room.post_id}",
        at=now,
        until=until,
    )
    notices.tell(session, book, tidings, select(col(Member.id)).where(col(Member.id).in_(asked)), now)
