"""Syntax of an expression: the tree that a parser makes of its text, before anybody has looked at types.

Pure. Names of operators are those of the CEL specification, ``_<_`` and the like.
"""

from collections.abc import Sequence
from dataclasses import dataclass

AND, OR, NOT, TERNARY = "_&&_", "_||_", "!_", "_?_:_"
IN = "@in"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written out."""

    value: bool | int | float | str
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name."""

    path: str
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that is written out."""

    items: tuple["Node", ...]
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with what it is applied to; that of a method comes first."""

    function: str
    args: tuple["Node", ...]
    start: int
    end: int
    depth: int
    at: int
    """Where the operator or the name of the function stands."""
    method: bool = False


Node = Literal | Name | ListOf | Call
"""A part of an expression. ``start`` and ``end`` are characters of its text, ``depth`` its levels."""


def depth_over(parts: Sequence[Node]) -> int:
    """Return the depth of what is made of some parts."""
    return 1 + max((part.depth for part in parts), default=0)
