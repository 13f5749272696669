"""Terms as they are typed into a form: how long a change stays, and what undoes it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from coop.errors import Fault, RuleBroken

ROWS = 2
"""Measures that a form has room for."""
UNREADABLE = "These terms could not be read."


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was typed."""

    review_after: timedelta | None
    sunset_after: timedelta | None
    """None for what the class of the change says."""
    tripwires: tuple[dict[str, Any], ...]


def terms(form: Mapping[str, str]) -> Agreed:
    """Return the terms in the fields ``review_days``, ``sunset_days``, ``metric-0``, ``window-0``, ….

    Raise RuleBroken for what is no number.
    """
    return Agreed(
        review_after=_days(form, "review_days", "/review_after"),
        sunset_after=_days(form, "sunset_days", "/sunset_after"),
        tripwires=tuple(_tripwire(form, row, place) for place, row in enumerate(_rows(form))),
    )


def places(form: Mapping[str, str]) -> dict[str, str]:
    """Return in which field each pointer into a draft's terms was typed."""
    found = {"/review_after": "review_days", "/sunset_after": "sunset_days"}
    for place, row in enumerate(_rows(form)):
        at = f"/tripwires/{place}"
        found |= {
            at: f"least-{row}",
            f"{at}/metric": f"metric-{row}",
            f"{at}/window_days": f"window-{row}",
            f"{at}/min": f"least-{row}",
            f"{at}/max": f"most-{row}",
        }
    return found


def _rows(form: Mapping[str, str]) -> list[int]:
    return [row for row in range(ROWS) if form.get(f"metric-{row}")]


def _days(form: Mapping[str, str], name: str, pointer: str) -> timedelta | None:
    days = _whole(form, name, pointer)
    return None if days is None else timedelta(days=days)


def _tripwire(form: Mapping[str, str], row: int, place: int) -> dict[str, Any]:
    at = f"/tripwires/{place}"
    bounds = {
        name: _number(form, field, f"{at}/{name}")
        for name, field in (("min", f"least-{row}"), ("max", f"most-{row}"))
        if form.get(field, "").strip()
    }
    window = _whole(form, f"window-{row}", f"{at}/window_days")
    return {"metric": form[f"metric-{row}"], "window_days": window, **bounds}


def _whole(form: Mapping[str, str], name: str, pointer: str) -> int | None:
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 and int(typed)):
        _refuse(pointer, "Write a whole number of days, from 1.")
    return int(typed)


def _number(form: Mapping[str, str], name: str, pointer: str) -> int | float:
    typed = form[name].strip()
    try:
        found = Decimal(typed) if typed.isascii() and len(typed) <= 20 else None
    except DecimalException:
        found = None
    if found is None or not found.is_finite():
        _refuse(pointer, "Write a number.")
    return int(found) if found == found.to_integral_value() else float(found)


def _refuse(pointer: str, detail: str) -> NoReturn:
    raise RuleBroken(UNREADABLE, faults=(Fault(pointer, detail),))
