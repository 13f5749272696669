"""Hiding: which numbers of a report would tell of too few people, and which would give those away.

Pure. Law 7: a number that speaks of fewer people than the clause says is not told (primary suppression). A
group of numbers that add up to a total which is told would give away the only one left out, so a second one
is left out with it (complementary suppression; Hundepool et al., «Statistical Disclosure Control», §4.2),
and never one that leaves the sum of what is hidden speaking of too few. Zero tells of nobody and is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coop.rehearsal import Cell, Measure

Place = tuple[str, str, str]
"""Column, kind of group, label; the total's kind and label are empty."""
TOTAL = ""

COLUMNS = ("before", "lost", "gained")


@dataclass(frozen=True, slots=True)
class Sum:
    """Cells that add up to another."""

    total: Place
    parts: tuple[Place, ...]


def cells(measure: Measure) -> dict[Place, Cell]:
    """Return every cell of a measure by its place."""
    found = {(column, TOTAL, TOTAL): cell for column, cell in measure.total.cells.items()}
    for kind, groups in measure.by.items():
        for label, change in groups.items():
            found |= {(column, kind, label): cell for column, cell in change.cells.items()}
    return found


def sums(measure: Measure) -> list[Sum]:
    """Return what adds up in a measure: in each column, the groups of one kind to the total."""
    return [
        Sum((column, TOTAL, TOTAL), tuple((column, kind, label) for label in groups))
        for column in COLUMNS
        for kind, groups in measure.by.items()
        if groups
    ]


def hidden(measure: Measure, below: int) -> frozenset[Place]:
    """Return the places of a measure that are not told.

    What is added only grows, and there are finitely many places, so this ends.
    """
    known = cells(measure)
    found = {place for place, cell in known.items() if too_few(cell, below)}
    equations = sums(measure)
    while True:
        more = set(_complements(known, equations, found, below))
        if not more:
            return frozenset(found)
        found |= more


def too_few(cell: Cell, below: int) -> bool:
    """Say whether a number speaks of somebody, and of fewer than ``below``."""
    return cell.people is not None and cell.value != 0 and cell.people < below


def _complements(
    known: Mapping[Place, Cell], equations: Sequence[Sum], found: set[Place], below: int
) -> Iterator[Place]:
    """Yield one more place for each sum that gives away what is left out of it."""
    for one in equations:
        gone = [place for place in one.parts if place in found]
        if one.total in found:
            if not gone:
                yield _cover(known, one.parts, found) or one.parts[0]
        elif gone and (len(gone) == 1 or all(too_few(known[place], below) for place in gone)):
            other = _cover(known, one.parts, found)
            if other is not None:
                yield other
            elif len(gone) == 1:
                yield one.total


def _cover(known: Mapping[Place, Cell], parts: Sequence[Place], found: set[Place]) -> Place | None:
    """Return the part that is told, is not zero and says least; a zero where there is no other."""
    told = [place for place in parts if place not in found]
    return min(told, key=lambda place: (known[place].value == 0, known[place].value, place), default=None)
