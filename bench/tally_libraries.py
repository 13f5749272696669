"""The libraries that ``tally`` is measured beside, each given the pattern of ballots that suits it best.

They are installed for benchmarks alone, so they are imported when one is run.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import psycopg

from bench.tally_voters import CANDIDATES

Rows = Iterable[tuple[bytes, int]]
"""Rankings, and how many ballots say each."""


@dataclass(frozen=True, slots=True)
class Library:
    """One way to count with a library."""

    name: str
    winners: Callable[[Rows], set[int]]
    """Counts the rows that were read; making the library's own ballots of them is part of it."""


def grouped(connection: psycopg.Connection) -> Rows:
    """Read distinct rankings, grouped by the server."""
    cursor = connection.cursor(binary=True)
    return cursor.execute("SELECT marks, count(*) FROM ballot_row GROUP BY marks", prepare=True).fetchall()


def counted(connection: psycopg.Connection) -> Rows:
    """Read all ballots in one value and count them here; the faster way where hardly two are the same."""
    cursor = connection.cursor(binary=True)
    cursor.execute(r"SELECT string_agg(marks, '\xff') FROM ballot_row", prepare=True)
    return Counter(cursor.fetchall()[0][0].split(b"\xff")).items()


READS: tuple[Callable[[psycopg.Connection], Rows], ...] = (grouped, counted)


def libraries(seats: int) -> dict[str, list[Library]]:
    """Return the libraries by method; an STV count is for so many seats."""
    vote_core, condorcet = "py3votecore.schulze_method", import_module("py3votecore.condorcet")
    run_off = import_module("py3votecore.irv").IRV
    transfer = import_module("py3votecore.stv").STV
    schulze = import_module(vote_core).SchulzeMethod
    rank_vote = import_module("pyrankvote")
    ranks = condorcet.CondorcetHelper.BALLOT_NOTATION_RANKING
    people = [rank_vote.Candidate(str(option)) for option in range(CANDIDATES)]

    def elected(result: Any) -> set[int]:
        return {int(person.name) for person in result.get_winners()}

    def papers(rows: Rows) -> list[Any]:
        made: list[Any] = []
        for marks, count in rows:
            made += [rank_vote.Ballot([people[option] for option in marks])] * count
        return made

    return {
        "irv": [
            Library("py-vote-core", lambda rows: {run_off(_lists(rows)).winner}),
            Library(
                "pyrankvote", lambda rows: elected(rank_vote.instant_runoff_voting(people, papers(rows)))
            ),
        ],
        "schulze": [
            Library("py-vote-core", lambda rows: {schulze(_ranks(rows), ballot_notation=ranks).winner}),
        ],
        "stv": [
            Library("py-vote-core", lambda rows: set(transfer(_lists(rows), required_winners=seats).winners)),
            Library(
                "pyrankvote",
                lambda rows: elected(
                    rank_vote.single_transferable_vote(people, papers(rows), number_of_seats=seats)
                ),
            ),
        ],
    }


def _lists(rows: Rows) -> list[dict[str, Any]]:
    return [{"ballot": list(marks), "count": count} for marks, count in rows]


def _ranks(rows: Rows) -> list[dict[str, Any]]:
    return [
        {"ballot": {option: place for place, option in enumerate(marks)}, "count": count}
        for marks, count in rows
    ]
