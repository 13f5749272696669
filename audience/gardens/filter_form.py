"""The form of a filter: facts, comparisons and values that a member chooses, written as a condition in CEL.

Pure. Nobody needs to know the language: whatever the form can say parses, is of the right types and is said
exactly in SQL.
"""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from audience.gardens.vocabulary import KNOWN, SCHEMA, STRINGS
from coop.cel.checker import check
from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.syntax import AND, NOT, OR
from coop.cel.types import BOOL, DURATION, INT, STRING, Type
from coop.errors import Fault, RuleBroken

Comparison = Literal["has", "has_not", "is", "is_not", "at_least", "at_most", "yes", "no"]
Match = Literal["any", "all"]

COMPARISONS: Mapping[Type, tuple[Comparison, ...]] = {
    STRINGS: ("has", "has_not"),
    STRING: ("is", "is_not"),
    INT: ("at_least", "at_most"),
    DURATION: ("at_least", "at_most"),
    BOOL: ("yes", "no"),
}
"""By type of a fact: how it may be compared."""
LONGEST = 60
"""Most characters of a value."""
LARGEST = 1_000_000_000
MOST_DAYS = 36_500

_WRITTEN: Mapping[Comparison, str] = {
    "has": "{1} in {0}",
    "has_not": "!({1} in {0})",
    "is": "{0} == {1}",
    "is_not": "{0} != {1}",
    "at_least": "{0} >= {1}",
    "at_most": "{0} <= {1}",
    "yes": "{0}",
    "no": "!{0}",
}
_JOINED: Mapping[Match, str] = {"any": " || ", "all": " && "}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form."""

    fact: str
    comparison: str
    value: str = ""
    """Of a duration, in whole days, or in hours for a rule; of what is or is not so, nothing."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is filled in."""

    lines: list[Line]
    match: Match


def written(lines: Sequence[Line], match: Match) -> str:
    """Return the condition of a form: any of its lines, or all; raise RuleBroken where a line is amiss."""
    faults: list[Fault] = []
    said: list[str] = []
    for index, line in enumerate(lines):
        found = _line(line, f"/conditions/{index}")
        if isinstance(found, Fault):
            faults.append(found)
        else:
            said.append(found)
    if not lines:
        faults.append(Fault("/conditions", "Name at least one condition."))
    if faults:
        raise RuleBroken("This filter cannot be kept.", faults=tuple(faults))
    return _JOINED[match].join(said)


def read_back(when: str) -> Form | None:
    """Return the form that writes a condition, as :func:`written` does; None where none does.

    Raise ExpressionFault where it is no condition any more.
    """
    root = check(when, SCHEMA).root
    match: Match = "any" if isinstance(root, Logic) and root.function == OR else "all"
    lines = [_read(one) for one in joined_by(root, OR if match == "any" else AND)]
    found = Form([one for one in lines if one is not None], match)
    return found if None not in lines and written(found.lines, match) == when else None


def joined_by(root: Part, function: str) -> list[Part]:
    """Return what ``&&``, or ``||``, joins at the top of a condition; the whole where it joins nothing."""
    if isinstance(root, Logic) and root.function == function:
        return [part for one in root.args for part in joined_by(one, function)]
    return [root]


def _read(part: Part) -> Line | None:
    negated = isinstance(part, Logic) and part.function == NOT
    inner = part.args[0] if isinstance(part, Logic) and negated else part
    if isinstance(inner, FactOf):
        return Line(inner.name, "no" if negated else "yes")
    if not isinstance(inner, Apply) or len(inner.args) != 2:
        return None
    one, other = inner.args if inner.overload.name != "@in" else inner.args[::-1]
    comparison = _READ.get((inner.overload.name, negated))
    if comparison is None or not isinstance(one, FactOf) or not isinstance(other, Const):
        return None
    value = other.value
    return Line(one.name, comparison, str(value.days if isinstance(value, timedelta) else value))


_READ: Mapping[tuple[str, bool], Comparison] = {
    ("@in", False): "has",
    ("@in", True): "has_not",
    ("_==_", False): "is",
    ("_!=_", False): "is_not",
    ("_>=_", False): "at_least",
    ("_<=_", False): "at_most",
}
"""By function, and whether it is denied: how the form says it."""


def _line(line: Line, pointer: str) -> str | Fault:
    known = KNOWN.get(line.fact)
    if known is None:
        return Fault(f"{pointer}/fact", f"Choose one of these: {', '.join(KNOWN)}.")
    comparison = next((one for one in COMPARISONS[known.type] if one == line.comparison), None)
    if comparison is None:
        return Fault(f"{pointer}/comparison", f"Choose one of these: {', '.join(COMPARISONS[known.type])}.")
    value = _VALUES[known.type](line.value.strip(), line.fact)
    if value is None:
        return Fault(f"{pointer}/value", _NEEDED[known.type])
    return _WRITTEN[comparison].format(line.fact, value)


def _text(value: str, fact: str) -> str | None:
    if fact == "text.words":
        found = "".join(
            one for one in unicodedata.normalize("NFKD", value.lower()) if not "\u0300" <= one <= "\u036f"
        )
        return (
            json.dumps(found, ensure_ascii=False) if 0 < len(found) <= LONGEST and found.isalnum() else None
        )
    found = unicodedata.normalize("NFKC", value).lower().removeprefix("#").removeprefix("@")
    return json.dumps(found, ensure_ascii=False) if len(found) <= LONGEST and found.isprintable() else None


def _whole(value: str, most: int) -> int | None:
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(most))
    return int(value) if digits and int(value) <= most else None


def _number(value: str, fact: str) -> str | None:
    found = _whole(value, LARGEST)
    return None if found is None else str(found)


def _days(value: str, fact: str) -> str | None:
    found = _whole(value, MOST_DAYS)
    return None if found is None else f'duration("{24 * found}h")'


_VALUES: Mapping[Type, Callable[[str, str], str | None]] = {
    STRINGS: _text,
    STRING: _text,
    INT: _number,
    DURATION: _days,
    BOOL: lambda value, fact: "" if not value else None,
}
_NEEDED: Mapping[Type, str] = {
    STRINGS: f"This is one word, tag or name of at most {LONGEST} characters.",
    STRING: f"This is a word, or nothing, of at most {LONGEST} characters.",
    INT: f"This is a whole number up to {LARGEST}.",
    DURATION: f"This is a whole number of days up to {MOST_DAYS}.",
    BOOL: "This needs no value.",
}
