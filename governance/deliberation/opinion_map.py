"""The opinion map: who answers alike, what they share, and what tells them apart.

Pure. The method of Polis: who has answered enough is placed on the plane of the two strongest differences
(:mod:`coop.opinions.pca`), places are grouped (:mod:`coop.opinions.clusters`), and statements are found on
which all groups agree, or that stand for one of them (:mod:`.consensus`). It informs and decides nothing.

The same answers give the same map, whoever asks, in any order of people, on any machine; see
:mod:`coop.opinions.pca` for the last digit. A map knows who is where: what may be told of it is
:mod:`.map_document`.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from coop.opinions.answers import PASS, Answers, Indices, Marks
from coop.opinions.clusters import Clustering, clustered
from coop.opinions.pca import Plane, Reals, principal_plane
from governance.deliberation.consensus import Finding, consensus, representative
from governance.deliberation.group_tallies import GroupTallies, tallied
from governance.deliberation.routing import weight
from governance.deliberation.rules import Map

PER_GROUP = 12
"""People for whom one group more than two may be looked for (Polis: at most 2 + ⌊people ÷ 12⌋)."""


@dataclass(frozen=True, slots=True)
class OpinionMap:
    """Where each of those who answered enough stands, and in which group."""

    rules: Map
    answers: Answers
    """Of everybody, with struck statements passed by all."""
    open_to: Marks
    """Per statement, whether it stands: those that were struck are named nowhere."""
    plane: Plane
    placed: Indices
    """Rows of the people on the map."""
    places: Reals
    """Their places, in that order."""
    clustering: Clustering
    tallies: GroupTallies
    """Of those on the map."""

    @property
    def groups(self) -> dict[Hashable, int]:
        """The group of each of the people on the map."""
        labels = self.clustering.labels.tolist()
        return {self.answers.people[row]: label for row, label in zip(self.placed, labels, strict=True)}

    @property
    def shown(self) -> list[int]:
        """The groups that are large enough to be shown."""
        return [group for group, size in enumerate(self.clustering.sizes) if size >= self.rules.group]

    def consensus(self, groups: list[int]) -> list[Finding]:
        """Return the statements that all of these groups agree on, then those that all reject."""
        rules = self.rules
        return consensus(self.tallies.of(groups), self.open_to, rules.group, rules.findings) if groups else []

    def representative(self, group: int, groups: list[int]) -> list[Finding]:
        """Return the statements that tell ``group`` from the others of these groups."""
        found = self.tallies.of(groups)
        place, rules = groups.index(group), self.rules
        return representative(found, place, self.open_to, rules.group, rules.findings)

    def weights(self) -> dict[Hashable, float]:
        """Return the weight at which each standing statement comes up to be answered."""
        values, seen = self.answers.values, self.answers.seen
        agreed, heard = (values > PASS).sum(axis=0), seen.sum(axis=0)
        passed = ((values == PASS) & seen).sum(axis=0)
        each = zip(self.answers.statements, agreed, passed, heard, self.plane.extremity, strict=True)
        return {
            statement: weight(int(a), int(p), int(s), float(e))
            for (statement, a, p, s, e), stands in zip(each, self.open_to, strict=True)
            if stands
        }


def draw(answers: Answers, rules: Map, struck: Iterable[Hashable] = ()) -> OpinionMap:
    """Return the map of these answers; raise ValueError where nobody has answered anything.

    ``struck`` statements shape nothing and are named nowhere, yet who answered them has taken part.
    """
    placed = enough(answers.counts, len(answers.statements), rules)
    if not len(placed):
        raise ValueError("nobody has answered a statement")
    struck = set(struck)
    clean = answers.without(struck)
    plane = principal_plane(clean)
    people = clean.among(placed)
    places = plane.places(people)
    found = clustered(places, min(rules.groups, 2 + len(placed) // PER_GROUP))
    open_to = np.array([statement not in struck for statement in answers.statements], dtype=np.bool_)
    tallies = tallied(people, found.labels, len(found.centres))
    return OpinionMap(rules, clean, open_to, plane, placed, places, found, tallies)


def needed(rules: Map, statements: int) -> int:
    """Return how many of so many statements one has to have answered to be on the map."""
    return min(rules.votes, statements)


def enough(counts: Indices, statements: int, rules: Map) -> Indices:
    """Return the rows of those who have answered enough, ascending.

    Where too few have, they are joined by those who answered most, of equals the earlier row, and nobody
    who answered nothing.
    """
    short = counts < needed(rules, statements)
    ranked = np.lexsort((-counts, short))
    wanted = max(int((~short).sum()), rules.filled_to)
    chosen = ranked[:wanted]
    found: Indices = np.sort(chosen[counts[chosen] > 0])
    return found
