"""What each group says to each statement: counts, and the tests of Polis on them.

Pure. Formulas: Polis ``math/stats.clj`` and ``math/repness.clj`` (October 2024).
"""

from dataclasses import dataclass

import numpy as np

from coop.opinions.answers import AGREE, DISAGREE, Answers, Indices
from coop.opinions.pca import Reals

SIGNIFICANT = 1.2816
"""The z above which a share is no accident, nine times in ten (one-sided)."""


@dataclass(frozen=True, slots=True)
class GroupTallies:
    """Groups × statements: how many of the group answered, agreed, disagreed."""

    seen: Reals
    agreed: Reals
    disagreed: Reals

    def of(self, groups: list[int]) -> "GroupTallies":
        """Return those of some of the groups."""
        return GroupTallies(self.seen[groups], self.agreed[groups], self.disagreed[groups])


def tallied(answers: Answers, labels: Indices, number: int) -> GroupTallies:
    """Return the tallies of people in groups numbered below ``number``; ``labels`` has one a row."""
    seen, agreed, disagreed = (np.zeros((number, len(answers.statements))) for _ in range(3))
    for group in range(number):
        inside = labels == group
        values = answers.values[inside]
        seen[group] = answers.seen[inside].sum(axis=0)
        agreed[group] = (values == AGREE).sum(axis=0)
        disagreed[group] = (values == DISAGREE).sum(axis=0)
    return GroupTallies(seen, agreed, disagreed)


def share(count: Reals, seen: Reals, prior: float = 1.0) -> Reals:
    """Return the share of a side, with ``prior`` answers to each of two sides added (1: Laplace)."""
    found: Reals = (count + prior) / (seen + 2 * prior)
    return found


def share_test(count: Reals, seen: Reals) -> Reals:
    """Return the z of a side's share against one half."""
    found: Reals = 2 * np.sqrt(seen + 1) * ((count + 1) / (seen + 1) - 0.5)
    return found


def difference_test(count: Reals, seen: Reals, others: Reals, others_seen: Reals) -> Reals:
    """Return the z of the difference between a group's share of a side and that of all others together."""
    inside, outside = (count + 1) / (seen + 1), (others + 1) / (others_seen + 1)
    pooled = (count + others + 2) / (seen + others_seen + 2)
    variance = pooled * (1 - pooled) * (1 / (seen + 1) + 1 / (others_seen + 1))
    found: Reals = (inside - outside) / np.sqrt(np.where(variance > 0, variance, np.inf))
    return found
