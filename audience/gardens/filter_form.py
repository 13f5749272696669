"""The form of a filter: facts, comparisons and values that a member chooses, written as a condition in CEL.

Pure. Nobody needs to know the language: whatever the form can say parses, is of the right types and is said
exactly in SQL.
"""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from audience.gardens.vocabulary import KNOWN, STRINGS
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
    """Of a duration, in whole days; of what is or is not so, nothing."""


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
