"""The difference between two texts, line by line: what went, what came, and a little around it.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audience.cowriting.lines import matched

AROUND = 3
"""Lines that are shown around what changed."""
What = Literal["same", "removed", "added", "gap"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a difference."""

    what: What
    """``gap`` where lines are left out that are the same in both."""
    text: str = ""


def difference(old: str, new: str) -> list[Row]:
    """Return the rows of a difference, what went before what came; none where both texts are the same."""
    if old == new:
        return []
    before, after = old.split("\n"), new.split("\n")
    found: list[Row] = []
    a = b = 0
    for run in matched(before, after):
        found += [Row("removed", line) for line in before[a : run.old]]
        found += [Row("added", line) for line in after[b : run.new]]
        a, b = run.old + run.number, run.new + run.number
        found += _around(before[run.old : a], first=not found, last=(a, b) == (len(before), len(after)))
    found += [Row("removed", line) for line in before[a:]]
    found += [Row("added", line) for line in after[b:]]
    return found


def _around(same: Sequence[str], *, first: bool, last: bool) -> list[Row]:
    """Return as much of lines that are the same as is shown: their ends where something changed."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(same) <= head + tail:
        return [Row("same", line) for line in same]
    shown = [Row("same", line) for line in same[:head]]
    return [*shown, Row("gap"), *(Row("same", line) for line in same[len(same) - tail :])]
