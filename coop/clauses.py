"""Types of clauses that policies share: strict tables, durations, declared bounds.

Pure. Every table is strict and knows no clauses but those that are declared, so a vote cannot pass one that
nothing reads.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coop.errors import Fault
from coop.policy_text import leaves, token

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


def as_text(length: timedelta) -> str:
    """Return a duration as a policy writes it, such as ``P1DT12H``."""
    hours, minutes = divmod(length.seconds // 60, 60)
    days = f"{length.days}D" if length.days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return f"P{days}" + (f"T{time}" if time else "")


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
    without: list[str] | None = None
    """What such an entry never names in any of its lists."""

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.min is None and self.max is None and self.one_of is None and self.own is None:
            raise ValueError("A bound needs min, max, one_of or own")
        if self.without is not None and self.own is None:
            raise ValueError("Only of entries of their own can anything be kept out")
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
    """By the clause's pointer: what a guild may set it to for what is made, or held, in it."""


def bounds_of_nothing(rules: BaseModel) -> list[Fault]:
    """Return the declared bounds of a policy that bind nothing, because it has no such clause.

    The rules declare them under ``bounds``, by holder and pointer.
    """
    data = rules.model_dump()
    known = leaves({name: value for name, value in data.items() if name != "bounds"})
    return [
        Fault(f"/bounds/{holder}/{token(clause)}", "There is no such clause to set bounds to.")
        for holder, bounds in data["bounds"].items()
        for clause in bounds
        if clause not in known
    ]
