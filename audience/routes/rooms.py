"""Live rooms over HTTP: scheduling and reading one, opening, extending and ending it, and reminders."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from audience.document import AudienceDocument
from audience.rooms import opening, reminders, room_view, scene, scheduling
from audience.rooms.allowed import Act, Refusal
from audience.rooms.presence import Person
from audience.rooms.room_state import State
from audience.rooms.scene import Scene
from audience.rooms.scheduling import Booking
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, NotYet, TooMany
from coop.feature_budgets import Account
from coop.receipts import Citation

api = Api("rooms")

LARGEST = 1_000_000
"""Beyond any number of minutes or seats that a clause allows."""


class NewRoom(BaseModel):
    """A room that is to be scheduled."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=100_000)
    """What it is about: the text of its post."""
    starts_at: AwareDatetime
    minutes: int = Field(ge=1, le=LARGEST)
    """How long it is booked for. They are taken from the guild's budget once it opens."""
    seats: int | None = Field(default=None, ge=1, le=LARGEST)
    """The most who are present at once, you among them; without a number as many as the clause allows."""
    video: bool = False
    audience: AudienceDocument = AudienceDocument()
    """Who may read its post, and so come."""


class LengthIn(BaseModel):
    """How long a room is to last."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=1, le=LARGEST)
    """In all."""


class PersonView(BaseModel):
    """Somebody who is in the room."""

    handle: str
    display_name: str
    host: bool
    speaking: bool
    hand: bool
    """Whether they wait to speak."""


class SpeakerView(BaseModel):
    """Somebody who has the floor."""

    handle: str
    display_name: str
    host: bool
    since: datetime
    until: datetime | None
    """From when on whoever waits may have their place; none for the host."""


class MayView(BaseModel):
    """Whether you may do something now."""

    act: Act
    """``open``, ``extend``, ``end`` and ``cancel`` the room; ``enter`` it; ``raise_hand``; ``take_floor``; or
    ``host``: give the floor and take it away, lower hands, and put people out."""
    may: bool
    reason: str | None
    """Why not."""
    clause: Citation | None
    """The clause that decided."""


class MinutesView(BaseModel):
    """The minutes of the guild in the period that runs."""

    amount: int
    taken: int
    left: int
    until: datetime
    """When the next period begins."""


class RoomView(BaseModel):
    """A room, whose post you may read."""

    id: str
    """Of its post, whose thread is its chat: ``/posts/{id}/thread``."""
    guild: str
    host: str
    host_name: str
    state: State
    """``scheduled``, ``open``, ``ended``, ``cancelled``, or ``lapsed`` where nobody opened it in time."""
    starts_at: datetime
    minutes: int
    video: bool
    opens_from: datetime
    opens_until: datetime
    """When it may be opened."""
    opened_at: datetime | None
    ends_at: datetime | None
    """When it ends, or ended, once it was opened."""
    seats: int
    """How many may be there at once, by the strictest of host, guild and coop; one place is the host's."""
    taken: int | None
    """How many are there; told to those who are, and to those who lead it."""
    full: bool
    """Whether there is no place for you."""
    present: bool
    """Whether you are there."""
    reminded: bool
    """Whether you are told when it opens."""
    people: list[PersonView] | None
    """Who is there, as ``taken`` is told; nobody with whom you are blocked, unless you lead it."""
    speakers: list[SpeakerView] | None
    """Who has the floor."""
    queue: list[str] | None
    """Handles of those who wait to speak, whoever is next first."""
    place: int | None
    """Your place in the queue."""
    may: list[MayView]
    """What you may do now, and if not why."""
    budget: MinutesView | None
    """Told to members of the guild."""


@api.post("/guilds/<slug>/rooms", raises=(Forbidden, Conflict, TooMany))
def schedule_room(call: Call, slug: str, body: NewRoom) -> RoomView:
    """Schedule a live room in a guild of yours that holds them. It is published as a post.

    Whoever may read the post may come; what else holds for posts holds for the room.
    """
    booking = Booking(
        text=body.text,
        starts_at=body.starts_at,
        minutes=body.minutes,
        seats=body.seats,
        video=body.video,
        audience=body.audience,
    )
    made = scheduling.schedule(call.session, call.member, call.book, slug, booking, call.now)
    return look(call, made.post_id)


@api.get("/rooms/<id:room_id>")
def read_room(call: Call, room_id: int) -> RoomView:
    """Read a room: when it is, who is there and speaks, and what you may do now."""
    return look(call, room_id)


@api.delete("/rooms/<id:room_id>", raises=(Conflict,))
def cancel_room(call: Call, room_id: int) -> None:
    """Cancel a room of yours, or of a guild that you are a steward of, before it opens. Its post stays."""
    scheduling.cancel(call.session, call.member, call.book, room_id, call.now)


@api.put("/rooms/<id:room_id>/opening", raises=(NotYet, TooMany))
def open_room(call: Call, room_id: int) -> RoomView:
    """Open a room in its time. Its minutes are claimed from the guild's budget, and whoever asked is told."""
    opening.begin(call.session, call.member, call.book, room_id, call.now)
    return look(call, room_id)


@api.delete("/rooms/<id:room_id>/opening", raises=(Conflict,))
def end_room(call: Call, room_id: int) -> None:
    """End an open room. Whole minutes that it did not use are given back to the guild."""
    opening.end(call.session, call.member, call.book, room_id, call.now)


@api.put("/rooms/<id:room_id>/minutes", raises=(NotYet, TooMany))
def extend_room(call: Call, room_id: int, body: LengthIn) -> RoomView:
    """Have a room last for so many minutes in all. An open one claims what it lacks, and grows no shorter."""
    opening.extend(call.session, call.member, call.book, room_id, body.minutes, call.now)
    return look(call, room_id)


@api.put("/rooms/<id:room_id>/reminder", status=204, raises=(Conflict,))
def ask_for_reminder(call: Call, room_id: int) -> None:
    """Ask to be told when a room opens, as far as you may read its post by then."""
    reminders.ask(call.session, call.member, call.book, room_id, call.now)


@api.delete("/rooms/<id:room_id>/reminder")
def forget_reminder(call: Call, room_id: int) -> None:
    """No longer ask to be told."""
    reminders.forget(call.session, call.member, call.book, room_id, call.now)


def look(call: Call, room_id: int) -> RoomView:
    """Return a room as the reader finds it now; raise NotFound where they may not read its post."""
    return show(call, scene.look(call.session, call.member, call.book, room_id, call.now))


def show(call: Call, found: Scene) -> RoomView:
    """Return a room in the shape that the API gives it."""
    room, told = found.room, room_view.told(call.session, call.member, call.book, found, call.now)
    return RoomView(
        id=str(room.post_id),
        guild=found.guild,
        host=found.host,
        host_name=found.host_name,
        state=found.state,
        starts_at=room.starts_at,
        minutes=room.minutes,
        video=room.video,
        opens_from=told.window.begins,
        opens_until=told.window.ends,
        opened_at=room.opened_at,
        ends_at=found.ends_at,
        seats=told.cap,
        taken=told.taken,
        full=told.full,
        present=found.standing.present,
        reminded=found.reminded,
        people=None if told.people is None else [_person(one, found) for one in told.people],
        speakers=None if told.speakers is None else [_speaker(one, found) for one in told.speakers],
        queue=None if told.queue is None else [one.handle for one in told.queue],
        place=told.place,
        may=[_may(one.act, one.stands) for one in told.may],
        budget=None if told.budget is None else _minutes(told.budget),
    )


def _person(one: Person, found: Scene) -> PersonView:
    return PersonView(
        handle=one.handle,
        display_name=one.display_name,
        host=one.member_id == found.room.host_id,
        speaking=one.turn_id is not None,
        hand=one.raised_at is not None and one.turn_id is None,
    )


def _speaker(one: Person, found: Scene) -> SpeakerView:
    return SpeakerView(
        handle=one.handle,
        display_name=one.display_name,
        host=one.member_id == found.room.host_id,
        since=one.began_at or found.standing.now,
        until=one.ends_at,
    )


def _may(act: Act, stands: Refusal | None) -> MayView:
    said: dict[str, Any] = {"reason": None, "clause": None}
    if stands is not None:
        said = {"reason": stands.detail, "clause": stands.clause}
    return MayView(act=act, may=stands is None, **said)


def _minutes(account: Account) -> MinutesView:
    return MinutesView(amount=account.amount, taken=account.taken, left=account.left, until=account.until)
