"""The floor: raising one's hand, taking the floor in turn, being given it, and giving it up.

Law 6, for speakers: as many have the floor as the clause says and no more, because whoever takes or gives it
holds the room's row. The host has it whenever they like, besides that number, and nobody takes their place.
The order is for ``queue.py`` to say. Whom a jury paused neither speaks nor raises a hand.
"""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from audience.rooms import allowed, scene, silence
from audience.rooms.presence import Person
from audience.rooms.scene import Scene
from audience.rooms.tables import RoomHand, RoomTurn
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound
from coop.identity import Identity
from coop.names import normal


def raise_hand(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Wait to speak; who waits already keeps their place.

    Raise NotFound where they may not read the post, Forbidden where they are paused or kept out, and Conflict
    where they are not in the open room, or have the floor.
    """
    found = scene.hold(session, member, book, room_id, now)
    allowed.check("raise_hand", found.standing)
    row = insert(RoomHand).values(room_id=room_id, member_id=member.member_id, raised_at=now)
    session.execute(row.on_conflict_do_nothing())


def lower_hand(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """No longer wait to speak; where one does not wait nothing changes."""
    scene.hold(session, member, book, room_id, now)
    silence.lower(session, room_id, member.member_id)


def lower_for(
    session: Session, leader: Identity, book: Book, room_id: int, handle: str, now: datetime
) -> None:
    """Lower somebody else's hand; raise NotFound where nobody of that handle is there."""
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("host", found.standing)
    silence.lower(session, room_id, _there(found, handle).member_id)


def take(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Take the floor where it is one's turn; who has it keeps it.

    Where no place is free, the turn that is past its end for longest is over. Raise NotFound where they may
    not read the post, Forbidden where they are paused or kept out, and Conflict where they are not in the
    open room, others come before them, or as many have the floor as may.
    """
    found = scene.hold(session, member, book, room_id, now)
    allowed.check("take_floor", found.standing)
    if not found.standing.speaking:
        _begin(session, found, member.member_id, member, now)


def give(session: Session, leader: Identity, book: Book, room_id: int, handle: str, now: datetime) -> None:
    """Give the floor to somebody whose hand is up, whoever is before them; who has it keeps it.

    Raise NotFound where nobody of that handle is there, Forbidden where the room is not the leader's to lead,
    and Conflict where their hand is not up, or as many have the floor as may.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("host", found.standing)
    person = _there(found, handle)
    if person.turn_id is not None:
        return
    if person.raised_at is None:
        raise Conflict("Their hand is not up: nobody speaks who has not asked to.")
    if not found.floor.room and person.member_id != found.room.host_id:
        detail = f"{found.rules.speakers} have the floor, as many as may at once: take it from somebody."
        raise Conflict(detail, faults=(Fault("", detail, found.standing.cite("speakers")),))
    _begin(session, found, person.member_id, leader, now)


def give_up(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Give up the floor; where one does not have it nothing changes."""
    scene.hold(session, member, book, room_id, now)
    silence.end_turn(session, room_id, member.member_id, now)


def take_away(
    session: Session, leader: Identity, book: Book, room_id: int, handle: str, now: datetime
) -> None:
    """Take the floor from somebody; where they do not have it nothing changes.

    Raise NotFound where nobody of that handle is there, and Forbidden where the room is not the leader's to
    lead.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("host", found.standing)
    silence.end_turn(session, room_id, _there(found, handle).member_id, now)


def _begin(session: Session, found: Scene, member_id: int, given_by: Identity, now: datetime) -> None:
    """Begin a turn in a room that is held, in place of one that is past its end where no place is free."""
    host = member_id == found.room.host_id
    if not host and not found.floor.free:
        silence.end_turn(session, found.room.post_id, found.floor.over[0].member_id, now)
    silence.lower(session, found.room.post_id, member_id)
    session.add(
        RoomTurn(
            room_id=found.room.post_id,
            member_id=member_id,
            began_at=now,
            ends_at=None if host else now + found.rules.turn,
            given_by=given_by.member_id,
        )
    )
    session.flush()


def _there(found: Scene, handle: str) -> Person:
    """Return somebody who is present, by their handle."""
    wanted = normal(handle)
    person = next((one for one in found.people if one.handle == wanted), None)
    if person is None:
        raise NotFound
    return person
