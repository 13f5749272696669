"""``tally``: from ballot rows in PostgreSQL to winners and rounds, by three methods, beside libraries.

Both sides begin with the same rows of one table, and read them as suits them best; ours and the libraries'
counts are taken in turn. A count with other winners than ours is no measurement, and ends the run.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import psycopg
from rich.console import Console
from rich.progress import track

from bench.report import Figures, Goals, at_least, at_most
from bench.server import Server
from bench.tally_libraries import READS, Library
from bench.tally_voters import CANDIDATES, ELECTORATES, Electorate, store
from governance.methods import irv, schulze, stv, ties
from governance.methods.ranking import Profile

BALLOTS = 100_000
ROUNDS = 7
"""How often each library counts, in turn with ours."""
OURS_A_ROUND = 5
SLOW = 1.0
"""Seconds from which a library's count is taken once."""
SEATS = 3

METHODS = ("irv", "schulze", "stv")

GOALS: Goals = {
    "all_ms": at_most(60),
    "all_ms_worst": at_most(300),
    **{
        f"ratio_{method}{electorate.suffix}": at_least(10) for electorate in ELECTORATES for method in METHODS
    },
}

LOTS = ties.draw("bench", [str(option) for option in range(CANDIDATES)])

Found = TypeVar("Found")

Libraries = Mapping[str, Sequence[Library]]
"""The libraries of each method."""


class OtherWinners(RuntimeError):
    """A library elected others than ours did, so their times cannot be compared."""


def measure(server: Server, libraries: Libraries, ballots: int = BALLOTS, rounds: int = ROUNDS) -> Figures:
    """Count both electorates in a database of their own and return the figures."""
    figures: dict[str, float | int] = {"ballots": ballots}
    with (
        server.lent("tally"),
        psycopg.connect(server.plain_url("tally"), autocommit=True) as connection,
    ):
        for electorate in ELECTORATES:
            store(connection, electorate.rankings(ballots))
            figures |= _figures(connection, electorate, libraries, rounds)
    return figures


def _figures(
    connection: psycopg.Connection, electorate: Electorate, libraries: Libraries, rounds: int
) -> dict[str, float | int]:
    suffix = electorate.suffix
    figures: dict[str, float | int] = {f"distinct{suffix}": len(_read(connection).counts)}
    for method in METHODS:
        ours, theirs = _in_turn(connection, method, libraries[method], rounds, f"{electorate.name} {method}")
        figures[f"{method}_ms{suffix}"] = round(ours, 2)
        figures[f"library_{method}_ms{suffix}"] = round(theirs, 1)
        figures[f"ratio_{method}{suffix}"] = round(theirs / ours, 1)
    every = [_timed(_all, connection)[0] for _ in range(rounds * OURS_A_ROUND)]
    figures[f"all_ms{suffix}"] = round(statistics.median(every), 2)
    return figures


def _in_turn(
    connection: psycopg.Connection, method: str, libraries: Sequence[Library], rounds: int, title: str
) -> tuple[float, float]:
    """Return the median milliseconds of our count, and of the fastest library with its fastest reading."""
    winners = _elect(connection, method)
    rivals = [(library, read) for library in libraries for read in READS]
    ours: list[float] = []
    theirs: list[list[float]] = [[] for _ in rivals]
    for _ in track(range(rounds), f"{title:24}", console=Console(stderr=True), transient=True):
        gc.collect()
        for _ in range(OURS_A_ROUND):
            ours.append(_timed(_elect, connection, method)[0])
        for (library, read), times in zip(rivals, theirs, strict=True):
            if times and times[0] > SLOW * 1000:
                continue
            took, elected = _timed(lambda library, read: library.winners(read(connection)), library, read)
            if elected != winners:
                raise OtherWinners(f"{library.name} elects {elected} by {method}, and ours {winners}")
            times.append(took)
    return statistics.median(ours), min(map(statistics.median, theirs))


def _timed(count: Callable[..., Found], *given: object) -> tuple[float, Found]:
    """Return the milliseconds that a count took, and what it returned."""
    began = time.perf_counter()
    found = count(*given)
    return (time.perf_counter() - began) * 1000, found


def _read(connection: psycopg.Connection) -> Profile:
    cursor = connection.cursor(binary=True)
    cursor.execute(r"SELECT string_agg(marks, '\xff') FROM ballot_row", prepare=True)
    return Profile.joined(cursor.fetchall()[0][0], CANDIDATES)


def _elect(connection: psycopg.Connection, method: str) -> set[int]:
    profile = _read(connection)
    if method == "schulze":
        return {schulze.count(profile, LOTS).ranking[0]}
    count = irv.count(profile, LOTS) if method == "irv" else stv.count(profile, SEATS, LOTS)
    return set(count.winners)


def _all(connection: psycopg.Connection) -> None:
    """Read once and count by every method."""
    profile = _read(connection)
    irv.count(profile, LOTS)
    schulze.count(profile, LOTS)
    stv.count(profile, SEATS, LOTS)
