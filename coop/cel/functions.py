"""Functions and operators of the language, each with its meaning in Python and in SQL.

Pure. What cannot be said the same in SQL has none there: a query then finds more, never less (see
``condition``). Whole numbers that leave their range and divisions by zero are errors, as in CEL.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coop.cel.durations import LONGEST
from coop.cel.faults import Undecided
from coop.cel.patterns import compiled
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, INT_MAX, INT_MIN, STRING, Type, list_of

ANY = Type("A")
"""Stands for one type, the same wherever it is in an overload."""


@dataclass(frozen=True, slots=True)
class Overload:
    """A function for arguments of some types."""

    name: str
    takes: tuple[Type, ...]
    gives: Type
    run: Callable[..., Any]
    """It on values; may raise Undecided."""
    python: str
    """It in Python, with a place for each argument; ``{run}`` stands for ``run``."""
    sql: str | None = None
    """It in SQL, for arguments that are not null."""
    method: bool = False
    """Whether it is written behind its first argument and a dot."""


def _whole(result: int) -> int:
    if not INT_MIN <= result <= INT_MAX:
        raise Undecided("A whole number left the range of 64 bits.")
    return result


def _quotient(one: int, other: int) -> int:
    """Divide towards zero."""
    if other == 0:
        raise Undecided("A number was divided by zero.")
    found = abs(one) // abs(other)
    return _whole(found if (one < 0) == (other < 0) else -found)


def _remainder(one: int, other: int) -> int:
    """Return what is left, with the sign of what was divided; where the quotient has no value, nor has it."""
    _quotient(one, other)
    found = abs(one) % abs(other)
    return -found if one < 0 else found


def _ratio(one: float, other: float) -> float:
    """Divide as IEEE 754 does, where dividing by zero is infinite."""
    if other:
        return one / other
    if one == 0 or math.isnan(one) or math.isnan(other):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1, other)


def _lasting(result: Callable[[], timedelta]) -> timedelta:
    try:
        found = result()
    except OverflowError as error:
        raise Undecided("A duration left its range.") from error
    if abs(found) > LONGEST:
        raise Undecided("A duration left its range.")
    return found


def _matches(text: str, pattern: str) -> bool:
    return compiled(pattern).search(text) is not None


_COMPARED = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_PLAIN = (BOOL, INT, DOUBLE, STRING, DURATION)


def _comparisons() -> list[Overload]:
    found = []
    for sign, run in _COMPARED.items():
        for kind in _PLAIN:
            # By code points, as CEL and Python do, and not as any language sorts.
            collated = ' COLLATE "C"' if kind == STRING and sign not in ("==", "!=") else ""
            written = {"==": "=", "!=": "<>"}.get(sign, sign)
            # A number that is none is equal to itself in PostgreSQL, and greater than all.
            sql = None if kind == DOUBLE else f"({{0}} {written} {{1}}{collated})"
            found.append(Overload(f"_{sign}_", (kind, kind), BOOL, run, f"({{0}} {sign} {{1}})", sql))
    return found


def _arithmetic() -> list[Overload]:
    whole = {
        "+": lambda one, other: _whole(one + other),
        "-": lambda one, other: _whole(one - other),
        "*": lambda one, other: _whole(one * other),
        "/": _quotient,
        "%": _remainder,
    }
    lasting = {
        "+": lambda one, other: _lasting(lambda: one + other),
        "-": lambda one, other: _lasting(lambda: one - other),
    }
    broken = {"+": operator.add, "-": operator.sub, "*": operator.mul}
    return [
        *(Overload(f"_{sign}_", (INT, INT), INT, run, "{run}({0}, {1})") for sign, run in whole.items()),
        *(Overload(f"_{sign}_", (DURATION, DURATION), DURATION, run, "{run}({0}, {1})")
          for sign, run in lasting.items()),
        *(Overload(f"_{sign}_", (DOUBLE, DOUBLE), DOUBLE, run, f"({{0}} {sign} {{1}})")
          for sign, run in broken.items()),
        Overload("_/_", (DOUBLE, DOUBLE), DOUBLE, _ratio, "{run}({0}, {1})"),
        Overload("_+_", (STRING, STRING), STRING, operator.add, "({0} + {1})", "({0} || {1})"),
        Overload("-_", (INT,), INT, lambda one: _whole(-one), "{run}({0})"),
        Overload("-_", (DOUBLE,), DOUBLE, operator.neg, "(-{0})"),
        Overload("-_", (DURATION,), DURATION, operator.neg, "(-{0})"),
        Overload("double", (INT,), DOUBLE, float, "float({0})"),
    ]  # fmt: skip


def _of_texts_and_lists() -> list[Overload]:
    # Nothing is in an empty list, SQL says, even where it is not known what is looked for.
    one_of = "(CASE WHEN {0} IS NOT NULL THEN {0} = ANY({1}) END)"
    items, texts = list_of(ANY), (STRING, STRING)
    contains, starts = "(strpos({0}, {1}) > 0)", "starts_with({0}, {1})"
    ends = "(right({0}, char_length({1})) = {1})"
    return [
        Overload("@in", (ANY, items), BOOL, lambda one, all_: one in all_, "({0} in {1})", one_of),
        Overload("size", (STRING,), INT, len, "len({0})", "char_length({0})"),
        Overload("size", (STRING,), INT, len, "len({0})", "char_length({0})", method=True),
        Overload("size", (items,), INT, len, "len({0})", "cardinality({0})"),
        Overload("size", (items,), INT, len, "len({0})", "cardinality({0})", method=True),
        Overload("contains", texts, BOOL, operator.contains, "({1} in {0})", contains, method=True),
        Overload("startsWith", texts, BOOL, str.startswith, "{0}.startswith({1})", starts, method=True),
        Overload("endsWith", texts, BOOL, str.endswith, "{0}.endswith({1})", ends, method=True),
        Overload("matches", texts, BOOL, _matches, "({1}.search({0}) is not None)", method=True),
        Overload(
            "sets.intersects", (items, items), BOOL,
            lambda one, other: not one.isdisjoint(other), "(not {0}.isdisjoint({1}))", "({0} && {1})",
        ),
    ]  # fmt: skip


OVERLOADS: tuple[Overload, ...] = (*_comparisons(), *_arithmetic(), *_of_texts_and_lists())
"""All that there are; ``&&``, ``||``, ``!`` and the choice are no functions, for they need not ask all."""
