"""The form of a filter: facts, comparisons and values that a member chooses, written as a condition in CEL.

Pure. Nobody needs to know the language: whatever the form can say parses, is of the right types and is said
exactly in SQL.
"""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from audience.gardens.vocabulary import KNOWN, SCHEMA, STRINGS
from coop.cel import form
from coop.cel.expression import Const, Part
from coop.cel.form import WRITTEN, Form, Line, Match, joined
from coop.cel.types import BOOL, DURATION, INT, STRING, Type
from coop.errors import Fault, RuleBroken
from coop.whole_numbers import whole

Comparison = Literal["has", "has_not", "is", "is_not", "at_least", "at_most", "yes", "no"]

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
REFUSED = "This filter cannot be kept."


def written(lines: Sequence[Line], match: Match) -> str:
    """Return the condition of a form: any of its lines, or all; raise RuleBroken where a line is amiss."""
    if not lines:
        raise RuleBroken(REFUSED, faults=(Fault("/conditions", "Name at least one condition."),))
    return joined(lines, match, _line, REFUSED)


def read_back(when: str) -> Form | None:
    """Return the form that writes a condition, as :func:`written` does; None where none does.

    Raise ExpressionFault where it is no condition any more.
    """
    return form.read_back(when, SCHEMA, _typed, written)


def _typed(part: Part) -> str | None:
    """Return a constant as the form has it typed; None where it is none."""
    if not isinstance(part, Const):
        return None
    return str(part.value.days if isinstance(part.value, timedelta) else part.value)


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
    return WRITTEN[comparison].format(line.fact, value)


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


def _number(value: str, fact: str) -> str | None:
    found = whole(value, LARGEST)
    return None if found is None else str(found)


def _days(value: str, fact: str) -> str | None:
    found = whole(value, MOST_DAYS)
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
