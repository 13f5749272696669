"""What a member does next in a room: one step of all that they may, and how it is said. Pure."""

from dataclasses import dataclass
from typing import Literal

from audience.rooms.allowed import Act
from audience.routes.rooms import MayView, RoomView, SpeakerView
from web.wording import ordinal

Step = Literal[
    "open",
    "early",
    "remind",
    "reminded",
    "enter",
    "shut",
    "speak",
    "take_floor",
    "wait",
    "raise_hand",
    "listen",
    "over",
]
"""``early`` is for a leader before the room may be opened, ``shut`` for whoever cannot come in, ``speak`` for
whoever has the floor, ``listen`` for whoever is there and may do no more."""

STATES = {
    "scheduled": "Ahead",
    "open": "Open now",
    "ended": "Over",
    "cancelled": "Cancelled",
    "lapsed": "Never opened",
}
"""States of a room, in words."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How a member stands to a room, for its page."""

    step: Step
    said: str
    """What is so for them now, in a sentence; it is read out when it changes."""
    may: dict[Act, MayView]
    turn: SpeakerView | None
    """Their own turn, where they have the floor."""

    @property
    def leads(self) -> bool:
        """Whether they lead the room, which is open."""
        return self.may["host"].may

    def stands(self, act: Act) -> MayView | None:
        """Return what is in the way of something; None where they may do it."""
        found = self.may[act]
        return None if found.may else found


def steps(room: RoomView, me: str) -> Steps:
    """Return what the member with this handle does next in a room."""
    may = {one.act: one for one in room.may}
    turn = next((one for one in room.speakers or () if one.handle == me), None)
    step = _step(room, may, turn)
    return Steps(step, _said(room, step), may, turn)


def _step(room: RoomView, may: dict[Act, MayView], turn: SpeakerView | None) -> Step:
    if room.state == "scheduled":
        return _ahead(room, may)
    if room.state != "open":
        return "over"
    if not room.present:
        return "enter" if may["enter"].may else "shut"
    if turn is not None:
        return "speak"
    if may["take_floor"].may:
        return "take_floor"
    if room.place is not None:
        return "wait"
    return "raise_hand" if may["raise_hand"].may else "listen"


def _ahead(room: RoomView, may: dict[Act, MayView]) -> Step:
    if may["open"].may:
        return "open"
    if may["cancel"].may:
        return "early"
    return "reminded" if room.reminded else "remind"


def _said(room: RoomView, step: Step) -> str:
    if step == "wait" and room.place is not None:
        return f"You are {ordinal(room.place)} of {len(room.queue or ())} in the queue."
    if step == "take_floor" and room.place is not None:
        return "It is your turn: you may take the floor."
    return _SAID[step]


_SAID: dict[Step, str] = {
    "open": "You may open it now. Whoever asked is told.",
    "early": "You cannot open it now.",
    "remind": "It is not open yet.",
    "reminded": "You are told when it opens.",
    "enter": "It is open, and there is a place for you.",
    "shut": "You cannot come in now.",
    "speak": "You have the floor.",
    "take_floor": "You are here. The floor is free: you may take it.",
    "wait": "You wait to speak.",
    "raise_hand": "You are here, and listen. Raise your hand to speak.",
    "listen": "You are here, and listen.",
    "over": "",
}
