"""Signalling: how a member's browser and the media server come to speak with each other, through us alone.

Whoever may not know of a room is answered as if there were none (law 7): that is asked before anything else,
of those who know the rules of rooms. Then what was offered is looked at, and only then is the media server
asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience.rooms import session_description, streams
from audience.rooms.sfu import GOES_ON, Sfu, SfuUnavailable, is_entity_tag
from audience.rooms.streams import Opened
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may speak in a room."""

    video: bool
    """Whether the room has a picture as well as sound."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody whom one may listen to."""

    member_id: int
    video: bool
    """Whether the room has a picture as well as sound."""


MaySpeak = Callable[[Session, Identity, Book, int, datetime], Admitted]
"""Of a room's id: raises NotFound where there is none for this member, and else says why they may not."""
MayListen = Callable[[Session, Identity, Book, int, str, datetime], Heard]
"""Of a room's id and a handle: raises NotFound where there is no such room for this member, or nobody of that
name who speaks there, and else says why they may not."""


@dataclass(frozen=True, slots=True)
class RoomMedia:
    """What signalling is made of: the media server, where there is one, and those who know who may."""

    sfu: Sfu | None
    may_speak: MaySpeak
    may_listen: MayListen


def speak(
    session: Session,
    member: Identity,
    book: Book,
    media: RoomMedia,
    room_id: int,
    offer: str,
    now: datetime,
) -> Opened:
    """Have a member heard in a room, by the session that their browser offers.

    Raise what ``may_speak`` raises, SfuUnavailable without a media server, and RuleBroken for an offer that
    does not fit.
    """
    admitted = media.may_speak(session, member, book, room_id, now)
    sfu = _sfu(media)
    session_description.check_offer(offer, streams.SPEAK, video=admitted.video)
    return streams.speak(session, sfu, room_id, member.member_id, offer, now)


def listen(
    session: Session,
    member: Identity,
    book: Book,
    media: RoomMedia,
    room_id: int,
    handle: str,
    offer: str,
    now: datetime,
) -> Opened:
    """Have a member hear another, by the session that their browser offers.

    Raise what ``may_listen`` raises, SfuUnavailable without a media server, RuleBroken for an offer that
    does not fit, and NotYet where nothing has arrived of the other.
    """
    heard = media.may_listen(session, member, book, room_id, handle, now)
    sfu = _sfu(media)
    session_description.check_offer(offer, streams.LISTEN, video=heard.video)
    return streams.listen(session, sfu, room_id, member.member_id, heard.member_id, offer, now)


def trickle(
    session: Session,
    member: Identity,
    media: RoomMedia,
    room_id: int,
    stream_id: int,
    fragment: str,
    etag: str | None,
) -> str | None:
    """Hand on candidates of a member's own session, and return the fragment that is answered, if any.

    Raise NotFound where it is not theirs or not open, and RuleBroken where the fragment does not fit.
    """
    if media.sfu is None:
        raise NotFound
    session_description.check_fragment(fragment)
    if not is_entity_tag(etag):
        fault = Fault("header/If-Match", "Send the ETag of the answer to your offer, as it was.")
        raise RuleBroken("This names no session.", faults=(fault,))
    return streams.trickle(session, media.sfu, room_id, member.member_id, stream_id, fragment, etag)


def close(
    session: Session, member: Identity, media: RoomMedia, room_id: int, stream_id: int, now: datetime
) -> None:
    """Close a member's own session; raise NotFound where it is not theirs or not open."""
    if media.sfu is None:
        raise NotFound
    streams.close(session, media.sfu, room_id, member.member_id, stream_id, now)


def _sfu(media: RoomMedia) -> Sfu:
    if media.sfu is None:
        raise SfuUnavailable(f"This coop runs no media server. {GOES_ON}")
    return media.sfu
