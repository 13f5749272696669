"""Ballot papers as they are sent by a form: what was ranked, approved or named on one. Pure."""

from collections.abc import Mapping
from decimal import Decimal, DecimalException

from coop.errors import Fault, RuleBroken

UNREADABLE = "This ballot could not be read."


def ranking(form: Mapping[str, str], options: int) -> tuple[int, ...]:
    """Return the options that were given a place, the first one first; places may be left out.

    The field ``place-0`` holds the place of the first option, counted from 1, or nothing. Raise RuleBroken
    for what is no place, and where two options have the same one.
    """
    at: dict[int, int] = {}
    for option in range(options):
        typed = form.get(f"place-{option}", "").strip()
        if not typed:
            continue
        place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
        if not 1 <= place <= options:
            raise _refused("/marks", f"A place is a number from 1 to {options}.")
        if place in at:
            raise _refused("/marks", f"Two of them are at place {place}: give each a place of its own.")
        at[place] = option
    return tuple(at[place] for place in sorted(at))


def approvals(form: Mapping[str, str], options: int) -> tuple[int, ...]:
    """Return the options whose box ``approve-0``, ``approve-1``, … is ticked, or says yes."""
    return tuple(option for option in range(options) if form.get(f"approve-{option}"))


def number(form: Mapping[str, str]) -> Decimal:
    """Return the number that was named; raise RuleBroken where none was."""
    typed = form.get("value", "").strip()
    try:
        found = Decimal(typed) if typed.isascii() and len(typed) <= 40 else None
    except DecimalException:
        found = None
    if found is None or not found.is_finite():
        raise _refused("/value", "Write a number.")
    return found


def _refused(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken(UNREADABLE, faults=(Fault(pointer, detail),))
