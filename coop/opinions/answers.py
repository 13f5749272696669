"""Answers: what each of some people said to each of some statements, as one table of numbers.

Pure.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int8]
Marks = NDArray[np.bool_]
Indices = NDArray[np.intp]

AGREE, PASS, DISAGREE = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Answers:
    """People × statements."""

    people: Sequence[Hashable]
    statements: Sequence[Hashable]
    values: Cells
    """1 agrees, −1 disagrees, 0 passes, and 0 where ``seen`` says that it was not answered."""
    seen: Marks

    @property
    def counts(self) -> Indices:
        """How many statements each of the people has answered."""
        found: Indices = self.seen.sum(axis=1, dtype=np.intp)
        return found

    def among(self, rows: Indices) -> "Answers":
        """Return the answers of the people in these rows."""
        people = [self.people[row] for row in rows]
        return Answers(people, self.statements, self.values[rows], self.seen[rows])

    def without(self, struck: Iterable[Hashable]) -> "Answers":
        """Return them with the struck statements passed by everybody, as Polis does.

        Such a statement stays a column and tells nobody from anybody else.
        """
        gone = np.isin(np.arange(len(self.statements)), _positions(self.statements, struck))
        return Answers(
            self.people,
            self.statements,
            np.where(gone, np.int8(PASS), self.values),
            self.seen | gone,
        )


def gathered(votes: NDArray[np.int64], statements: Sequence[int] | None = None) -> Answers:
    """Return the answers in rows of (person, statement, value), people and statements in ascending order.

    ``statements`` says which there are, ascending, where some may have no answer yet; answers to others
    are left out. Where somebody answered a statement twice, the later row counts.
    """
    if statements is not None:
        votes = votes[np.isin(votes[:, 1], np.asarray(statements, dtype=np.int64))]
    people, rows = np.unique(votes[:, 0], return_inverse=True)
    known = np.unique(votes[:, 1]) if statements is None else np.asarray(statements, dtype=np.int64)
    columns = np.searchsorted(known, votes[:, 1])
    values = np.zeros((len(people), len(known)), dtype=np.int8)
    seen = np.zeros(values.shape, dtype=np.bool_)
    values[rows, columns] = votes[:, 2]
    seen[rows, columns] = True
    return Answers(people.tolist(), known.tolist(), values, seen)


def _positions(statements: Sequence[Hashable], wanted: Iterable[Hashable]) -> list[int]:
    places = {statement: place for place, statement in enumerate(statements)}
    return [places[statement] for statement in wanted if statement in places]
