"""``feed``: a full page of 30 posts with their explanations, every seat taken, for different members.

The page goes through the whole application in process: token, access, ranking, seats, commit, JSON. The
floor (``floor.py``) is asked in turn with it, so that whatever else the machine does falls on both.
"""

import json
import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask
from rich.console import Console
from rich.progress import track
from sqlalchemy import event, text

from bench import feed_data
from bench.client import Get, direct, getter
from bench.feed_coop import cap_everything, open_coop, readers
from bench.feed_data import FULL, Size
from bench.floor import floor_app
from bench.machine import peak_memory_mib
from bench.report import Figures, Goals, at_most
from bench.server import Server
from coop.database import Database

PAGES = 400
WARM_UP = 60
PROFILE = "balanced"
PAGE = 30
BLOCK = 20
"""Pages before the floor's turn comes: taken singly, each would find the other's data in the caches."""

GOALS: Goals = {
    "p95_ms": at_most(25),
    "ratio": at_most(20),
    "rss_mib": at_most(300),
    "statements": at_most(8),
}

_TAKEN = text("SELECT count(*) FROM seat WHERE via = :via")


class PageWrong(RuntimeError):
    """A page was not what the benchmark is about, so its time says nothing."""


@dataclass
class Times:
    """Milliseconds of pages, and of the floor asked in turn with them."""

    page: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    statements: int = 0
    """Most SQL statements of one page, begin and commit not counted."""
    size: int = 0
    """Bytes of the last page."""
    short: int = 0
    """Pages with fewer posts than a full one."""

    @property
    def p50(self) -> float:
        """The page's median."""
        return statistics.median(self.page)

    @property
    def p95(self) -> float:
        """What 95 of 100 pages do not exceed."""
        return sorted(self.page)[math.ceil(0.95 * len(self.page)) - 1]

    @property
    def ratio(self) -> float:
        """How many floors a page is."""
        return self.p50 / statistics.median(self.floor)


def measure(server: Server, size: Size = FULL, pages: int = PAGES) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = feed_data.ensure(server, size)
    with server.lent("feed_run", template) as url:
        app, database = open_coop(url)
        try:
            with psycopg.connect(server.plain_url("feed_run"), autocommit=True) as connection:
                return _figures(database, size, app, floor_app(connection), pages, WARM_UP)
        finally:
            database.dispose()


def _figures(database: Database, size: Size, app: Flask, bare: Flask, pages: int, warm_up: int) -> Figures:
    extra = max(1, pages // 4)
    tokens = iter(readers(database, pages + 3 * extra + 4 * warm_up))
    path = f"/api/v1/feeds/{PROFILE}"
    page, floor = getter(app, path), getter(bare, "/")
    main = _measured("balanced", database, page, floor, tokens, pages, warm_up)
    taken = _taken(database)
    if taken != PAGE * (pages + warm_up):
        raise PageWrong(f"{pages + warm_up} pages took {taken} seats")
    called = _measured(
        "without a client", database, direct(app, path), direct(bare, "/"), tokens, extra, warm_up
    )
    chronological = getter(app, "/api/v1/feeds/chronological")
    newest = _measured("chronological", database, chronological, floor, tokens, extra, warm_up)
    rss = peak_memory_mib()
    cap_everything(database)
    capped = _measured("everything capped", database, page, floor, tokens, extra, warm_up)
    return {
        "posts": size.posts,
        "members": size.members,
        "pages": pages,
        "p50_ms": round(main.p50, 2),
        "p95_ms": round(main.p95, 2),
        "floor_p50_ms": round(statistics.median(main.floor), 3),
        "ratio": round(main.ratio, 1),
        "ratio_direct": round(called.ratio, 1),
        "rss_mib": rss,
        "statements": main.statements,
        "page_kb": round(main.size / 1000, 1),
        "p50_chronological_ms": round(newest.p50, 2),
        "p50_all_capped_ms": round(capped.p50, 2),
        "p95_all_capped_ms": round(capped.p95, 2),
        "statements_all_capped": capped.statements,
        "short_all_capped": capped.short,
    }


def _measured(
    title: str, database: Database, page: Get, floor: Get, tokens: Iterator[str], pages: int, warm_up: int
) -> Times:
    """Ask for so many pages, each for another member, and for as many floors: a block of each in turn."""
    counter = _Counter(database)
    warm, times = Times(), Times()
    order = [(warm, min(BLOCK, warm_up - done)) for done in range(0, warm_up, BLOCK)]
    order += [(times, min(BLOCK, pages - done)) for done in range(0, pages, BLOCK)]
    for kept, number in track(order, f"{title:32}", console=Console(stderr=True), transient=True):
        bodies: list[bytes] = []
        for _ in range(number):
            counter.statements = 0
            kept.page.append(_timed(bodies, page, next(tokens)))
            kept.statements = max(kept.statements, counter.statements)
        for _ in range(number):
            kept.floor.append(_timed([], floor, None))
        kept.short += sum(_check(json.loads(body)) < PAGE for body in bodies)
        kept.size = len(bodies[-1])
    counter.close()
    return times


def _timed(bodies: list[bytes], get: Get, token: str | None) -> float:
    """Ask once, keep the body and return the milliseconds."""
    began = time.perf_counter()
    body = get(token)
    took = time.perf_counter() - began
    bodies.append(body)
    return took * 1000


class _Counter:
    """Counts the statements that reach the database."""

    def __init__(self, database: Database) -> None:
        self.statements = 0
        self._bind = database.bind
        event.listen(self._bind, "before_cursor_execute", self._count)

    def _count(self, *executed: Any) -> None:
        self.statements += 1

    def close(self) -> None:
        event.remove(self._bind, "before_cursor_execute", self._count)


def _check(page: dict[str, Any]) -> int:
    """Return how many posts a page has; raise PageWrong unless every explanation adds up."""
    items = page["items"]
    for item in items:
        if sum(int(term["contribution"]) for term in item["why"]["terms"]) != int(item["why"]["score"]):
            raise PageWrong(f"the terms of {item} do not add up to its score")
    return len(items)


def _taken(database: Database) -> int:
    with database.begin() as session:
        return int(session.execute(_TAKEN, {"via": f"feed:{PROFILE}"}).scalar_one())
