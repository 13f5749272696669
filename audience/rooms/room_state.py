"""The state of a room, and who is present in it.

Pure. Law 14: both are functions of facts and time. A room that nobody ended is over once its minutes are, and
one that nobody opened has lapsed; a job only writes down what is so already. The clauses that say how early
and how late a room may be opened are those in force when somebody asks.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple, Protocol

from audience.feature_clauses import RoomRules

State = Literal["scheduled", "open", "ended", "cancelled", "lapsed"]
"""``scheduled`` until it is opened; ``lapsed`` where nobody did in time; ``cancelled`` by its host."""

MINUTE = timedelta(minutes=1)


class Timed(Protocol):
    """What is known of the times of a room: see ``Room``."""

    @property
    def starts_at(self) -> datetime:
        """When it is to begin."""

    @property
    def minutes(self) -> int:
        """For how long it is booked."""

    @property
    def opened_at(self) -> datetime | None:
        """When it was opened."""

    @property
    def ended_at(self) -> datetime | None:
        """When it was ended."""

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled."""


class Window(NamedTuple):
    """When a room may be opened: ``begins <= moment < ends``."""

    begins: datetime
    ends: datetime


def window(room: Timed, rules: RoomRules) -> Window:
    """Return when a room may be opened."""
    return Window(room.starts_at - rules.early, room.starts_at + rules.late)


def state(room: Timed, rules: RoomRules, now: datetime) -> State:
    """Return the state of a room at a moment."""
    if room.cancelled_at is not None:
        return "cancelled"
    over = ends_at(room)
    if over is not None:
        return "open" if now < over else "ended"
    return "scheduled" if now < window(room, rules).ends else "lapsed"


def ends_at(room: Timed) -> datetime | None:
    """Return when a room that was opened ends, or ended; None for one that was not."""
    if room.opened_at is None:
        return None
    runs_out = room.opened_at + room.minutes * MINUTE
    return runs_out if room.ended_at is None else min(room.ended_at, runs_out)


def unused(room: Timed, over: datetime) -> int:
    """Return how many whole minutes of those claimed are left of a room that ends at that moment."""
    if room.opened_at is None:
        return 0
    used = ceil((over - room.opened_at) / MINUTE)
    return max(0, room.minutes - max(0, used))


def seen_since(rules: RoomRules, now: datetime) -> datetime:
    """Return after which moment the last sign of life of somebody lies who is present."""
    return now - timedelta(seconds=rules.away_s)
