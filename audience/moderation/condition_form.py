"""The condition of a rule as a form: facts, comparisons and values that are chosen, written in CEL.

Pure. Whoever proposes a rule need not know the language. What the form cannot say is typed as it is, and
what it can say of a condition that was typed is read back into it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from audience.gardens.filter_form import Form, Line, Match, joined_by
from audience.moderation.rules import TARGETS, ModerationRules, Target
from audience.moderation.vocabulary import STRINGS, vocabulary
from coop.cel.checker import check
from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.faults import ExpressionFault
from coop.cel.syntax import AND, NOT, OR
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Fact, Schema, Type
from coop.errors import Fault, RuleBroken

Comparison = Literal[
    "yes", "no", "more_than", "at_least", "less_than", "at_most", "is", "is_not", "contains", "contains_not",
    "has", "has_not", "any_of", "none_of",
]  # fmt: skip

_SIZES: tuple[Comparison, ...] = ("more_than", "at_least", "less_than", "at_most")
COMPARISONS: Mapping[Type, tuple[Comparison, ...]] = {
    BOOL: ("yes", "no"),
    INT: _SIZES,
    DOUBLE: _SIZES,
    DURATION: _SIZES,
    STRING: ("is", "is_not", "contains", "contains_not", *_SIZES),
    STRINGS: ("has", "has_not", "any_of", "none_of", *_SIZES),
}
"""By type of a fact: how it may be compared. Of a text its characters are counted, of a list its entries."""
LONGEST = 200
"""Most characters of a value."""
LARGEST = 1_000_000_000
MOST_HOURS = 876_000
LISTS = "lists."
"""What facts that are lists of the policy begin with: they are looked for, and not asked about."""

_SIGNS: Mapping[Comparison, str] = {"more_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}
_WRITTEN: Mapping[Comparison, str] = {
    "yes": "{0}",
    "no": "!{0}",
    "is": "{0} == {1}",
    "is_not": "{0} != {1}",
    "contains": "{0}.contains({1})",
    "contains_not": "!{0}.contains({1})",
    "has": "{1} in {0}",
    "has_not": "!({1} in {0})",
    "any_of": "sets.intersects({0}, {1})",
    "none_of": "!sets.intersects({0}, {1})",
    **{name: f"{{0}} {sign} {{1}}" for name, sign in _SIGNS.items()},
}
_READ: Mapping[tuple[str, bool], Comparison] = {
    ("_==_", False): "is",
    ("_!=_", False): "is_not",
    ("contains", False): "contains",
    ("contains", True): "contains_not",
    ("@in", False): "has",
    ("@in", True): "has_not",
    ("sets.intersects", False): "any_of",
    ("sets.intersects", True): "none_of",
    **{(f"_{sign}_", False): name for name, sign in _SIGNS.items()},
}
"""By function, and whether it is denied: how the form says it."""
_JOINED: Mapping[Match, str] = {"any": " || ", "all": " && "}
_AS_TYPED = frozenset({"text", "profile.name", "profile.about"})
"""Texts of members, whose capitals count; all others are kept in small letters."""


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that a condition may speak of."""

    fact: Fact
    targets: tuple[Target, ...]
    """Of what it is known."""


def known_facts(rules: ModerationRules) -> dict[str, Known]:
    """Return what conditions under a policy may speak of, whatever their rules are asked of."""
    found: dict[str, Known] = {}
    for target in TARGETS:
        for name, fact in vocabulary(rules, target).items():
            before = found[name].targets if name in found else ()
            found[name] = Known(fact, (*before, target))
    return found


def written(known: Mapping[str, Known], lines: Sequence[Line], match: Match) -> str:
    """Return the condition of a form: any of its lines, or all; raise RuleBroken where a line is amiss."""
    faults: list[Fault] = []
    said: list[str] = []
    for index, line in enumerate(lines):
        found = _line(known, line, f"/conditions/{index}")
        if isinstance(found, Fault):
            faults.append(found)
        else:
            said.append(found)
    if faults:
        raise RuleBroken("This condition cannot be written.", faults=tuple(faults))
    return _JOINED[match].join(said)


def read_back(known: Mapping[str, Known], when: str) -> Form | None:
    """Return the form that writes a condition, as :func:`written` does; None where none does."""
    schema: Schema = {name: one.fact for name, one in known.items()}
    try:
        root = check(when, schema).root
    except ExpressionFault:
        return None
    match: Match = "any" if isinstance(root, Logic) and root.function == OR else "all"
    lines = [_read(one) for one in joined_by(root, OR if match == "any" else AND)]
    found = Form([one for one in lines if one is not None], match)
    if None in lines:
        return None
    try:
        return found if written(known, found.lines, match) == when else None
    except RuleBroken:
        return None


def _read(part: Part) -> Line | None:
    negated = isinstance(part, Logic) and part.function == NOT
    inner = part.args[0] if isinstance(part, Logic) and negated else part
    if isinstance(inner, FactOf):
        return Line(inner.name, "no" if negated else "yes")
    if not isinstance(inner, Apply) or len(inner.args) != 2:
        return None
    one, other = inner.args if inner.overload.name != "@in" else inner.args[::-1]
    comparison = _READ.get((inner.overload.name, negated))
    if isinstance(one, Apply) and one.overload.name == "size":
        one = one.args[0]
    if comparison is None or not isinstance(one, FactOf):
        return None
    if isinstance(other, FactOf):
        return Line(one.name, comparison, other.name.removeprefix(LISTS))
    return Line(one.name, comparison, _typed(other.value)) if isinstance(other, Const) else None


def _typed(value: object) -> str:
    """Return a constant as the form has it typed."""
    return str(value // timedelta(hours=1)) if isinstance(value, timedelta) else str(value)


def _line(known: Mapping[str, Known], line: Line, pointer: str) -> str | Fault:
    found = known.get(line.fact)
    if found is None or line.fact.startswith(LISTS):
        return Fault(f"{pointer}/fact", "Choose one of the facts.")
    of = found.fact.type
    comparison = next((one for one in COMPARISONS.get(of, ()) if one == line.comparison), None)
    if comparison is None:
        return Fault(f"{pointer}/comparison", f"{_COMPARED[of]} Choose one of these.")
    value = _value(known, line.value.strip(), line.fact, of, comparison)
    if isinstance(value, Fault):
        return Fault(f"{pointer}/value", value.detail)
    counted = comparison in _SIZES and of in (STRING, STRINGS)
    return _WRITTEN[comparison].format(f"size({line.fact})" if counted else line.fact, value)


def _value(
    known: Mapping[str, Known], typed: str, fact: str, of: Type, comparison: Comparison
) -> str | Fault:
    if comparison in ("any_of", "none_of"):
        name = f"{LISTS}{typed.removeprefix(LISTS)}"
        lists = (
            ", ".join(one.removeprefix(LISTS) for one in known if one.startswith(LISTS)) or "there is none"
        )
        return name if name in known else Fault("", f"This is the name of a list of the policy: {lists}.")
    read = _NUMBERS.get(of, _whole) if comparison in _SIZES else _TEXTS[of]
    found = read(typed, fact)
    needed = _NEEDED[of] if comparison not in _SIZES or of not in (STRING, STRINGS) else _NEEDED[INT]
    return Fault("", needed) if found is None else found


def _digits(typed: str, most: int) -> str | None:
    digits = typed.isascii() and typed.isdigit() and len(typed) <= len(str(most))
    return str(int(typed)) if digits and int(typed) <= most else None


def _whole(typed: str, fact: str) -> str | None:
    return _digits(typed, LARGEST)


def _hours(typed: str, fact: str) -> str | None:
    found = _digits(typed, MOST_HOURS)
    return None if found is None else f'duration("{found}h")'


def _decimal(typed: str, fact: str) -> str | None:
    whole, _, part = typed.partition(".")
    plain = _digits(whole, LARGEST) is not None and (not part or _digits(part, LARGEST) is not None)
    return str(float(Decimal(f"{whole}.{part or 0}"))) if plain else None


def _text(typed: str, fact: str) -> str | None:
    found = typed if fact in _AS_TYPED else typed.lower().removeprefix("#").removeprefix("@")
    return json.dumps(found, ensure_ascii=False) if len(found) <= LONGEST and found.isprintable() else None


_NUMBERS: Mapping[Type, Callable[[str, str], str | None]] = {DOUBLE: _decimal, DURATION: _hours}
_TEXTS: Mapping[Type, Callable[[str, str], str | None]] = {
    STRING: _text,
    STRINGS: _text,
    BOOL: lambda typed, fact: "" if not typed else None,
}
_NEEDED: Mapping[Type, str] = {
    STRINGS: f"This is one word, tag or name of at most {LONGEST} characters.",
    STRING: f"This is a text of at most {LONGEST} characters.",
    INT: f"This is a whole number up to {LARGEST}.",
    DOUBLE: "This is a number such as 0.7.",
    DURATION: f"This is a whole number of hours up to {MOST_HOURS}.",
    BOOL: "This needs no value.",
}
_COMPARED: Mapping[Type, str] = {
    BOOL: "This is so or is not so.",
    INT: "This is a number: it is more, at least, less or at most.",
    DOUBLE: "This is a number: it is more, at least, less or at most.",
    DURATION: "This is a length of time: it is more, at least, less or at most so many hours.",
    STRING: "This is a text: it is something or contains it, or has so many characters.",
    STRINGS: "This is a list: it has something, or one of a list, or so many entries.",
}
