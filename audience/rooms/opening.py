"""Opening a room, extending it and ending it: its minutes are its guild's.

They are claimed while the room's row is held, so a room claims once however often it is opened at once, and
what is claimed is written beside it by the period whose budget gave it. Whole minutes that were not used go
back there, those that were claimed last first.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.rooms import allowed, at_once, closing, reminders, scene
from audience.rooms.scene import Scene
from audience.rooms.tables import RoomClaim
from coop import feature_budgets
from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.tables import Guild


def begin(session: Session, leader: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Open a room in its time, claim its minutes, and tell those who asked; an open one stays as it is.

    Raise NotFound where they may not read the post, Forbidden where it is not theirs to open, or its guild
    does not hold live rooms any more, NotYet where it is too early or as many of its guild's are open as may
    be, Conflict where it is too late, and TooMany where its guild has fewer minutes left.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("open", found.standing)
    if found.state == "open":
        return
    at_once.claim(session, book, found.room, now)
    _claim(session, book, found, found.room.minutes, "", now)
    found.room.opened_at = now
    session.flush()
    reminders.tell_opened(session, book, found.room, now)


def extend(session: Session, leader: Identity, book: Book, room_id: int, minutes: int, now: datetime) -> None:
    """Have a room last for so many minutes in all; an open one claims those that it did not have.

    Raise NotFound where they may not read the post, Forbidden where it is not theirs, Conflict where it is
    over, RuleBroken where it would be too long, or shorter than an open one is, NotYet where it is open and
    as many others of its guild are as may be, and TooMany where that has fewer minutes left.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("extend", found.standing)
    check_length(book, found.guild, minutes)
    more = minutes - found.room.minutes
    if found.state == "open" and more < 0:
        detail = f"It was opened for {found.room.minutes} minutes: end it, and those not used are given back."
        raise RuleBroken("An open room is not made shorter.", faults=(Fault("/minutes", detail),))
    if found.state == "open" and more:
        # Its time may be over for whoever looks now, and so its place another's.
        at_once.claim(session, book, found.room, now)
        _claim(session, book, found, more, "/minutes", now)
    found.room.minutes = minutes
    session.flush()


def end(session: Session, leader: Identity, book: Book, room_id: int, now: datetime) -> None:
    """End an open room, and give back the minutes that it did not use; where it is over nothing changes.

    Raise NotFound where they may not read the post, Forbidden where it is not theirs, and Conflict where it
    was never open.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("end", found.standing)
    if found.state == "open":
        closing.finish(session, found.room, found.rules, now)


def check_length(book: Book, guild: str, minutes: int) -> None:
    """Raise RuleBroken where a room of a guild may not be so long."""
    longest = int(allowed.room_rules(book, guild).longest.total_seconds() // 60)
    if not 1 <= minutes <= longest:
        clause = allowed.room_clause(book, guild, "longest")
        fault = Fault("/minutes", f"This is 1 to {longest} minutes.", clause)
        raise RuleBroken("A room cannot last so long.", faults=(fault,))


def _claim(session: Session, book: Book, found: Scene, minutes: int, pointer: str, now: datetime) -> None:
    """Claim minutes for a room that is held, and keep from which period they are."""
    guild = session.scalars(select(Guild).where(col(Guild.id) == found.room.guild_id)).one()
    account = feature_budgets.claim(session, book, guild, LIVE_ROOMS, minutes, now, pointer=pointer)
    row = insert(RoomClaim).values(room_id=found.room.post_id, since=account.since, minutes=minutes)
    more = {"minutes": col(RoomClaim.minutes) + row.excluded.minutes}
    session.execute(row.on_conflict_do_update(index_elements=["room_id", "since"], set_=more))
