"""The form of an entry of the moderation policy: what is typed into it, and what it is shown with.

Pure. What is missing or cannot be read is told here, at its field; whether what it says can stand is left for
verification to tell.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from audience.moderation.condition_form import LISTS, Known, known_facts, read_back, written
from audience.moderation.rules import TARGETS
from coop.book import Book
from coop.cel.form import Line, Match
from coop.clauses import Duration, as_text
from coop.errors import Fault, RuleBroken
from web.entries import Place
from web.entry_tables import Part, Table, rules_for

LINES = 3
"""Comparisons that the form of a condition has room for, where it has no more of them already."""
MOST_LINES = 20
MOST_MINUTES = 1_000_000


def facts_for(book: Book, scope: str) -> dict[str, Known]:
    """Return what conditions of a scope's rules may speak of."""
    return known_facts(rules_for(book, scope))


def choices_of_facts(known: Mapping[str, Known]) -> list[tuple[str, str, str]]:
    """Return the facts that a comparison may begin with: name, meaning, and of what they are known."""
    return [
        (name, one.fact.meaning, "" if len(one.targets) == len(TARGETS) else ", ".join(one.targets))
        for name, one in known.items()
        if not name.startswith(LISTS)
    ]


def shown(table: Table, known: Mapping[str, Known], value: Any) -> dict[str, str]:
    """Return an entry as it is typed into its form; nothing where there is none yet."""
    typed: dict[str, str] = {}
    for part in table.parts if value else ():
        said = value if table.single else value.get(part.name)
        if said is not None:
            typed |= _shown(part, known, said)
    return typed


def _shown(part: Part, known: Mapping[str, Known], said: Any) -> dict[str, str]:
    match part.how:
        case "ticks":
            return {f"{part.name}-{one}": "on" for one in said}
        case "yes":
            return {part.name: "on"} if said else {}
        case "lines":
            return {part.name: "\n".join(said)}
        case "minutes":
            length: timedelta = TypeAdapter(Duration).validate_python(said)
            return {part.name: str(length // timedelta(minutes=1))}
        case "condition":
            return _condition_shown(part.name, known, said)
    return {part.name: str(said)}


def _condition_shown(name: str, known: Mapping[str, Known], when: str) -> dict[str, str]:
    form = read_back(known, when)
    if form is None or len(form.lines) > MOST_LINES:
        return {name: when}
    typed: dict[str, str] = {"match": form.match}
    for number, line in enumerate(form.lines, start=1):
        typed |= {
            f"fact-{number}": line.fact,
            f"how-{number}": line.comparison,
            f"value-{number}": line.value,
        }
    return typed


def conditions_of(said: Mapping[str, str]) -> list[tuple[int, Line]]:
    """Return the comparisons that are chosen in a form, each with its number there."""
    return [
        (number, Line(fact, said.get(f"how-{number}", ""), said.get(f"value-{number}", "")))
        for number in range(1, MOST_LINES + 1)
        if (fact := said.get(f"fact-{number}", ""))
    ]


def room_for(said: Mapping[str, str]) -> range:
    """Return the numbers of the comparisons that a form has room for, with what was typed into it."""
    last = max((number for number, _ in conditions_of(said)), default=0)
    return range(1, min(max(LINES, last + 1), MOST_LINES) + 1)


def read(table: Table, known: Mapping[str, Known], said: Mapping[str, str], old: Any = None) -> Any:
    """Return the entry that was typed; what still says what ``old`` does is kept as it is written there.

    Raise RuleBroken, with ``/NAME`` of each field, for what is missing or cannot be read.
    """
    before = {} if old is None else shown(table, known, old)
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for part in table.parts:
        was = old if table.single or old is None else old.get(part.name)
        try:
            typed = _read(part, known, said)
            value = was if old is not None and typed == _read(part, known, before) else typed
        except RuleBroken as error:
            faults.extend(error.faults)
            continue
        if part.needed and not value:
            faults.append(Fault(f"/{part.name}", "This is needed."))
        elif value is not None:
            found[part.name] = value
    if faults:
        raise RuleBroken(f"This {table.one} could not be read.", faults=tuple(faults))
    return found[table.first] if table.single else found


def _read(part: Part, known: Mapping[str, Known], said: Mapping[str, str]) -> Any:
    typed = said.get(part.name, "").replace("\r\n", "\n").strip()
    match part.how:
        case "ticks":
            return [one for one in part.choices if said.get(f"{part.name}-{one}")] or None
        case "yes":
            return True if typed else None
        case "lines":
            return [line.strip() for line in typed.split("\n") if line.strip()]
        case "number" | "minutes" if typed:
            number = _whole(typed, part)
            return number if part.how == "number" else as_text(timedelta(minutes=number))
        case "condition":
            return _condition(part, known, typed, said)
    return typed or None


def _whole(typed: str, part: Part) -> int:
    if typed.isascii() and typed.isdigit() and len(typed) < 8 and 0 < int(typed) <= MOST_MINUTES:
        return int(typed)
    raise _refused("This is no number.", Fault(f"/{part.name}", "Write a whole number, from 1."))


def _condition(part: Part, known: Mapping[str, Known], typed: str, said: Mapping[str, str]) -> str | None:
    lines = conditions_of(said)
    if typed and lines:
        told = "Say it one way: choose facts, or write the condition, and leave the other empty."
        raise _refused("There are two conditions.", Fault(f"/{part.name}", told))
    if not lines:
        return typed or None
    match: Match = "any" if said.get("match") == "any" else "all"
    return written(known, [line for _, line in lines], match)


def places(table: Table, name: str, said: Mapping[str, str]) -> dict[str, str]:
    """Return in which field each pointer was typed that a fault may name."""
    at = Place("", table.name, name).pointer
    found = {at: table.first, "/patch": table.first}
    if not table.single:
        found |= {f"{at}/{part.name}": part.name for part in table.parts}
    for index, (number, _) in enumerate(conditions_of(said)):
        for part, field in (("fact", "fact"), ("comparison", "how"), ("value", "value")):
            found[f"/conditions/{index}/{part}"] = f"{field}-{number}"
    return found


def _refused(detail: str, fault: Fault) -> RuleBroken:
    return RuleBroken(detail, faults=(fault,))
