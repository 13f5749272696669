"""A conversation with three planted groups, the same each time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEED = 20_260_921
GROUPS = (0.45, 0.35, 0.20)
"""Share of the members in each."""
ANSWERED = 0.398
"""Share of the statements that a member answers, on average: between a tenth and seven tenths of them."""
SPREAD = 0.3
PASSES = 0.12
DIVIDED = 0.4
"""Share of the statements on which the groups lean different ways."""
CLEAR = 1.6
"""How strongly a group leans; 0 would be a coin."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Answers, and the group that each member was planted in."""

    votes: NDArray[np.int64]
    """Rows of (member, statement, value), shuffled as they would come in."""
    groups: NDArray[np.intp]
    """Per member, from 0."""


def planted(members: int, statements: int, seed: int = SEED) -> Planted:
    """Return a conversation of so many members about so many statements."""
    dice = np.random.default_rng(seed)
    groups = dice.choice(len(GROUPS), size=members, p=GROUPS)
    common = dice.normal(0, CLEAR, statements)
    own = dice.normal(0, CLEAR, (len(GROUPS), statements))
    leaning = np.where(dice.random(statements) < DIVIDED, own, common)
    agrees = dice.random((members, statements)) < 1 / (1 + np.exp(-leaning[groups]))
    values = np.where(dice.random((members, statements)) < PASSES, 0, np.where(agrees, 1, -1))
    reached = ANSWERED + SPREAD * (2 * dice.random((members, 1)) - 1)
    people, which = np.nonzero(dice.random((members, statements)) < reached)
    votes = np.stack([people, which, values[people, which]], axis=1).astype(np.int64)
    return Planted(votes[dice.permutation(len(votes))], groups)
