"""Schulze: the option that beats every other, directly or by the strongest chain of victories.

Pure. M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
single-winner election method" (Social Choice and Welfare 36, 2011). The strength of a victory is the
number of ballots that prefer the winner (``winning``), or what is left of it when those that prefer the
loser are taken off (``margins``); the two can elect different options where rankings are incomplete, so
the voting policy names which one holds. A chain is as strong as its weakest victory. What is not ranked
is below all that is ranked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from governance.methods.packing import NONE
from governance.methods.ranking import Profile

Strength = Literal["winning", "margins"]
"""What measures a victory."""

Matrix = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Schulze:
    """What follows from a matrix of pairwise preferences; a row is over a column."""

    strength: Strength
    pairwise: tuple[tuple[int, ...], ...]
    """Ballots that prefer the option of the row to that of the column."""
    strengths: tuple[tuple[int, ...], ...]
    """Strength of the strongest chain from the option of the row to that of the column; 0 for none."""
    winners: tuple[int, ...]
    """Every option that no other beats; where there are several, the draw puts one of them first."""
    ranking: tuple[int, ...]
    """All options, best first."""

    def beats(self, one: int, other: int) -> bool:
        """Say whether an option has the stronger chain to another than that one has to it."""
        return self.strengths[one][other] > self.strengths[other][one]

    def as_json(self, names: Sequence[str], seats: int = 1) -> dict[str, Any]:
        """Return the result for the ledger and for people, options by their names; all numbers are whole."""
        return {
            "method": "schulze",
            "strength": self.strength,
            "winners": [names[option] for option in self.ranking[:seats]],
            "level": [names[option] for option in self.winners],
            "ranking": [names[option] for option in self.ranking],
            "rounds": [],
            "pairwise": by_name(self.pairwise, names),
            "strengths": by_name(self.strengths, names),
        }


def by_name(matrix: Sequence[Sequence[int]], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return a matrix as ``{row: {column: number}}``, without the diagonal."""
    return {
        names[one]: {names[other]: number for other, number in enumerate(row) if other != one}
        for one, row in enumerate(matrix)
    }


def pairwise(profile: Profile) -> Matrix:
    """Return how many ballots prefer the option of each row to that of each column."""
    rankings = len(profile.counts)
    place = np.full((profile.options + 1, rankings), NONE, np.uint8)
    column = np.arange(rankings)
    for rank, option in enumerate(profile.ranks[:-1]):
        place[np.minimum(option, profile.options), column] = rank
    places = place[:-1]  # the row left out is where rankings that had ended were written to
    beats = np.zeros((profile.options, profile.options), np.int64)
    for option, own in enumerate(places):
        beats[option] = (own < places) @ profile.counts
    return beats


def count(profile: Profile, lots: Sequence[int], strength: Strength = "winning") -> Schulze:
    """Return the result of a profile; ``lots`` is the draw of the options (``ties.py``)."""
    return from_pairwise(pairwise(profile), lots, strength)


def from_pairwise(beats: Matrix, lots: Sequence[int], strength: Strength = "winning") -> Schulze:
    """Return the result of a matrix such as :func:`pairwise` returns.

    Raise ValueError where it is not square, holds a negative number, or has another size than the draw.
    """
    if beats.shape != (len(lots), len(lots)) or (beats < 0).any():
        raise ValueError("a beat matrix has a row and a column for each option, and no negative number")
    paths = _strongest(beats, strength)
    above = paths > paths.T
    unbeaten = np.flatnonzero(~above.any(axis=0)).tolist()
    return Schulze(strength, _rows(beats), _rows(paths), tuple(unbeaten), _ranking(above, lots))


def _strongest(beats: Matrix, strength: Strength) -> Matrix:
    """Return the strengths of the strongest chains (Floyd and Warshall's algorithm, over min and max)."""
    victory = beats > beats.T
    paths = np.where(victory, beats - beats.T if strength == "margins" else beats, 0)
    for middle in range(len(paths)):
        through = np.minimum(paths[:, middle, None], paths[middle])
        np.maximum(paths, through, out=paths)
    np.fill_diagonal(paths, 0)
    return paths


def _ranking(above: NDArray[np.bool_], lots: Sequence[int]) -> tuple[int, ...]:
    """Return all options: again and again, of those that none of the rest beats, the one drawn first."""
    rest, ranking = list(range(len(lots))), list[int]()
    while rest:
        unbeaten = [option for option in rest if not above[rest, option].any()]
        best = min(unbeaten, key=lambda option: lots[option])
        ranking.append(best)
        rest.remove(best)
    return tuple(ranking)


def _rows(matrix: Matrix) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
