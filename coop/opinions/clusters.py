"""Groups of places that lie together: k-means, and how many groups there are.

Pure. Lloyd's k-means from k-means++ beginnings (Arthur and Vassilvitskii, 2007), the best of ten by the sum
of squared distances. How many: the mean silhouette (Rousseeuw, 1987) of each number is compared, and the
fewest groups win whose silhouette is within one standard error of the best (the rule of Breiman et al.,
1984): a group more has to be clearly there. Polis takes the best and lets it change only when it has been
the best four times running; this rule serves the same end and needs no memory.

The same places give the same groups, in any order and on any machine: work is done on sorted places, sums
run in that order, and the dice are ``random.Random`` of Python, whose numbers are the same everywhere.
"""

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from coop.opinions.answers import Indices
from coop.opinions.pca import Reals

BEGINNINGS = 10
STEPS = 100
"""Most steps of one run; they have ended long before."""
SAMPLE = 1000
"""Most places among which silhouettes are taken and beginnings are tried; of more, every so many."""
SEED = 20_131
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Clustering:
    """Places in groups, the largest group first."""

    labels: Indices
    """Per place, the number of its group, from 0."""
    centres: Reals
    """Groups × 2; every place is in the group whose centre is nearest, of equally near ones the first."""
    silhouette: float
    """Mean over the places (or over 1,000 of them): 1 lies wholly apart, 0 says nothing. 0 for one group."""

    @property
    def sizes(self) -> list[int]:
        """How many places each group has."""
        found: list[int] = np.bincount(self.labels, minlength=len(self.centres)).tolist()
        return found


def nearest(places: Reals, centres: Reals) -> Indices:
    """Return, per place, the number of the nearest centre."""
    found: Indices = np.argmin(_squares(places, centres), axis=1)
    return found


def clustered(places: Reals, most: int) -> Clustering:
    """Return the places in 2 to ``most`` groups, or in one where those of the sample do not differ."""
    order = np.lexsort((places[:, 1], places[:, 0]))
    ordered = places[order]
    size = min(len(ordered), SAMPLE)
    chosen = np.arange(size) * len(ordered) // size
    most = min(most, len(np.unique(ordered[chosen], axis=0)))
    if most < 2:
        centres = ordered.mean(axis=0, keepdims=True)
        return Clustering(np.zeros(len(places), dtype=np.intp), centres, 0.0)
    found = _fewest_that_will_do(ordered, chosen, most)
    labels = np.empty(len(places), dtype=np.intp)
    labels[order] = found.labels
    return Clustering(labels, found.centres, found.silhouette)


def _fewest_that_will_do(ordered: Reals, chosen: Indices, most: int) -> Clustering:
    sample = ordered[chosen]
    distances = np.sqrt(_squares(sample, sample))
    tried = []
    for number in range(2, most + 1):
        centres = _kmeans(ordered, sample, number)
        labels = nearest(ordered, centres)
        scores = silhouettes(distances, labels[chosen], number)
        tried.append((round(float(scores.mean()), _DIGITS), float(scores.std()), labels, centres))
    best, deviation, *_ = max(tried, key=lambda one: one[0])
    enough = best - deviation / math.sqrt(len(sample))
    mean, _, labels, centres = next(one for one in tried if one[0] >= enough)
    return Clustering(labels, centres, mean)


def silhouettes(distances: Reals, labels: Indices, number: int) -> Reals:
    """Return the silhouette of each place; 0 for one that is alone in its group.

    ``distances`` is square; groups are numbered below ``number`` and may have no place here.
    """
    member = np.eye(number)[labels]
    sizes = member.sum(axis=0)
    sums = distances @ member
    rows = np.arange(len(labels))
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    known = (sizes[labels] > 1) & (larger > 0) & np.isfinite(other)
    found: Reals = np.where(known, (np.where(known, other, 0) - own) / np.where(known, larger, 1), 0.0)
    return found


def _kmeans(ordered: Reals, sample: Reals, number: int) -> Reals:
    """Return the centres at which the best run among the sample comes to rest, of larger groups first."""
    dice = Random(SEED + number)  # noqa: S311 - a fixed seed is the point
    runs = [_lloyd(sample, _beginning(sample, number, dice)) for _ in range(BEGINNINGS)]
    best = min(runs, key=lambda centres: math.fsum(_squares(sample, centres).min(axis=1)))
    centres = _lloyd(ordered, best)
    sizes = np.bincount(nearest(ordered, centres), minlength=number)
    by_size = sorted(range(number), key=lambda group: (-sizes[group], *centres[group]))
    return centres[by_size]


def _beginning(ordered: Reals, number: int, dice: Random) -> Reals:
    """Draw centres among the places, each with a chance that grows with its distance to those drawn."""
    drawn = [int(dice.random() * len(ordered))]
    near = _squares(ordered, ordered[drawn])[:, 0]
    for _ in range(number - 1):
        upto = np.cumsum(near)
        place = int(np.searchsorted(upto, dice.random() * upto[-1], side="right"))
        drawn.append(min(place, int(np.flatnonzero(near)[-1])))
        near = np.minimum(near, _squares(ordered, ordered[drawn[-1:]])[:, 0])
    return ordered[drawn]


def _lloyd(ordered: Reals, centres: Reals) -> Reals:
    labels = nearest(ordered, centres)
    for _ in range(STEPS):
        centres = _means(ordered, labels, len(centres))
        moved = nearest(ordered, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return centres


def _means(ordered: Reals, labels: Indices, number: int) -> Reals:
    """Return the mean of each group; one left empty starts anew at the place furthest from all others."""
    sizes = np.bincount(labels, minlength=number)
    sums = [np.bincount(labels, weights=ordered[:, axis], minlength=number) for axis in (0, 1)]
    centres = np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
    for empty in np.flatnonzero(sizes == 0):
        filled = centres[sizes > 0]
        centres[empty] = ordered[int(np.argmax(_squares(ordered, filled).min(axis=1)))]
        sizes[empty] = 1
    return centres


def _squares(places: Reals, centres: Reals) -> Reals:
    """Return the squared distance of each place to each centre."""
    across = places[:, 0, None] - centres[None, :, 0]
    along = places[:, 1, None] - centres[None, :, 1]
    found: Reals = across * across + along * along
    return found
