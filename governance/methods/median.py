"""Median: one number that many have named, which nobody can drag.

Pure. The lower median of n values is the ⌈n/2⌉-th smallest: at least half of the voters named it or less,
at least half named it or more, and it is a number that somebody named. Whoever is below it can only name
another number and see it rise or stay, and whoever is above only see it fall or stay: naming what one
truly wants is the best one can do (H. Moulin, "On strategy-proofness and single peakedness", Public
Choice 35, 1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from coop.errors import Fault, RuleBroken

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Median:
    """What a vote on one number came to."""

    value: Number
    """The lower median."""
    voters: int
    below: int
    """How many named less."""
    above: int
    """How many named more."""

    def as_json(self) -> dict[str, Any]:
        """Return the result for the ledger; a value that is not whole is decimal text, never a float."""
        value = self.value if isinstance(self.value, int) else format(self.value, "f")
        return {
            "method": "median",
            "value": value,
            "voters": self.voters,
            "below": self.below,
            "above": self.above,
        }


def check(value: Any, low: Number, high: Number, pointer: str = "/value") -> Number:
    """Return a value that a voter named, if it is a whole or decimal number from ``low`` to ``high``.

    Raise RuleBroken, which names ``pointer`` and the bounds, for anything else: a float, a boolean, NaN.
    """
    known = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not known or (isinstance(value, Decimal) and not value.is_finite()) or not low <= value <= high:
        fault = Fault(pointer, f"Name a number from {low} to {high}.")
        raise RuleBroken("This value is outside what the clause allows.", faults=(fault,))
    found: Number = value
    return found


def median(values: Sequence[Number], low: Number, high: Number) -> Median:
    """Return the lower median of the values that voters named, each within the bounds.

    Raise RuleBroken as :func:`check` does, its pointer the place of the value, and ValueError where
    nobody named any.
    """
    if not values:
        raise ValueError("a median needs a value")
    ordered = sorted(check(value, low, high, f"/values/{place}") for place, value in enumerate(values))
    value = ordered[(len(ordered) - 1) // 2]
    below = sum(other < value for other in ordered)
    return Median(value, len(ordered), below, sum(other > value for other in ordered))
