"""Seats of a room: entering it, signs of life, leaving, and being put out of it.

Law 6: those present at once are never more than the cap, under any race. Whoever enters holds the room's row,
and those who were away for too long have given up their seats before anybody is counted; the cap is the
strictest of what the host asked and the clause. One seat is the host's, present or not.

A sign of life of somebody present holds no room and is never refused because it is full: it moves one moment
in their own row, where they are still there. A seat that was given up meanwhile is asked for anew: one
statement alone decides which came first, because either waits for the other at that row. Whoever gave a sign
of life takes no further lock, so nobody waits in a circle.
"""

from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.rooms import allowed, scene, silence
from audience.rooms.room_state import seen_since
from audience.rooms.scene import Scene
from audience.rooms.tables import RoomSeat
from coop import notices
from coop.book import Book
from coop.errors import Fault, Forbidden, NotFound, NotYet, RuleBroken
from coop.identity import Identity
from coop.names import normal, prose
from coop.notices import Tidings
from coop.tables import Member

LONGEST_WHY = 300
"""Characters of the words with which somebody is put out."""
REMOVED = "removed"
"""Moment of the notice that tells them."""


def enter(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> Scene:
    """Enter an open room, or give a sign of life in it, and return it.

    Raise NotFound where they may not read the post, Conflict where it is not open, NotYet where every place
    is taken, and Forbidden where they were put out of it or its host keeps them out.
    """
    found = scene.look(session, member, book, room_id, now)
    allowed.check("enter", found.standing)
    if found.standing.present:
        if not _seen(session, found, member, now):
            raise NotYet("Your place was given up: enter again.", retry_after_s=1)
        return found
    held = scene.hold(session, member, book, room_id, now)
    allowed.check("enter", held.standing)
    fresh = {"entered_at": now, "seen_at": now, "left_at": None}
    row = insert(RoomSeat).values(room_id=room_id, member_id=member.member_id, **fresh)
    session.execute(row.on_conflict_do_update(index_elements=["room_id", "member_id"], set_=fresh))
    return scene.look(session, member, book, room_id, now)


def leave(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Leave a room, and with it the queue and the floor; where one is not there nothing changes."""
    scene.hold(session, member, book, room_id, now)
    mine = (col(RoomSeat.room_id) == room_id, col(RoomSeat.member_id) == member.member_id)
    left = func.greatest(col(RoomSeat.entered_at), now)
    session.execute(update(RoomSeat).where(*mine, col(RoomSeat.left_at).is_(None)).values(left_at=left))
    silence.silence(session, room_id, member.member_id, now)


def remove(
    session: Session, leader: Identity, book: Book, room_id: int, handle: str, why: str, now: datetime
) -> None:
    """Put somebody out of a room for as long as it lasts, and tell them why.

    Raise NotFound where nobody of that handle came to it, RuleBroken where no reason is given, Forbidden
    where the room is not the leader's to lead, or it is the host who would be put out, and Conflict where it
    is not open.
    """
    why = prose(why, "/why", longest=LONGEST_WHY)
    if not why:
        detail = "Say why: they are told."
        raise RuleBroken("Nobody is put out without a reason.", faults=(Fault("/why", detail),))
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("host", found.standing)
    seat = session.scalar(
        select(RoomSeat)
        .join(Member, col(Member.id) == col(RoomSeat.member_id))
        .where(col(RoomSeat.room_id) == room_id, col(Member.handle) == normal(handle))
        .execution_options(populate_existing=True)
    )
    if seat is None:
        raise NotFound
    if seat.member_id == found.room.host_id:
        raise Forbidden("It is the host's room: a steward may end it.")
    if seat.removed_at is not None:
        return
    seat.removed_at, seat.removed_by, seat.removed_why = now, leader.member_id, why
    session.flush()
    silence.silence(session, room_id, seat.member_id, now)
    tidings = Tidings(
        topic="room",
        subject=room_id,
        moment=REMOVED,
        line="You were put out of a room.",
        detail=why,
        path=f"/rooms/{room_id}",
        at=now,
        turn=seat.member_id,
    )
    notices.tell(session, book, tidings, select(literal(seat.member_id)), now)


def _seen(session: Session, found: Scene, member: Identity, now: datetime) -> bool:
    """Move a member's last sign of life, and say whether they were present still."""
    present = (
        col(RoomSeat.room_id) == found.room.post_id,
        col(RoomSeat.member_id) == member.member_id,
        col(RoomSeat.left_at).is_(None),
        col(RoomSeat.removed_at).is_(None),
        col(RoomSeat.seen_at) > seen_since(found.rules, now),
    )
    sign = update(RoomSeat).where(*present).values(seen_at=func.greatest(col(RoomSeat.seen_at), now))
    return session.execute(sign.returning(col(RoomSeat.member_id))).one_or_none() is not None
