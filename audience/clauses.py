"""Types of clauses that the policies of this room share: caps, durations, declared bounds.

Pure. Every model is strict and knows no clauses but those that are declared, so a vote cannot pass one that
nothing reads. Those on video replies, stitches, duets and sounds are read before there is any of these: what
an author asks of them, and what members are told of them, is bound already.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

OPEN: Literal["open"] = "open"
"""What a clause says that sets no limit."""

Cap = Annotated[int, Field(ge=1, le=1_000_000_000)] | Literal["open"]
"""A number of people or things, or no limit at all."""

_DURATION = re.compile(r"P(?:(?P<days>\d{1,5})D)?(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?)?")


def _duration(value: object) -> timedelta:
    """Read a duration of ISO 8601 in days, hours and minutes, such as ``P1DT12H``."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("A duration is written as ISO 8601 has it, such as PT36H or P30D")
    length = timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})
    if not length:
        raise ValueError("This duration is empty")
    return length


Duration = Annotated[timedelta, BeforeValidator(_duration)]


def limit_of(cap: int | str) -> int | None:
    """Return a cap as a number, or None where it is open."""
    return None if isinstance(cap, str) else cap


def strictest(*limits: int | None) -> int | None:
    """Return the smallest of some limits, of which None sets none (law 8)."""
    set_ones = [limit for limit in limits if limit is not None]
    return min(set_ones) if set_ones else None


@dataclass(frozen=True, slots=True)
class Order:
    """Which of two values of a clause is the stricter; it stands beside the type of the clause.

    A clause that has one is asked of the guild in which a post is made, and of the coop: see
    ``strictness.py``. Any other is the coop's alone.
    """

    of: Callable[[Any], float]
    """The number that is the smaller the stricter a value is."""


def _length(limit: Any) -> float:
    if limit == OPEN:
        return float("inf")
    return limit.total_seconds() if isinstance(limit, timedelta) else float(limit)


LESS = Order(_length)
"""The less, or the shorter, the stricter; what is open sets no limit."""
MORE = Order(lambda value: -float(value))
"""The more the stricter."""


def listed(*values: str | bool) -> Order:
    """Return the order of some values that are listed with the strictest first."""
    return Order(lambda value: float(values.index(value)))


class Clauses(BaseModel):
    """A table of clauses: strict, immutable, and with no other clauses than are declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bound(Clauses):
    """What a clause may be set to: a range for numbers, a list for words."""

    min: int | float | None = None
    max: int | float | None = None
    one_of: list[Any] | None = None
    own: Literal[True] | None = None
    """For a table, and for guilds: they may add entries of their own to it."""

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.min is None and self.max is None and self.one_of is None and self.own is None:
            raise ValueError("A bound needs min, max, one_of or own")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("Nothing lies between this min and this max")
        return self


class CoopBounds(Clauses):
    """Declared bounds of a kind that only the coop sets."""

    coop: dict[str, Bound] = Field(default_factory=dict)
    """By the clause's pointer: what an ordinary vote of the coop may set it to."""


class Bounds(CoopBounds):
    """Declared bounds of a kind that guilds may set too."""

    guild: dict[str, Bound] = Field(default_factory=dict)
    """By the clause's pointer: what a guild may set it to for the posts made in it."""


def as_text(length: timedelta) -> str:
    """Return a duration as a policy writes it, such as ``P1DT12H``."""
    hours, minutes = divmod(length.seconds // 60, 60)
    days = f"{length.days}D" if length.days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return f"P{days}" + (f"T{time}" if time else "")
