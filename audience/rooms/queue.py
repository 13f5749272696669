"""The queue to speak: in which order those come whose hands are up, and who may take the floor now.

Pure. As many have the floor as the clause says, besides the host, who needs no turn to speak. A turn has an
end that counts only while somebody waits: past it, the speaker goes on until the place is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audience.feature_clauses import Turns


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who waits to speak."""

    member_id: int
    raised_at: datetime
    heard: bool
    """Whether they have had the floor in this room before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody who has the floor, the host left out."""

    id: int
    member_id: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Floor:
    """How much room there is on the floor."""

    free: int
    """Places that nobody has."""
    over: tuple[Turn, ...]
    """Turns that are past their end, the one that ended longest ago first."""

    @property
    def room(self) -> int:
        """How many may take the floor now, one after another."""
        return self.free + len(self.over)


def in_order(hands: Iterable[Hand], turns: Turns) -> list[Hand]:
    """Return those who wait, whoever is next first; of hands raised at one moment by their ids."""
    first = turns == "unheard_first"
    return sorted(hands, key=lambda one: (first and one.heard, one.raised_at, one.member_id))


def place(queue: Sequence[Hand], member_id: int) -> int | None:
    """Return the place of a member in the queue, from 1; None where they do not wait."""
    return next((at for at, one in enumerate(queue, 1) if one.member_id == member_id), None)


def floor(turns: Iterable[Turn], speakers: int, now: datetime) -> Floor:
    """Return how much room there is on a floor of so many speakers, with those who have it."""
    running = list(turns)
    over = sorted((one for one in running if one.ends_at <= now), key=lambda one: (one.ends_at, one.id))
    return Floor(max(0, speakers - len(running)), tuple(over))


def may_take(queue: Sequence[Hand], member_id: int, found: Floor) -> bool:
    """Say whether a member may take the floor now.

    They may where their place in the queue is within the room that there is. Whose hand is not up stands
    behind all who wait.
    """
    return (place(queue, member_id) or len(queue) + 1) <= found.room
