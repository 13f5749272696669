"""The two directions in which answers differ most: principal components that bear with missing answers.

Pure. The method of Polis (C. Small et al., "Polis: Scaling Deliberation by Mapping High Dimensional Opinion
Spaces", 2021): a missing answer counts as the statement's mean, and whoever answered n of S statements is
moved out from the centre by √(S/n), since answering little would hold them there.

The same answers give the same axes, in any order of people: the covariance is made from counts, which are
whole numbers and summed exactly. What an eigensolver does differently from one machine to the next is in
the last of its sixteen digits; places are rounded to six. Only where both axes explain exactly as much as
each other is their rotation in the plane left to the solver.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coop.opinions.answers import Answers

Reals = NDArray[np.float64]

DIGITS = 6
"""Decimals that a place is rounded to."""
_FLAT = 1e-9
"""Share of all variance below which an axis is noise of the solver."""
_SAME = 9
"""Decimals to which two loadings are compared when an axis is given its direction."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where each statement's mean lies, and two axes through it."""

    means: Reals
    """Per statement, over those who answered it: from −1 (all disagree) to 1."""
    axes: Reals
    """Statements × 2, each of length 1, or of 0 where nothing is left to tell people apart."""
    explained: tuple[float, float]
    """Share of all variance along each axis."""

    def places(self, answers: Answers) -> Reals:
        """Return the place of each of the people on the plane: people × 2."""
        offset = self.means[:, None] * self.axes
        flat = answers.values.astype(np.float64) @ self.axes - answers.seen.astype(np.float64) @ offset
        spread = np.sqrt(len(self.means) / np.maximum(answers.counts, 1))
        found: Reals = np.round(flat * spread[:, None], DIGITS) + 0.0
        return found

    @property
    def extremity(self) -> Reals:
        """Per statement, how far from the centre agreeing with it alone would place somebody."""
        one = np.abs(1 - self.means) * np.sqrt((self.axes**2).sum(axis=1))
        found: Reals = np.sqrt(len(self.means)) * one
        return found


def principal_plane(answers: Answers) -> Plane:
    """Return the plane of two principal components; its cost grows with the cube of the statements."""
    means, covariance = _moments(answers)
    size = len(means)
    total = float(np.trace(covariance))
    axes, explained = np.zeros((size, 2)), [0.0, 0.0]
    if total > 0:
        values, vectors = np.linalg.eigh(covariance)
        for place in range(min(2, size)):
            share = float(values[size - 1 - place]) / total
            if share > _FLAT:
                axes[:, place] = _directed(vectors[:, size - 1 - place])
                explained[place] = round(share, DIGITS)
    return Plane(means, axes, (explained[0], explained[1]))


def _moments(answers: Answers) -> tuple[Reals, Reals]:
    """Return the means and the sums of squares and products around them, missing answers being means.

    The sums are of products of 1, 0 and −1, exact in single precision for fewer than 2²⁴ people.
    """
    value, seen = answers.values.astype(np.float32), answers.seen.astype(np.float32)
    both = (value.T @ value).astype(np.float64)
    crossed = (value.T @ seen).astype(np.float64)
    shared = (seen.T @ seen).astype(np.float64)
    means = np.diagonal(crossed) / np.maximum(np.diagonal(shared), 1)
    tilted = crossed * means[None, :]
    return means, both - tilted - tilted.T + np.outer(means, means) * shared


def _directed(axis: Reals) -> Reals:
    """Return an axis turned so that its largest loading is positive; of equal ones the first."""
    largest = int(np.argmax(np.round(np.abs(axis), _SAME)))
    return axis if axis[largest] > 0 else -axis
