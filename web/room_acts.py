"""What the forms on a room's page do: come and go, speak, lead, and answer in its chat.

Each is carried out, or refused, by the same action as over the API; then the room is shown as it is.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, flash, request
from sqlmodel import Session

from audience.rooms import floor, opening, reminders, scene, scheduling, seats
from coop.book import Book
from coop.call import Call
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from web import acts, thread_pages
from web.forms import Sent
from web.room_pages import show

RoomAct = Callable[[Session, Identity, Book, int, datetime], object]
Toward = Callable[[Session, Identity, Book, int, str, datetime], object]
"""Acts of a member in a room; the second toward somebody, by their handle."""

OWN: dict[str, tuple[RoomAct, str]] = {
    "remind": (reminders.ask, "You are told when it opens."),
    "unremind": (reminders.forget, "You are not told any more when it opens."),
    "open": (opening.begin, "It is open. Whoever asked is told."),
    "end": (opening.end, "It is over. Whole minutes that were left went back to the guild."),
    "cancel": (scheduling.cancel, "It is cancelled. Whoever asked is told."),
    "enter": (seats.enter, ""),
    "stay": (seats.enter, "You keep your place."),
    "exit": (seats.leave, "You have left the room."),
    "hand": (floor.raise_hand, ""),
    "lower": (floor.lower_hand, "Your hand is down."),
    "floor": (floor.take, ""),
    "yield": (floor.give_up, "You gave up the floor."),
}
"""Last part of the path of a form → what it does, and what is told of it where the page does not show it."""
TOWARD: dict[str, Toward] = {
    "give": floor.give,
    "take-away": floor.take_away,
    "lower-for": floor.lower_for,
}
MOST_DIGITS = 6
"""Of a number of minutes that is read as one."""


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms on a room's page."""
    at = "/rooms/<id:number>"
    for name, (act, done) in OWN.items():
        acts.add(pages, f"{at}/{name}", partial(_own, act), show, done=done)
    for name, toward in TOWARD.items():
        acts.add(pages, f"{at}/{name}", partial(_toward, toward), show, done="")
    put_out = partial(_toward, _put_out)
    acts.add(pages, f"{at}/put-out", put_out, show, done="", form="put-out", fields=("why",))
    told = "It lasts so long now."
    acts.add(pages, f"{at}/extend", extend, show, done=told, form="extend", fields=("minutes",))
    acts.add(
        pages,
        f"{at}/replies",
        answer,
        show_pausing,
        form="reply",
        fields=("body",),
        also=lambda: {"/at_ms": "at", "/pause": "pause"},
        done="",
    )


def _own(act: RoomAct, call: Call, room_id: int) -> str:
    act(call.session, call.member, call.book, room_id, call.now)
    return f"/rooms/{room_id}"


def _toward(act: Toward, call: Call, room_id: int) -> str:
    """Do something toward whom the form names; who is gone meanwhile is told as that, and not as no room."""
    scene.look(call.session, call.member, call.book, room_id, call.now)
    handle = request.form.get("handle", "")
    try:
        act(call.session, call.member, call.book, room_id, handle, call.now)
    except NotFound as gone:
        raise Conflict("They are not here any more.") from gone
    return f"/rooms/{room_id}"


def _put_out(
    session: Session, leader: Identity, book: Book, room_id: int, handle: str, now: datetime
) -> None:
    why = request.form.get("why", "")
    seats.remove(session, leader, book, room_id, handle, why, now)
    flash(f"@{handle} was put out, and is told why.", "good")


def extend(call: Call, room_id: int) -> str:
    """Have a room last for as many minutes in all as the form says."""
    opening.extend(
        call.session, call.member, call.book, room_id, minutes_of(request.form.get("minutes", "")), call.now
    )
    return f"/rooms/{room_id}"


def answer(call: Call, room_id: int) -> str:
    """Answer in the chat of a room, and stay there; what is no room takes no answers here."""
    scene.look(call.session, call.member, call.book, room_id, call.now)
    return thread_pages.answer(call, room_id).replace("/posts/", "/rooms/", 1)


def show_pausing(call: Call, room_id: int, sent: Sent, status: int) -> Response:
    """Show an answer again that was refused; whoever is to pause first has begun to by sending it."""
    return show(call, room_id, thread_pages.pausing_first(call, room_id, sent, status), status)


def minutes_of(said: str, pointer: str = "/minutes") -> int:
    """Return how many minutes were typed; raise RuleBroken at ``pointer`` for what is no number."""
    said = said.strip()
    if not (said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS):
        raise RuleBroken("This is no number.", faults=(Fault(pointer, "Write a whole number, such as 60."),))
    return int(said)
