"""Sessions at the media server: who speaks in a room, and who listens to whom.

Who may is decided before: these do it. Whatever is open at the media server is open in the table: a row is
made first and its session opened then; a session is closed first and its row then. Where what follows an
answer fails, up to the commit, the session is closed again, and there is no row. (If even that fails, nobody
has its answer: the media server gives up by itself one who never comes.)

The name of a stream is made here, of 192 random bits, and told to nobody but the media server.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col

from audience.rooms.session_description import Role
from audience.rooms.sfu import Sfu, SfuSession, SfuUnavailable
from audience.rooms.streams_tables import RoomStream
from coop.errors import Conflict, NotFound, NotYet
from coop.ids import new_id
from coop.tables import Member

SPEAK: Role = "speak"
LISTEN: Role = "listen"
RANDOM_BYTES = 24
"""Of a stream's name."""
OF_STREAM = "."
"""Parts the name of the stream that somebody hears from what tells apart those who hear it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that is open, as its member is told."""

    stream_id: int
    answer: str
    """The description (SDP) that the media server answered with."""
    etag: str | None
    """What names its ICE session, where the media server tells."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who can be listened to."""

    member_id: int
    handle: str
    stream_id: int
    """Of their session; another once they have come back."""
    since: datetime


def speak(session: Session, sfu: Sfu, room_id: int, member_id: int, offer: str, now: datetime) -> Opened:
    """Have a member heard in a room; where they are heard already, that session is closed before.

    Raise Conflict where another of their requests is opening one, and whatever :meth:`Sfu.publish` raises.
    """
    _close_before(session, sfu, room_id, member_id, None, now)
    name = _new_name()
    stream_id = _add(session, room_id, member_id, None, name, now)
    return _opened(session, sfu, stream_id, lambda: sfu.publish(name, offer))


def listen(
    session: Session, sfu: Sfu, room_id: int, member_id: int, of_member_id: int, offer: str, now: datetime
) -> Opened:
    """Have a member hear another; where they hear them already, that session is closed before.

    Raise NotYet where nothing is sent by the other, Conflict where another of their requests is opening one,
    and whatever :meth:`Sfu.play` raises.
    """
    stream = session.scalar(select(col(RoomStream.name)).where(*_open_of(room_id, of_member_id, None)))
    if stream is None:
        raise NotYet("Nothing has arrived of them yet: ask again in a moment.", retry_after_s=1)
    _close_before(session, sfu, room_id, member_id, of_member_id, now)
    name = f"{stream}{OF_STREAM}{_new_name()}"
    stream_id = _add(session, room_id, member_id, of_member_id, name, now)
    return _opened(session, sfu, stream_id, lambda: sfu.play(stream, offer))


def trickle(
    session: Session,
    sfu: Sfu,
    room_id: int,
    member_id: int,
    stream_id: int,
    fragment: str,
    etag: str | None = None,
) -> str | None:
    """Hand on candidates of a member's own session, and return what the media server answers, if anything.

    Raise NotFound where it is not theirs or not open, and whatever :meth:`Sfu.trickle` raises.
    """
    resource = session.scalar(
        select(col(RoomStream.resource)).where(*_own(room_id, member_id, stream_id)),
    )
    if resource is None:
        raise NotFound
    return sfu.trickle(resource, fragment, etag)


def close(session: Session, sfu: Sfu, room_id: int, member_id: int, stream_id: int, now: datetime) -> None:
    """Close a member's own session.

    Raise NotFound where it is not theirs or not open, and SfuUnavailable where it may still be open.
    """
    resource = session.scalar(
        select(col(RoomStream.resource)).where(*_own(room_id, member_id, stream_id)).with_for_update()
    )
    if resource is None:
        raise NotFound
    sfu.close(resource)
    mark_closed(session, [stream_id], now)


def streams_of(session: Session, room_id: int) -> list[Speaker]:
    """Return who can be listened to in a room, the first who came first."""
    rows = session.execute(
        select(col(RoomStream.member_id), col(Member.handle), col(RoomStream.id), col(RoomStream.opened_at))
        .join(Member, col(Member.id) == col(RoomStream.member_id))
        .where(
            col(RoomStream.room_id) == room_id,
            col(RoomStream.kind) == SPEAK,
            col(RoomStream.closed_at).is_(None),
        )
        .order_by(col(RoomStream.opened_at), col(RoomStream.id))
    )
    return [Speaker(*row) for row in rows]


def mark_closed(session: Session, stream_ids: list[int], now: datetime) -> None:
    """Keep that sessions are closed at the media server; the caller holds their rows."""
    closed = update(RoomStream).where(col(RoomStream.id).in_(stream_ids))
    session.execute(closed.values(closed_at=_not_before_opening(now)))


def _not_before_opening(now: datetime) -> Any:
    # A request that began a moment before the one that opened the session may be the one that closes it.
    return func.greatest(now, col(RoomStream.opened_at))


def _new_name() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def _open_of(room_id: int, member_id: int, of_member_id: int | None) -> tuple[Any, ...]:
    """Return what is true of the one open session by which a member speaks, or hears somebody."""
    return (
        col(RoomStream.room_id) == room_id,
        col(RoomStream.member_id) == member_id,
        col(RoomStream.kind) == (SPEAK if of_member_id is None else LISTEN),
        col(RoomStream.of_member_id).is_not_distinct_from(of_member_id),
        col(RoomStream.closed_at).is_(None),
    )


def _own(room_id: int, member_id: int, stream_id: int) -> tuple[Any, ...]:
    """Return what is true of a member's own open session."""
    return (
        col(RoomStream.id) == stream_id,
        col(RoomStream.room_id) == room_id,
        col(RoomStream.member_id) == member_id,
        col(RoomStream.closed_at).is_(None),
    )


def _close_before(
    session: Session, sfu: Sfu, room_id: int, member_id: int, of_member_id: int | None, now: datetime
) -> None:
    """Close the session that a new one takes the place of, where there is one.

    If no new one follows, its row stays open and is closed again later, which does no harm.
    """
    row = session.execute(
        select(col(RoomStream.id), col(RoomStream.resource))
        .where(*_open_of(room_id, member_id, of_member_id))
        .with_for_update()
    ).one_or_none()
    if row is not None:
        sfu.close(row.resource)
        mark_closed(session, [row.id], now)


def _add(
    session: Session, room_id: int, member_id: int, of_member_id: int | None, name: str, now: datetime
) -> int:
    """Make the row of a session that is not open yet; whoever makes the same at once waits for it."""
    added = session.scalar(
        insert(RoomStream)
        .values(
            id=new_id(now),
            room_id=room_id,
            member_id=member_id,
            kind=SPEAK if of_member_id is None else LISTEN,
            of_member_id=of_member_id,
            name=name,
            resource="",
            opened_at=now,
        )
        .on_conflict_do_nothing()
        .returning(col(RoomStream.id))
    )
    if added is None:
        raise Conflict("Another request of yours has just opened this. Try again if it was not you.")
    return int(added)


def _opened(session: Session, sfu: Sfu, stream_id: int, ask: Callable[[], SfuSession]) -> Opened:
    """Open the session whose row is there, and keep where it is."""
    made = ask()
    _close_if_undone(session, sfu, made.resource)
    here = update(RoomStream).where(col(RoomStream.id) == stream_id)
    session.execute(here.values(resource=made.resource))
    return Opened(stream_id, made.answer, made.etag)


def _close_if_undone(session: Session, sfu: Sfu, resource: str) -> None:
    """Close a session should the transaction under way, or one that it is part of, be rolled back."""
    under_way: set[SessionTransaction] = set()
    one = session.get_nested_transaction() or session.get_transaction()
    while one is not None:
        under_way.add(one)
        one = one.parent

    def undo(session: Session, undone: SessionTransaction) -> None:
        if undone in under_way:
            under_way.clear()
            with suppress(SfuUnavailable):
                sfu.close(resource)

    event.listen(session, "after_soft_rollback", undo)
