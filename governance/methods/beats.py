"""Beat matrices: how many ballots prefer each option to each other, as a table in CSV.

Pure. The first line names the options, after a word of its own; each further line holds the name of an
option, in the same order, and how many ballots prefer it to the option of each column (the diagonal is 0).
"""

import csv
from dataclasses import dataclass

import numpy as np

from coop.errors import Fault, Malformed
from governance.methods.ranking import MOST_BALLOTS, MOST_OPTIONS
from governance.methods.schulze import Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Options, and the matrix that :func:`governance.methods.schulze.from_pairwise` takes."""

    names: tuple[str, ...]
    matrix: Matrix


def read(text: str) -> Beats:
    """Return the matrix that a file holds. Raise Malformed, whose fault names the line."""
    lines = [row for row in enumerate(csv.reader(text.removeprefix("\ufeff").splitlines()), 1) if any(row[1])]
    if not lines:
        raise _malformed(1, "There is nothing in this file.")
    names = tuple(name.strip() for name in lines[0][1][1:])
    if not 1 <= len(names) <= MOST_OPTIONS or len(set(names)) != len(names) or not all(names):
        raise _malformed(lines[0][0], f"The first line names 1 to {MOST_OPTIONS} options, each once.")
    if len(lines) != len(names) + 1:
        raise _malformed(lines[-1][0], f"{len(names)} options need as many lines below their names.")
    rows = [_row(number, cells, option, names) for option, (number, cells) in enumerate(lines[1:])]
    return Beats(names, np.array(rows, np.int64))


def _row(number: int, cells: list[str], option: int, names: tuple[str, ...]) -> list[int]:
    if cells[0].strip() != names[option]:
        raise _malformed(number, f"This line is that of {names[option]!r}, as in the first line.")
    if len(cells) != len(names) + 1:
        raise _malformed(number, f"A line has {len(names)} numbers after the name.")
    told = [cell.strip() for cell in cells[1:]]
    for cell in told:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 10 and int(cell) <= MOST_BALLOTS):
            raise _malformed(number, f"{cell!r} is no number of ballots.")
    if int(told[option]):
        raise _malformed(number, "No ballot prefers an option to itself: the diagonal is 0.")
    return [int(cell) for cell in told]


def _malformed(line: int, detail: str) -> Malformed:
    return Malformed(f"Line {line}: {detail}", faults=(Fault(f"line/{line}", detail),))
