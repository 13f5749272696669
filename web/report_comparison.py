"""What several rehearsals found, side by side: a line for each change, a column for each thing counted. Pure.

All were tried on the same weeks, so what the rules as they are come to is the same in each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A thing that is counted."""

    things: str
    before: int | None
    """How many there are by the rules as they are; None where a report does not tell."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would have gone otherwise, by change and by what is counted."""

    columns: list[Column]
    lines: list[list[list[str]]]
    """Of each report, in order: of each column, what would have happened."""


def compared(reports: Sequence[Mapping[str, Any]]) -> Comparison | None:
    """Return reports side by side; None where they count nothing, or not all of them the same things."""
    measures = [{one["name"]: one for one in report["measures"]} for report in reports]
    names = list(measures[0]) if measures else []
    if not names or any(list(one) != names for one in measures):
        return None
    columns = [_column([one[name] for one in measures]) for name in names]
    return Comparison(columns, [[_said(one[name]) for name in names] for one in measures])


def _column(measures: Sequence[Mapping[str, Any]]) -> Column:
    before = {measure["total"]["before"] for measure in measures}
    return Column(measures[0]["things"], before.pop() if len(before) == 1 else None)


def _said(measure: Mapping[str, Any]) -> list[str]:
    """Return what would have happened to the things counted; what happens to none of them is not said."""
    total = measure["total"]
    said = [
        f"{measure[way]}: too few people to tell" if total[way] is None else f"{total[way]:,} {measure[way]}"
        for way in ("lost", "gained")
        if total[way] != 0
    ]
    return said or ["no difference"]
