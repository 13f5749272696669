"""Rehearsals: the shapes in which a patch is tried on what really happened, shared by every room.

Pure. A replayer is handed a :class:`Rehearsing` and a session to read recorded events with, and returns a
:class:`Report`. Law 14: a report is a function of the events before ``until``, the rules and the seed, so
a late or doubled run makes the same one, but for what a replayer reads as it stands and says so. Law 7: every
number carries how many people it speaks of; who stores the report hides what speaks of too few.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from coop.book import Book

Progress = Callable[[int, int, str], None]
"""Takes how much is done, of how much, and what is being done."""

OTHERS = "others"
"""The label of all groups beyond the :data:`MOST_GROUPS` largest."""
MOST_GROUPS = 50
"""How many groups of one kind a report names."""


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody how far a rehearsal has come."""


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """A patch to be tried: both books, the window, and what decides the draw of lots."""

    scope: str
    kind: str
    before: Book
    """The rules in force."""
    after: Book
    """The same rules, changed by the patch."""
    since: datetime
    until: datetime
    """The window: ``since <= event < until``."""
    sample: int
    """How many members are looked at where not all can be."""
    hidden_below: int
    """Fewer people than this are not told of."""
    seed: str
    progress: Progress = silent

    @property
    def days(self) -> int:
        """The whole days of the window."""
        return (self.until - self.since) // timedelta(days=1)

    def lot(self, name: str) -> int:
        """Return the lot drawn by ``name``: 64 bits of sha256 over the seed and the name.

        Anyone who has the seed draws the same lots.
        """
        return int.from_bytes(hashlib.sha256(f"{self.seed}:{name}".encode()).digest()[:8])


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and how many people it speaks of."""

    value: int
    people: int | None
    """Distinct people, counted no further than what :attr:`Rehearsing.hidden_below` asks for; None where the
    number is public knowledge."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many there were under the rules in force, and how the patch would have changed that.

    With the patch there are ``before − lost + gained``, which is not written down: what is left out of a
    report must not follow from what stands in it.
    """

    before: Cell
    lost: Cell
    gained: Cell

    @property
    def cells(self) -> dict[str, Cell]:
        """The three cells, by name."""
        return {"before": self.before, "lost": self.lost, "gained": self.gained}


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was counted: in all, and by group."""

    name: str
    things: str
    """What is counted, as a plural: ``views``."""
    lost: str
    gained: str
    """What happens to it: ``turned away``, ``let in``."""
    total: Change
    by: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    """Kind of group → label → the change in it. The groups of one kind divide the total among them."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One property of what was made under both rules, as a mean over people."""

    of: str
    """What it is a property of: the name of a feed profile."""
    name: str
    meaning: str
    per: int
    """The unit: a value of ``per`` is 1."""
    before: int | None
    """None where it compares the two."""
    after: int
    people: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One public case that would have gone otherwise."""

    ref: str
    """What it is, such as ``proposal:123``."""
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a replayer found."""

    replayed: Mapping[str, Cell]
    """How many recorded events of which sort were gone through."""
    measures: tuple[Measure, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    limits: tuple[str, ...] = ()
    """What was not on record, or could not be replayed, in sentences."""


@dataclass(slots=True)
class Count:
    """A number as it grows, and distinct people, counted only as far as it matters how few they are."""

    enough: int
    value: int = 0
    people: set[Hashable] = field(default_factory=set)

    @property
    def many(self) -> bool:
        """Whether more people would change nothing."""
        return len(self.people) >= self.enough

    def add(self, value: int, people: Iterable[Hashable]) -> None:
        """Count ``value`` more, which speaks of these people."""
        self.value += value
        for person in people:
            if self.many:
                return
            self.people.add(person)

    @property
    def cell(self) -> Cell:
        """What was counted."""
        return Cell(self.value, len(self.people))


@dataclass(slots=True)
class Tallied:
    """The change in one group as it is counted, event by event."""

    enough: int
    before: Count = field(init=False)
    lost: Count = field(init=False)
    gained: Count = field(init=False)
    kept: Count = field(init=False)

    def __post_init__(self) -> None:
        self.before, self.lost, self.gained, self.kept = (Count(self.enough) for _ in range(4))

    def add(self, person: Hashable, *, before: bool, after: bool) -> None:
        """Count one event of a person, allowed or not under either rules."""
        for count, holds in (
            (self.before, before),
            (self.lost, before and not after),
            (self.gained, after and not before),
            (self.kept, before and after),
        ):
            if holds:
                count.add(1, (person,))

    @property
    def change(self) -> Change:
        """What was counted; a loss that spares only a few speaks of those few as well."""
        spared = self.kept.cell
        lost = self.lost.cell
        if lost.value and spared.value:
            lost = Cell(lost.value, min(lost.people or 0, spared.people or 0))
        return Change(self.before.cell, lost, self.gained.cell)


def changes(tallied: Mapping[str, Tallied], enough: int) -> dict[str, Change]:
    """Return the changes by label, the largest first; those beyond :data:`MOST_GROUPS` as one."""
    ordered = sorted(tallied, key=lambda label: (-tallied[label].before.value, label))
    found = {label: tallied[label].change for label in ordered[:MOST_GROUPS]}
    rest = ordered[MOST_GROUPS:]
    if rest:
        found[OTHERS] = merged((tallied[label] for label in rest), enough).change
    return found


def fewer(one: Change, other: Change) -> Change:
    """Return one change, each number of which speaks of as few people as it does in either."""
    cells = {
        name: Cell(cell.value, min(cell.people or 0, other.cells[name].people or 0))
        for name, cell in one.cells.items()
    }
    return Change(**cells)


def merged(parts: Iterable[Tallied], enough: int) -> Tallied:
    """Return several groups as one."""
    whole = Tallied(enough)
    for part in parts:
        for name in ("before", "lost", "gained", "kept"):
            count: Count = getattr(part, name)
            joined: Count = getattr(whole, name)
            joined.add(count.value, count.people)
    return whole


def ranges(steps: tuple[int, ...], things: str) -> list[str]:
    """Return the labels of the ranges between ``steps``: ``1 to 9 viewers`` and so on."""
    labels = [f"{low:,} to {high - 1:,} {things}" for low, high in pairwise(steps)]
    return [*labels, f"{steps[-1]:,} {things} or more"]
