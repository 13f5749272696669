"""The condition of a rule as a form: facts, comparisons and values that are chosen, written in CEL.

Pure. Whoever proposes a rule need not know the language. What the form cannot say is typed as it is, and
what it can say of a condition that was typed is read back into it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from audience.moderation.rules import TARGETS, ModerationRules, Target
from audience.moderation.vocabulary import STRINGS, vocabulary
from coop.cel import form
from coop.cel.expression import Const, FactOf, Part
from coop.cel.faults import ExpressionFault
from coop.cel.form import WRITTEN, Comparison, Form, Line, Match, joined
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Fact, Type
from coop.errors import Fault
from coop.whole_numbers import whole

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

    def write(line: Line, pointer: str) -> str | Fault:
        return _line(known, line, pointer)

    return joined(lines, match, write, "This condition cannot be written.")


def read_back(known: Mapping[str, Known], when: str) -> Form | None:
    """Return the form that writes a condition, as :func:`written` does; None where none does."""
    schema = {name: one.fact for name, one in known.items()}
    try:
        return form.read_back(when, schema, _typed, lambda lines, match: written(known, lines, match))
    except ExpressionFault:
        return None


def _typed(part: Part) -> str | None:
    """Return a constant, or a list of the policy, as the form has it typed; None where it is neither."""
    if isinstance(part, FactOf):
        return part.name.removeprefix(LISTS)
    if not isinstance(part, Const):
        return None
    return str(part.value // timedelta(hours=1)) if isinstance(part.value, timedelta) else str(part.value)


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
    return WRITTEN[comparison].format(f"size({line.fact})" if counted else line.fact, value)


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


def _whole(typed: str, fact: str) -> str | None:
    found = whole(typed, LARGEST)
    return None if found is None else str(found)


def _hours(typed: str, fact: str) -> str | None:
    found = whole(typed, MOST_HOURS)
    return None if found is None else f'duration("{found}h")'


def _decimal(typed: str, fact: str) -> str | None:
    before, _, after = typed.partition(".")
    plain = whole(before, LARGEST) is not None and (not after or whole(after, LARGEST) is not None)
    return str(float(Decimal(f"{before}.{after or 0}"))) if plain else None


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
