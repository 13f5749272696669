"""An expression that was checked: a tree in which everything has a type and every function is chosen.

Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from coop.cel.functions import Overload
from coop.cel.types import Type

Value = bool | int | float | str | timedelta | frozenset[bool] | frozenset[int] | frozenset[str]
"""What a part of an expression may come to."""


@dataclass(frozen=True, slots=True)
class Const:
    """A value that is written out, as one reckons with it."""

    value: Value
    type: Type
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FactOf:
    """A fact that is asked for."""

    name: str
    type: Type
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of some parts."""

    overload: Overload
    args: tuple["Part", ...]
    type: Type
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Logic:
    """Whether all, any or none of some conditions hold (``_&&_``, ``_||_``, ``!_``), or a choice (``_?_:_``).

    Where one part decides, an error in another does not count, whichever comes first.
    """

    function: str
    args: tuple["Part", ...]
    type: Type
    start: int
    end: int


Part = Const | FactOf | Apply | Logic


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was checked against a schema."""

    text: str
    root: Part
    facts: tuple[str, ...]
    """The facts that it speaks of, in the order of the alphabet."""
    cost: int
    """How many steps it takes at most; see ``cost``."""


def parts_of(part: Part) -> Iterator[Part]:
    """Yield a part and all that is inside it."""
    yield part
    if isinstance(part, Apply | Logic):
        for one in part.args:
            yield from parts_of(one)
