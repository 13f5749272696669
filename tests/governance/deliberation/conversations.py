"""Conversations to draw maps of: planted ones, and those that Polis published."""

from pathlib import Path

import numpy as np

from coop.opinions.answers import Answers, gathered
from governance.deliberation.rules import Map

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "opinions"
RULES = Map(participants=30, votes=7, group=5, groups=5, filled_to=15, findings=5)


def votes_file(name: str) -> Path:
    return PUBLISHED / name / "participants-votes.csv"


def camps(
    *sizes: int, statements: int = 12, seed: int = 1, loyal: float = 0.95, asked: float = 0.9
) -> Answers:
    """Camps of these sizes: each agrees with its own third of the statements and rejects those of others.

    The last two statements are common ground: everybody agrees with the one and rejects the other.
    """
    dice = np.random.default_rng(seed)
    rows = []
    person = 0
    for camp, size in enumerate(sizes):
        for _ in range(size):
            for statement in range(statements):
                if dice.random() > asked:
                    continue
                leaning = 1 if statement % len(sizes) == camp else -1
                if statement >= statements - 2:
                    leaning = 1 if statement == statements - 2 else -1
                rows.append((person, statement, leaning if dice.random() < loyal else -leaning))
            person += 1
    return gathered(np.array(rows, dtype=np.int64).reshape(-1, 3), range(statements))


def table(*rows: str) -> Answers:
    """One person a row: ``+`` agrees, ``-`` disagrees, ``0`` passes, ``.`` has not answered."""
    signs = {"+": 1, "-": -1, "0": 0, ".": 0}
    values = np.array([[signs[cell] for cell in row] for row in rows], dtype=np.int8)
    seen = np.array([[cell != "." for cell in row] for row in rows], dtype=np.bool_)
    return Answers(list(range(len(rows))), list(range(len(rows[0]))), values, seen)
