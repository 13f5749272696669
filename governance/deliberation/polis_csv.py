"""Conversations as Polis exports them: ``participants-votes.csv``, and ``comments.csv`` beside it.

Pure but for reading the two files. The first has one row a participant (``participant``, Polis's own
``group-id`` and some counts), then one column a statement: 1 agrees, −1 disagrees, 0 passes, empty was
not answered. The second has the texts, and ``moderated``, which is −1 for a statement that was struck.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coop.errors import Fault, Malformed
from coop.opinions.answers import Answers

KEY = "participant"
GROUP = "group-id"
ABOUT = frozenset({KEY, GROUP, "n-comments", "n-votes", "n-agree", "n-disagree"})
"""Columns that are no statements."""
STRUCK = "-1"
_VALUES = {"1": 1, "0": 0, "-1": -1, "1.0": 1, "0.0": 0, "-1.0": -1}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One exported conversation."""

    answers: Answers
    """People and statements by the names that the export gives them."""
    groups: dict[str, str]
    """Participant → the group that Polis put them in, where it did."""
    texts: dict[str, str]
    struck: frozenset[str]


def read(path: Path) -> Conversation:
    """Return the conversation in a ``participants-votes.csv``; raise Malformed, naming row and column."""
    header, rows = _table(path)
    if KEY not in header or len(set(header)) < len(header):
        raise _wrong(1, KEY, "The first row names each column once, and one of them is participant.")
    statements = [(at, name) for at, name in enumerate(header) if name not in ABOUT]
    if not statements or not rows:
        raise _wrong(1, "", "There has to be a participant and a statement.")
    values = np.zeros((len(rows), len(statements)), dtype=np.int8)
    seen = np.zeros(values.shape, dtype=np.bool_)
    people, groups = [], {}
    for place, row in enumerate(rows):
        if len(row) != len(header):
            raise _wrong(place + 2, "", f"It has {len(row)} cells under {len(header)} columns.")
        named = row[header.index(KEY)]
        people.append(named)
        if GROUP in header and row[header.index(GROUP)]:
            groups[named] = row[header.index(GROUP)]
        for column, value in _answered(place + 2, row, statements):
            values[place, column], seen[place, column] = value, True
    if len(set(people)) < len(people):
        raise _wrong(1, KEY, "A participant has one row.")
    texts, struck = _comments(path.with_name("comments.csv"))
    return Conversation(
        Answers(people, [name for _, name in statements], values, seen), groups, texts, struck
    )


def _answered(line: int, row: list[str], statements: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    for column, (at, name) in enumerate(statements):
        cell = row[at].strip()
        if not cell:
            continue
        if cell not in _VALUES:
            raise _wrong(line, name, f"An answer is 1, 0, -1 or empty; this is {cell[:20]!r}.")
        yield column, _VALUES[cell]


def _comments(path: Path) -> tuple[dict[str, str], frozenset[str]]:
    if not path.exists():
        return {}, frozenset()
    header, rows = _table(path)
    wanted = ("comment-id", "comment-body", "moderated")
    if not set(wanted) <= set(header):
        raise _wrong(1, "", f"{path.name} has the columns {', '.join(wanted)}.")
    name, body, moderated = (header.index(one) for one in wanted)
    for place, row in enumerate(rows):
        if len(row) != len(header):
            raise _wrong(
                place + 2, "", f"In {path.name}, it has {len(row)} cells under {len(header)} columns."
            )
    texts = {row[name]: row[body] for row in rows}
    return texts, frozenset(row[name] for row in rows if row[moderated] == STRUCK)


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong(1, "", f"{path.name} is no CSV file in UTF-8: {error}.") from error
    if not rows:
        raise _wrong(1, "", f"{path.name} is empty.")
    return rows[0], [row for row in rows[1:] if row]


def _wrong(line: int, column: str, detail: str) -> Malformed:
    where = f"row {line}" + (f", column {column}" if column else "")
    return Malformed("This conversation cannot be read.", faults=(Fault(where, detail),))
