"""The floor of a room over HTTP: hands, taking the floor in turn, and what its host gives and takes."""

from audience.rooms import floor
from audience.routes.rooms import RoomView, look
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict

api = Api("rooms")


@api.put("/rooms/<id:room_id>/hand", raises=(Conflict,))
def raise_hand(call: Call, room_id: int) -> RoomView:
    """Wait to speak in a room where you are; you keep your place until you lower your hand or leave."""
    floor.raise_hand(call.session, call.member, call.book, room_id, call.now)
    return look(call, room_id)


@api.delete("/rooms/<id:room_id>/hand")
def lower_hand(call: Call, room_id: int) -> None:
    """No longer wait to speak."""
    floor.lower_hand(call.session, call.member, call.book, room_id, call.now)


@api.delete("/rooms/<id:room_id>/hands/<handle>", raises=(Conflict,))
def lower_hand_for(call: Call, room_id: int, handle: str) -> None:
    """Lower somebody's hand, in a room that is yours to lead."""
    floor.lower_for(call.session, call.member, call.book, room_id, handle, call.now)


@api.put("/rooms/<id:room_id>/floor", raises=(Conflict,))
def take_floor(call: Call, room_id: int) -> RoomView:
    """Speak, where it is your turn; the host whenever they like. Turns past their end go to whoever waits."""
    floor.take(call.session, call.member, call.book, room_id, call.now)
    return look(call, room_id)


@api.delete("/rooms/<id:room_id>/floor")
def give_up_floor(call: Call, room_id: int) -> None:
    """Speak no longer."""
    floor.give_up(call.session, call.member, call.book, room_id, call.now)


@api.put("/rooms/<id:room_id>/floor/<handle>", raises=(Conflict,))
def give_floor(call: Call, room_id: int, handle: str) -> RoomView:
    """Let somebody speak whose hand is up, in a room that is yours to lead."""
    floor.give(call.session, call.member, call.book, room_id, handle, call.now)
    return look(call, room_id)


@api.delete("/rooms/<id:room_id>/floor/<handle>", raises=(Conflict,))
def take_floor_away(call: Call, room_id: int, handle: str) -> None:
    """Take the floor from somebody, in a room that is yours to lead."""
    floor.take_away(call.session, call.member, call.book, room_id, handle, call.now)
