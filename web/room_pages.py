"""A live room as a page: what it is, what one does next, who speaks and waits, and its chat.

What changes while people are there is drawn by ``room_parts.html`` and stands in parts that the page's script
renews; without scripts every button is a form, and loading the page anew shows how things stand. Law 7: who
may not read the room's post is told what one is told of an unknown id, and visitors are sent to sign in
whatever they ask for.
"""

from dataclasses import dataclass, field

from flask import Blueprint, Response

from audience.rooms import seats
from audience.rooms.allowed import room_rules
from audience.routes.room_streams import room_media
from audience.routes.rooms import RoomView, read_room
from audience.routes.threads import ThreadView, read_thread
from coop import own_rhythm, problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from web.forms import Sent
from web.room_steps import STATES, Steps, steps
from web.room_stream_pages import allow_media
from web.thread_pages import ORDERS, thread_query
from web.visits import attempt, page, render

SIGN_S = 15
"""Seconds between two signs of life, where the clause leaves so much time."""
SIGNS = 3
"""So many fit into the time after which a place is free: one may be lost."""
LIVE = "room_live.html"


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A room and its chat, as the page shows them to one member."""

    room: RoomView
    steps: Steps
    thread: ThreadView
    zone: str
    """By whose clocks the member's times are told."""
    media: bool
    """Whether this coop runs a media server."""
    sign_s: int
    """Seconds between two signs of life."""
    longest: int
    """Minutes that a room of its guild may last."""
    order: str
    somewhere: bool
    """Whether this is a further page of the chat."""
    sent: Sent = field(default_factory=Sent)

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"/rooms/{self.room.id}"

    @property
    def names(self) -> dict[str, str]:
        """Handles of those who answered, by the ids of their replies."""
        return {one.id: one.author.handle for one in self.thread.replies if one.author is not None}


def add_to(pages: Blueprint) -> None:
    """Add the page of a room, its parts that change, and where the page's script shows that one is there."""
    pages.add_url_rule("/rooms/<id:room_id>", "room", page(room))
    pages.add_url_rule("/rooms/<id:room_id>/live", "room_live", page(live))
    pages.add_url_rule("/rooms/<id:room_id>/here", "room_here", page(here), methods=["POST"])


def room(call: Call, room_id: int) -> Response:
    """Show a room."""
    return show(call, room_id)


def live(call: Call, room_id: int) -> Response:
    """Show the parts of a room's page that change."""
    return show(call, room_id, template=LIVE)


def here(call: Call, room_id: int) -> Response:
    """Give a sign of life where one is present, and show the same; it is no way in."""
    try:
        if read_room(call, room_id).present:
            with attempt(call):
                seats.enter(call.session, call.member, call.book, room_id, call.now)
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return show(call, room_id, status=problems.status_of(error), template=LIVE)
    return show(call, room_id, template=LIVE)


def show(
    call: Call, room_id: int, sent: Sent | None = None, status: int = 200, template: str = "room.html"
) -> Response:
    """Show a room, and a form that was refused with what was wrong."""
    found = room_page(call, room_id, sent or Sent())
    shown = render(call, template, status, page=found, post=found.thread.post, states=STATES, orders=ORDERS)
    return allow_media(shown, video=found.room.video) if found.media else shown


def room_page(call: Call, room_id: int, sent: Sent) -> RoomPage:
    """Return what a member is shown of a room; raise NotFound where they may not read its post."""
    if call.identity is None:
        raise Unauthenticated
    found, query = read_room(call, room_id), thread_query("newest")
    rules = room_rules(call.book, found.guild)
    return RoomPage(
        room=found,
        steps=steps(found, call.identity.handle),
        thread=read_thread(call, room_id, query),
        zone=own_rhythm.standing(call.session, call.identity, call.book, call.now).rhythm.zone,
        media=room_media().sfu is not None,
        sign_s=max(1, min(SIGN_S, rules.away_s // SIGNS)),
        longest=int(rules.longest.total_seconds() // 60),
        order=query.sort,
        somewhere=query.cursor is not None,
        sent=sent,
    )
