"""Bridging: what helped people of every group of opinion to understand.

Pure. Groups are inferred from what members found helpful, by the method of the opinion maps: those who
answered enough are placed on the plane of the two strongest differences and grouped. A post counts by the
group-informed consensus of Polis (C. Small et al., 2021), ∏ (helped + 1) ÷ (answered + 2) over the G groups,
to the power of 1 ÷ G, so that no group is outvoted by a larger one and the number of groups changes no scale.

Where there is too little evidence it says nothing: few raters, few answers to a post, few of a group, each by
a clause.

Law 7: groups are inferred from posts that every member may read, and authors are judged by them alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audience.feeds.signal_rules import Bridge
from audience.feeds.signals import ONE
from coop.opinions.answers import AGREE, DISAGREE, Indices, gathered
from coop.opinions.clusters import Clustering, clustered, nearest
from coop.opinions.pca import Reals, principal_plane

Numbers = NDArray[np.int64]

PLACED_AT_ONCE = 5000
"""Members who are placed on the plane in one step, to spare memory; each is placed by themselves."""
_NO_GROUP = -1
"""Of those who answered too little to be in one."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """What members said of posts: one answer a row."""

    members: Numbers
    posts: Numbers
    helped: NDArray[np.bool_]
    authors: Numbers
    """Of the post."""
    open: NDArray[np.bool_]
    """Whether every member may read the post."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """What helped every group, in millionths; whatever is not named did not, or too little is known of it."""

    posts: dict[int, int]
    authors: dict[int, int]


NOTHING = Bridged({}, {})


def bridged(ratings: Ratings, rules: Bridge) -> Bridged:
    """Return the posts that helped every group, and the authors whose posts did."""
    found = groups(ratings, rules)
    if found is None:
        return NOTHING
    members, labels, number = found
    row = np.minimum(np.searchsorted(members, ratings.members), len(members) - 1)
    group = np.where(members[row] == ratings.members, labels[row], _NO_GROUP)
    posts = _scores(ratings.posts, ratings.helped, group, number, rules)
    seen = ratings.open
    authors = _scores(ratings.authors[seen], ratings.helped[seen], group[seen], number, rules)
    return Bridged(posts, authors)


def groups(ratings: Ratings, rules: Bridge) -> tuple[Numbers, Indices, int] | None:
    """Return who answered enough, ascending, the group of each, and how many groups there are.

    None where they are too few.
    """
    telling = _telling(ratings, rules.plane_posts)
    chosen = ratings.open & np.isin(ratings.posts, telling)
    said = np.where(ratings.helped[chosen], AGREE, DISAGREE)
    rows = np.stack([ratings.members[chosen], ratings.posts[chosen], said], axis=1)
    answers = gathered(rows.astype(np.int64), telling.tolist())
    people = answers.among(np.flatnonzero(answers.counts >= min(rules.answers, len(telling))))
    number = len(people.people)
    if number < rules.raters:
        return None
    most = np.sort(np.argsort(-people.counts, kind="stable")[: rules.plane_raters])
    plane = principal_plane(people.among(most))
    blocks = np.array_split(np.arange(number), number // PLACED_AT_ONCE + 1)
    places = np.concatenate([plane.places(people.among(block)) for block in blocks])
    centres = _large(clustered(places, rules.groups), rules)
    return np.asarray(people.people, dtype=np.int64), nearest(places, centres), len(centres)


def _telling(ratings: Ratings, most: int) -> Numbers:
    """Return the posts by which members are told apart, ascending: those with most answers."""
    posts, counts = np.unique(ratings.posts[ratings.open], return_counts=True)
    return np.sort(posts[np.lexsort((posts, -counts))[:most]])


def _large(found: Clustering, rules: Bridge) -> Reals:
    """Return the centres of the groups that are large enough, the largest whatever its size."""
    sizes = np.array(found.sizes)
    least = max(rules.per_group, rules.least_group * sizes.sum())
    centres: Reals = found.centres[(sizes >= least) | (np.arange(len(sizes)) == 0)]
    return centres


def _scores(
    things: Numbers, helped: NDArray[np.bool_], group: Indices, number: int, rules: Bridge
) -> dict[int, int]:
    """Return the group-informed consensus on each thing of which enough is known."""
    ids, row = np.unique(things, return_inverse=True)
    total = np.bincount(row, minlength=len(ids))
    inside = group != _NO_GROUP
    cell = row[inside] * number + group[inside]
    answered = np.bincount(cell, minlength=len(ids) * number).reshape(len(ids), number)
    agreed = np.bincount(cell, weights=helped[inside], minlength=len(ids) * number).reshape(len(ids), number)
    known = (total >= rules.ratings) & (answered >= rules.per_group).all(axis=1)
    score = np.exp(np.log((agreed + 1) / (answered + 2)).mean(axis=1))
    return {
        one: round(ONE * value) for one, value in zip(ids[known].tolist(), score[known].tolist(), strict=True)
    }
