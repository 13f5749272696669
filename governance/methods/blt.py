"""BLT: the plain-text format in which ranked ballots are published and exchanged.

Pure. ``3 1`` (options, seats); lines such as ``-2`` for options that have withdrawn; ``47 2 3 1 0`` for 47
ballots that rank the second option first; ``0`` after the last; then every option's name and the title,
in double quotes, one a line. What stands behind ``#`` is a comment. Options are numbered from 1 here and
from 0 everywhere else.

A file that means more than one thing is refused, with the number of the line: equal ranks (``1=2``), an
option ranked twice, one that is not there, names that are missing or the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coop.errors import Fault, Malformed
from governance.methods.ranking import MOST_BALLOTS, MOST_OPTIONS, Profile

_NUMBERS = re.compile(r"-?\d{1,10}(?:\s+\d{1,10})*", re.ASCII)
_QUOTED = re.compile(r'"([^"]*)"')

Line = tuple[int, str]
"""Number in the file, from 1, and what stands there."""


@dataclass(frozen=True, slots=True)
class Election:
    """What a BLT file holds, without those who have withdrawn."""

    title: str
    seats: int
    names: tuple[str, ...]
    profile: Profile


def read(text: str) -> Election:
    """Return the election that a file holds. Raise Malformed, whose fault names the line."""
    lines = _lines(text)
    options, seats = _heading(lines)
    gone, rows = _ballots(lines, options)
    names, title = _names(lines, options)
    kept = [option for option in range(options) if option not in gone]
    renumbered = {old: new for new, old in enumerate(kept)}
    if not kept:
        raise _malformed(1, "Everybody has withdrawn.")
    if sum(count for _, count in rows) > MOST_BALLOTS:
        raise _malformed(1, f"There are more than {MOST_BALLOTS} ballots.")
    marks = (
        (bytes(renumbered[option] for option in ranking if option in renumbered), count)
        for ranking, count in rows
    )
    return Election(title, seats, tuple(names[old] for old in kept), Profile.of(marks, len(kept)))


def write(election: Election) -> str:
    """Return an election as a file, which :func:`read` reads back. Raise ValueError for a name with ``"``."""
    for name in (*election.names, election.title):
        if '"' in name or name.splitlines() not in ([], [name]):
            raise ValueError(f"a name in this format has one line and no double quote: {name!r}")
    ballots = (
        " ".join(map(str, (count, *(option + 1 for option in marks), 0)))
        for marks, count in election.profile.rows()
    )
    quoted = (f'"{name}"' for name in (*election.names, election.title))
    return "\n".join((f"{len(election.names)} {election.seats}", *ballots, "0", *quoted, ""))


def _malformed(line: int, detail: str) -> Malformed:
    return Malformed(f"Line {line}: {detail}", faults=(Fault(f"line/{line}", detail),))


def _lines(text: str) -> Iterator[Line]:
    """Give the lines that say something; after the last, an empty one."""
    number = 0
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        said = re.sub(r'^((?:[^"#]|"[^"]*")*)#.*$', r"\1", line).strip()
        if said:
            yield number, said
    while True:
        yield number + 1, ""


def _numbers(line: Line) -> list[int]:
    number, said = line
    if not _NUMBERS.fullmatch(said):
        if "=" in said:
            raise _malformed(number, "Equal ranks are not counted: each place holds one option.")
        raise _malformed(number, f"Whole numbers are expected here, not {said[:60] or 'the end'!r}.")
    return [int(part) for part in said.split()]


def _heading(lines: Iterator[Line]) -> tuple[int, int]:
    line = next(lines)
    numbers = _numbers(line)
    if len(numbers) != 2 or not 1 <= numbers[0] <= MOST_OPTIONS or numbers[1] < 1:
        raise _malformed(line[0], f"A file begins with options (1 to {MOST_OPTIONS}) and seats (1 or more).")
    return numbers[0], numbers[1]


def _ballots(lines: Iterator[Line], options: int) -> tuple[set[int], list[tuple[list[int], int]]]:
    """Return who has withdrawn, and each ranking with its number of ballots."""
    gone: set[int] = set()
    rows: list[tuple[list[int], int]] = []
    for line in lines:
        count, *ranking = _numbers(line)
        if count == 0 and not ranking:
            return gone, rows
        if count < 0 and not rows:
            gone.update(option - 1 for option in _known(line[0], [-count, *ranking], options))
        else:
            rows.append((_ranking(line[0], count, ranking, options), count))
    raise AssertionError("the lines never end")


def _ranking(number: int, count: int, ranking: list[int], options: int) -> list[int]:
    if not 1 <= count <= MOST_BALLOTS:
        raise _malformed(number, f"A line stands for 1 to {MOST_BALLOTS} ballots, not {count}.")
    if not ranking or ranking.pop() != 0:
        raise _malformed(number, "A ballot ends with 0.")
    _known(number, ranking, options)
    twice = {option for option in ranking if ranking.count(option) > 1}
    if twice:
        raise _malformed(number, f"Option {min(twice)} is ranked twice.")
    return [option - 1 for option in ranking]


def _known(number: int, chosen: list[int], options: int) -> list[int]:
    for option in chosen:
        if not 1 <= option <= options:
            raise _malformed(number, f"There is no option {option}: they are numbered 1 to {options}.")
    return chosen


def _names(lines: Iterator[Line], options: int) -> tuple[list[str], str]:
    names: list[str] = []
    for option in range(1, options + 1):
        line = next(lines)
        name = _quoted(line, f"the name of option {option}")
        if name in names:
            raise _malformed(line[0], f"Two options have the name {name!r}.")
        names.append(name)
    line = next(lines)
    title = _quoted(line, "the title") if line[1] else ""
    rest = next(lines)
    if rest[1]:
        raise _malformed(rest[0], "Nothing follows the title.")
    return names, title


def _quoted(line: Line, what: str) -> str:
    found = _QUOTED.fullmatch(line[1])
    if found is None:
        raise _malformed(line[0], f'Here stands {what}, in double quotes, such as "Ada".')
    return found[1]
