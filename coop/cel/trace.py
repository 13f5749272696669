"""Trace: every comparison of an expression with what it was asked of and how it came out.

Pure. It is what a person is shown who asks why a rule did what it did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coop.cel.evaluation import Facts, value
from coop.cel.expression import Expression, FactOf, Logic, Part, Value, parts_of
from coop.cel.faults import Undecided
from coop.cel.types import BOOL


@dataclass(frozen=True, slots=True)
class Compared:
    """One condition of an expression."""

    text: str
    """As it is written."""
    facts: Mapping[str, Value]
    """What was known of what it speaks of."""
    came: bool | None
    """Whether it held; None where that cannot be said."""
    undecided: str = ""
    """Why not."""


def trace(expression: Expression, facts: Facts) -> list[Compared]:
    """Return every condition of an expression in the order in which they are written."""
    return [_compared(expression, one, facts) for one in conditions(expression.root)]


def conditions(part: Part) -> Iterator[Part]:
    """Yield the conditions that are joined by nothing but logic."""
    if isinstance(part, Logic) and part.type == BOOL:
        for one in part.args:
            yield from conditions(one)
    else:
        yield part


def _compared(expression: Expression, part: Part, facts: Facts) -> Compared:
    named = [one.name for one in parts_of(part) if isinstance(one, FactOf)]
    known = {name: facts[name] for name in named if name in facts}
    written = expression.text[part.start : part.end]
    try:
        return Compared(written, known, came=bool(value(part, facts)))
    except Undecided as error:
        return Compared(written, known, came=None, undecided=str(error))
