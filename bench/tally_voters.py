"""The ballots of ``tally``: two electorates, the same for the same code, and the table that holds them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psycopg

CANDIDATES = 10
SEED = 1

_MISJUDGED = 0.027
"""Spread of the error in which a voter sees each distance; 100,000 of them then give some 6,600
distinct rankings; Minneapolis had 6,538 in 2013, of 79,312."""


@dataclass(frozen=True, slots=True)
class Electorate:
    """A way to vote."""

    name: str
    suffix: str
    """What the names of its figures end with."""
    rankings: Callable[[int], list[bytes]]
    """Draws the ballots of so many voters."""


def spatial(voters: int) -> list[bytes]:
    """Return ballots of voters who rank candidates by how near they are in a plane of two opinions.

    Voters and candidates are drawn from one normal distribution; each voter ranks one to all of them.
    """
    draw = np.random.default_rng(SEED)
    candidates, opinions = draw.normal(size=(CANDIDATES, 2)), draw.normal(size=(voters, 2))
    distances = np.linalg.norm(opinions[:, None] - candidates, axis=2)
    distances += draw.normal(scale=_MISJUDGED, size=distances.shape)
    order = distances.argsort(axis=1).astype(np.uint8)
    lengths = draw.integers(1, CANDIDATES + 1, size=voters)
    return [ranking[:length].tobytes() for ranking, length in zip(order, lengths, strict=True)]


def uniform(voters: int) -> list[bytes]:
    """Return complete rankings, each as likely as any other, so that hardly two are the same."""
    draw = np.random.default_rng(SEED)
    every = np.tile(np.arange(CANDIDATES, dtype=np.uint8), (voters, 1))
    return [ranking.tobytes() for ranking in draw.permuted(every, axis=1)]


ELECTORATES = (Electorate("realistic", "", spatial), Electorate("all distinct", "_worst", uniform))


def store(connection: psycopg.Connection, rankings: list[bytes]) -> None:
    """Put ballots into a table of their own, ``ballot_row``, made anew, one row a ballot."""
    connection.execute("DROP TABLE IF EXISTS ballot_row")
    connection.execute("CREATE UNLOGGED TABLE ballot_row (marks bytea NOT NULL)")
    with connection.cursor() as cursor, cursor.copy("COPY ballot_row FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["bytea"])
        for ranking in rankings:
            copy.write_row([ranking])
    connection.execute("VACUUM (FREEZE, ANALYZE) ballot_row")
