"""Ranges: a clause that is a number, what it is now, and from where to where a vote may move it.

Pure. A whole number stays whole. What is not whole is exact: it is written as decimal text in options and
counts, and only as long as a policy's text gives it back unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from coop.errors import Fault, RuleBroken
from governance.methods import median
from governance.methods.median import Number
from governance.patch import LARGEST


@dataclass(frozen=True, slots=True)
class Range:
    """What a vote may make of one number."""

    clause: str
    """JSON Pointer of the clause."""
    low: Number
    high: Number
    """Both can be named."""
    present: Number
    """What the clause says; a whole number where it is an int."""

    @property
    def whole(self) -> bool:
        """Whether the clause is a whole number."""
        return isinstance(self.present, int)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return the range that :meth:`as_json` wrote. Raise KeyError, TypeError or ArithmeticError."""
        low, high, present = (
            told if isinstance(told, int) else Decimal(told)
            for told in (options["min"], options["max"], options["present"])
        )
        return cls(options["clause"], low, high, present)

    def as_json(self) -> dict[str, Any]:
        """Return it as the options of a proposal: ``{"clause": …, "min": …, "max": …, "present": …}``."""
        low, high, present = map(self.told, (self.low, self.high, self.present))
        return {"clause": self.clause, "min": low, "max": high, "present": present}

    def told(self, number: Number) -> int | str:
        """Return a number of this clause for the ledger: decimal text where it is not whole."""
        return number if isinstance(number, int) else format(number, "f")

    def read(self, value: Decimal, pointer: str = "/value") -> Number:
        """Return a value that a voter named, in the type of the clause and in one form.

        Raise RuleBroken, naming ``pointer``, where it is outside the range, or of another type.
        """
        median.check(value, self.low, self.high, pointer)
        return exact(value, self.whole, pointer)

    def patch(self, number: Number) -> list[dict[str, Any]]:
        """Return the JSON Patch that sets the clause to a number."""
        value = number if isinstance(number, int) else float(number)
        return [{"op": "replace", "path": self.clause, "value": value}]


def exact(value: Decimal, whole: bool, pointer: str) -> Number:
    """Return a number in one form: an int, or a decimal that a policy's text can hold.

    Raise RuleBroken, naming ``pointer``, where it is no such number.
    """
    if not value.is_finite() or value.copy_abs() > LARGEST:
        raise _refused(pointer, f"Write a number, no larger than {LARGEST}.")
    if whole:
        if value != value.to_integral_value():
            raise _refused(pointer, "This clause is a whole number.")
        return int(value)
    if Decimal(repr(float(value))) != value:
        raise _refused(pointer, "This number has more digits than a policy can hold.")
    return Decimal(format(value.normalize(), "f")) or Decimal(0)


def _refused(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("The clause cannot have this value.", faults=(Fault(pointer, detail),))
