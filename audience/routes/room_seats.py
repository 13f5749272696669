"""Seats of a room over HTTP: entering it and showing that one is there, leaving it, putting somebody out."""

from pydantic import BaseModel, ConfigDict, Field

from audience.rooms import seats
from audience.routes.rooms import RoomView, show
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, NotYet

api = Api("rooms")


class RemovalIn(BaseModel):
    """Why somebody is put out of a room."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(max_length=10_000)
    """They are told."""


@api.put("/rooms/<id:room_id>/seat", raises=(NotYet,))
def enter_room(call: Call, room_id: int) -> RoomView:
    """Enter an open room, or give a sign of life in it: who gives none for long loses their place."""
    found = seats.enter(call.session, call.member, call.book, room_id, call.now)
    return show(call, found)


@api.delete("/rooms/<id:room_id>/seat")
def leave_room(call: Call, room_id: int) -> None:
    """Leave a room, and with it the queue and the floor."""
    seats.leave(call.session, call.member, call.book, room_id, call.now)


@api.delete("/rooms/<id:room_id>/seats/<handle>", raises=(Conflict,))
def remove_from_room(call: Call, room_id: int, handle: str, body: RemovalIn) -> None:
    """Put somebody out of an open room for as long as it lasts. They are told why. The host stays."""
    seats.remove(call.session, call.member, call.book, room_id, handle, body.why, call.now)
