"""Groups: many events at once, counted by the group that each belongs to. Pure."""

from collections.abc import Sequence

import numpy as np

from audience.replay.columns import Bools, Ints
from coop.rehearsal import Change, Count, Tallied, changes, merged

NO_GUILD = "in no guild"
"""The label of what belongs to no guild."""


class Groups:
    """The changes in groups of one kind, as they are counted."""

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.tallied: dict[str, Tallied] = {}

    def add(self, labels: Sequence[str], which: Ints, people: Ints, before: Bools, after: Bools) -> None:
        """Count events: the i-th is of the group ``labels[which[i]]`` and of the person ``people[i]``."""
        for label in labels:
            if label not in self.tallied:
                self.tallied[label] = Tallied(self.enough)
        for name, holds in (
            ("before", before),
            ("lost", before & ~after),
            ("gained", after & ~before),
            ("kept", before & after),
        ):
            counts = [getattr(self.tallied[label], name) for label in labels]
            _count(counts, which[holds], people[holds])

    @property
    def total(self) -> Change:
        """All groups as one."""
        return merged(self.tallied.values(), self.enough).change

    @property
    def by_label(self) -> dict[str, Change]:
        """Each group that anything happened in, the largest first."""
        alive = {label: one for label, one in self.tallied.items() if one.before.value or one.gained.value}
        return changes(alive, self.enough)


def _count(counts: Sequence[Count], which: Ints, people: Ints) -> None:
    for place, number in enumerate(np.bincount(which, minlength=len(counts)).tolist()):
        if not number:
            continue
        few = not counts[place].many
        counts[place].add(number, np.unique(people[which == place]).tolist() if few else ())
