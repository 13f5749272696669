"""Who may be heard in a room, and who may hear whom: what signalling asks of the rules of rooms.

Law 7: the post is asked first, each time (``scene.py``), so whoever may not read it is answered as if there
were no room, and so is whoever asks for somebody who is not heard there.
"""

from datetime import datetime

from sqlmodel import Session

from audience.rooms import allowed, scene
from audience.rooms.signalling import Admitted, Heard
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity


def may_speak(session: Session, member: Identity, book: Book, room_id: int, now: datetime) -> Admitted:
    """Return that a member may be heard: they have the floor of an open room; raise what is in the way."""
    found = scene.look(session, member, book, room_id, now)
    allowed.check("be_heard", found.standing)
    return Admitted(found.room.video)


def may_listen(
    session: Session, member: Identity, book: Book, room_id: int, handle: str, now: datetime
) -> Heard:
    """Return whom a member may hear: somebody who has the floor, where both are present.

    Raise what is in the way, and NotFound where nobody of that handle speaks, or one blocks the other.
    """
    found = scene.look(session, member, book, room_id, now)
    allowed.check("listen", found.standing)
    for one in found.speakers:
        if one.handle == handle and not one.blocked:
            return Heard(one.member_id, found.room.video)
    raise NotFound
