"""One ballot cast through the whole application in process, in turn with the floors under it."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, event

from app import create_app, settled
from bench.ballots_coop import Coop, OpenVote
from bench.client import NotAnswered
from bench.floor import VOTE_TABLES, plain_write_floor_app, write_floor_app
from bench.instance import environment
from coop.database import Database
from coop.settings import Settings

BLOCK = 20
"""Ballots before the floors' turn comes: taken singly, each would find the other's data in the caches."""

Put = Callable[[int], None]
"""Have one member vote; raises NotAnswered where that is not answered with 200."""


@dataclass
class Times:
    """Milliseconds of a ballot and of the floors."""

    cast: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    plain_floor: list[float] = field(default_factory=list)
    statements: int = 0
    """SQL statements of one ballot, begin and commit not counted."""


def measure(
    url: str, plain_url: str, coop: Coop, vote: OpenVote, voters: Iterator[int], number: int
) -> Times:
    """Cast so many ballots, each another member's, and record as many votes at each floor.

    All three are asked through Flask's test client; the first block of each is measured by nobody.
    """
    database = Database(url)
    assert isinstance(database.bind, Engine)
    with psycopg.connect(plain_url, autocommit=True) as connection:
        connection.execute(VOTE_TABLES)
        app = settled(create_app(Settings.model_validate(environment(url)), database))
        cast = _caster(app, coop, vote)
        floor = _putter(write_floor_app(database.bind))
        plain_floor = _putter(plain_write_floor_app(connection))
        at_floor = iter(range(1, 1_000_000_000))
        warm, times = Times(), Times()
        counter = _Counter(database.bind)
        for done in range(-BLOCK, number, BLOCK):
            kept = warm if done < 0 else times
            size = min(BLOCK, number - max(done, 0))
            counter.statements = 0
            kept.cast += [_timed(cast, next(voters)) for _ in range(size)]
            kept.statements = counter.statements // size
            kept.floor += [_timed(floor, next(at_floor)) for _ in range(size)]
            kept.plain_floor += [_timed(plain_floor, next(at_floor)) for _ in range(size)]
        database.dispose()
    return times


def figures(times: Times) -> dict[str, float | int]:
    """Return medians and their ratios."""
    cast, floor = statistics.median(times.cast), statistics.median(times.floor)
    plain = statistics.median(times.plain_floor)
    return {
        "cast_ms": round(cast, 2),
        "statements": times.statements,
        "floor_ms": round(floor, 2),
        "ratio_write_floor": round(cast / floor, 2),
        "ratio_plain_floor": round(cast / plain, 2),
    }


def _caster(app: Flask, coop: Coop, vote: OpenVote) -> Put:
    client = app.test_client()
    path = f"/api/v1/proposals/{vote.proposal_id}/ballot"
    body = {"choice": "for", "patch_sha256": vote.patch_sha256}

    def put(voter: int) -> None:
        headers = {"Authorization": f"Bearer {coop.token(voter)}"}
        _check(client.put(path, json=body, headers=headers))

    return put


def _putter(app: Flask) -> Put:
    client = app.test_client()

    def put(voter: int) -> None:
        _check(client.put(f"/{voter}", json={"choice": "for"}))

    return put


def _check(answer: Any) -> None:
    if answer.status_code != 200:
        raise NotAnswered(f"{answer.status}: {answer.get_data()[:500]!r}")


def _timed(put: Put, voter: int) -> float:
    began = time.perf_counter()
    put(voter)
    return (time.perf_counter() - began) * 1000


class _Counter:
    """Counts the statements that reach the database."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, *executed: Any) -> None:
        self.statements += 1
