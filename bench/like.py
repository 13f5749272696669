"""``like``: a member likes a post, beside the least that a Flask application does to record it.

One request through the whole application in process: token, access, what the member may do with the post, the
like, commit, answer. Who holds a seat at the post only likes it; who comes by an address takes a seat in the
same request. The floor inserts a row and moves a counter in one transaction (``floor.py``), over the same
durable server, asked in turn.
"""

import statistics
import time
from collections.abc import Iterator, Sequence

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.progress import track
from sqlalchemy import text

from bench import feed_data
from bench.feed import BLOCK
from bench.feed_coop import open_coop
from bench.feed_data import Size
from bench.floor import VOTE_TABLES, plain_write_floor_app
from bench.report import Figures, Goals, at_most, exactly
from bench.server import Server
from bench.thread import Visit, visits
from coop.database import Database

SIZE = Size(members=10_000, posts=100_000)
LIKES = 300
WARM_UP = 40

GOALS: Goals = {"ratio": at_most(6), "ratio_seating": at_most(6), "lost": exactly(0)}

_LIKES = text("SELECT count(*) FROM post_like")


class NotDone(RuntimeError):
    """Something was not done, so its time says nothing."""


def measure(server: Server, size: Size = SIZE, likes: int = LIKES) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = feed_data.ensure(server, size)
    with server.lent("like_run", template) as url:
        app, database, _ = open_coop(url)
        try:
            with psycopg.connect(server.plain_url("like_run"), autocommit=True) as connection:
                connection.execute(VOTE_TABLES)
                bare = plain_write_floor_app(connection)
                return _figures(database, size, app, bare, likes, WARM_UP)
        finally:
            database.dispose()


def _figures(database: Database, size: Size, app: Flask, bare: Flask, likes: int, warm_up: int) -> Figures:
    number = likes + warm_up
    found = visits(database, size, 2 * number)
    voters = iter(range(1, 10 * number))
    before = _kept(database)
    seating, floor = _measured("taking a seat", app, bare, found[:number], voters, warm_up)
    reader = app.test_client()
    for one in found[number:]:
        _timed(reader, "GET", f"/api/v1/posts/{one.post_id}", one.token)
    seated, again = _measured("seated", app, bare, found[number:], voters, warm_up)
    return {
        "likes": likes,
        "p50_ms": round(statistics.median(seated), 2),
        "floor_p50_ms": round(statistics.median([*floor, *again]), 3),
        "ratio": round(statistics.median(seated) / statistics.median(again), 1),
        "p50_seating_ms": round(statistics.median(seating), 2),
        "ratio_seating": round(statistics.median(seating) / statistics.median(floor), 1),
        "lost": 2 * number - (_kept(database) - before),
    }


def _kept(database: Database) -> int:
    with database.begin() as session:
        return int(session.execute(_LIKES).scalar_one())


def _measured(
    title: str, app: Flask, bare: Flask, come: Sequence[Visit], voters: Iterator[int], warm_up: int
) -> tuple[list[float], list[float]]:
    """Like so many posts, and record as many votes on the floor: a block of each in turn.

    Return the milliseconds of both; the first ``warm_up`` do not count.
    """
    likes: list[float] = []
    votes: list[float] = []
    liker, voter = app.test_client(), bare.test_client()
    blocks = [come[at : at + BLOCK] for at in range(0, len(come), BLOCK)]
    for block in track(blocks, f"{title:32}", console=Console(stderr=True), transient=True):
        likes += [_timed(liker, "PUT", f"/api/v1/posts/{one.post_id}/like", one.token) for one in block]
        votes += [_timed(voter, "PUT", f"/{next(voters)}", None) for _ in block]
    return likes[warm_up:], votes[warm_up:]


def _timed(client: FlaskClient, method: str, path: str, token: str | None) -> float:
    """Ask once and return the milliseconds; raise NotDone on anything but 200."""
    headers = None if token is None else {"Authorization": f"Bearer {token}"}
    said = {"choice": "for"} if token is None else None
    began = time.perf_counter()
    answer = client.open(path, method=method, headers=headers, json=said)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise NotDone(f"{method} {path}: {answer.status}: {answer.get_data()[:500]!r}")
    return took * 1000
