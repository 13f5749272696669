"""``feed``: pages with their explanations, every seat taken, for different members and by every recipe.

The page goes through the whole application in process: token, access, ranking, seats, commit, JSON. The
floor (``floor.py``) is asked in turn with it, so that whatever else the machine does falls on both. The
recipes take turns as members would choose them; each is then measured by itself.
"""

import json
import math
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psycopg
from flask import Flask
from rich.console import Console
from rich.progress import track
from sqlalchemy import event, text

from bench import feed_data
from bench.client import Get, direct, getter
from bench.feed_coop import Coop, cap_everything, open_coop, readers
from bench.feed_data import FULL, Size
from bench.floor import floor_app
from bench.machine import peak_memory_mib
from bench.report import Figures, Goals, at_most
from bench.server import Server
from coop.database import Database

PAGES = 400
WARM_UP = 60
PROFILE = "balanced"
"""What most members are taken to use."""
MIX = {
    PROFILE: 8,
    "following": 4,
    "chronological": 2,
    "guilds": 2,
    "calm": 1,
    "explore": 2,
    "learn": 1,
}
"""By recipe: how many pages of twenty."""
PAGE = 30
BLOCK = 20
"""Pages before the floor's turn comes: taken singly, each would find the other's data in the caches."""

SMALLER = 10
"""How many times fewer members and posts the set has that ``growth`` is measured against."""

GOALS: Goals = {
    "p50_ms": at_most(10),
    "p95_ms": at_most(20),
    "ratio": at_most(15),
    "growth": at_most(1.3),
    "rss_mib": at_most(300),
    "statements": at_most(8),
}

_TAKEN = text("SELECT count(*) FROM seat WHERE at >= :since")


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
    """Bytes of the largest page."""
    shown: int = 0
    """Posts on all pages."""
    shown_warm: int = 0
    """Posts on the pages before, which were not measured."""

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
    """Measure on copies of two data sets, which are built first where they are not there."""
    smaller = Size(max(1, size.members // SMALLER), max(1, size.posts // SMALLER))
    with _opened(server, smaller) as (coop, bare):
        before = _mixed(coop, bare, iter(readers(coop.database, pages + WARM_UP)), pages, WARM_UP)
    with _opened(server, size) as (coop, bare):
        return _figures(coop, bare, size, pages, WARM_UP, before)


@contextmanager
def _opened(server: Server, size: Size) -> Iterator[tuple[Coop, Flask]]:
    """Give the cooperative of a size, on a copy of its data set, and the floor over the same copy."""
    template = feed_data.ensure(server, size)
    with server.lent("feed_run", template) as url:
        coop = open_coop(url)
        try:
            with psycopg.connect(server.plain_url("feed_run"), autocommit=True) as connection:
                yield coop, floor_app(connection)
        finally:
            coop.database.dispose()


def _figures(coop: Coop, bare: Flask, size: Size, pages: int, warm_up: int, smaller: Times) -> Figures:
    """Measure the mix, then each recipe, the mix called directly, and the mix once everything is capped."""
    app, database = coop.app, coop.database
    extra = max(1, pages // 4)
    tokens = iter(readers(database, pages + warm_up + (len(MIX) + 2) * (extra + warm_up)))
    main = _mixed(coop, bare, tokens, pages, warm_up)
    floor = getter(bare, "/")
    each = {
        name: _measured(name, database, [getter(app, _path(name))], floor, tokens, extra, warm_up)
        for name in MIX
    }
    ways = [direct(app, path) for path in _turns()]
    called = _measured("without a client", database, ways, direct(bare, "/"), tokens, extra, warm_up)
    rss = peak_memory_mib()
    cap_everything(database)
    ways = [getter(app, path) for path in _turns()]
    capped = _measured("everything capped", database, ways, floor, tokens, extra, warm_up)
    return {
        "posts": size.posts,
        "members": size.members,
        "pages": pages,
        "p50_ms": round(main.p50, 2),
        "p95_ms": round(main.p95, 2),
        "floor_p50_ms": round(statistics.median(main.floor), 3),
        "ratio": round(main.ratio, 1),
        "ratio_direct": round(called.ratio, 1),
        "growth": round(main.p50 / smaller.p50, 2),
        "rss_mib": rss,
        "statements": max(one.statements for one in (main, *each.values())),
        "page_kb": round(main.size / 1000, 1),
        "posts_shown": round(main.shown / pages, 1),
        **{f"p50_{name}_ms": round(one.p50, 2) for name, one in each.items()},
        **{f"p95_{name}_ms": round(one.p95, 2) for name, one in each.items()},
        "p50_all_capped_ms": round(capped.p50, 2),
        "p95_all_capped_ms": round(capped.p95, 2),
        "statements_all_capped": capped.statements,
        "posts_shown_all_capped": round(capped.shown / extra, 1),
        **{f"job_{name}_s": round(took, 1) for name, took in coop.jobs_s.items()},
    }


def _path(profile: str) -> str:
    return f"/api/v1/feeds/{profile}"


def _turns() -> list[str]:
    """Return the paths of the recipes in the order of their turns, each as often as it is chosen."""
    left = dict(MIX)
    turns = []
    while any(left.values()):
        name = max(left, key=lambda one: left[one] / MIX[one])
        left[name] -= 1
        turns.append(_path(name))
    return turns


def _mixed(coop: Coop, bare: Flask, tokens: Iterator[str], pages: int, warm_up: int) -> Times:
    """Measure the mix of recipes; raise PageWrong where a page left out a seat or took one too many."""
    ways = [getter(coop.app, path) for path in _turns()]
    before = _taken(coop.database)
    found = _measured("all recipes", coop.database, ways, getter(bare, "/"), tokens, pages, warm_up)
    taken = _taken(coop.database) - before
    if taken != found.shown + found.shown_warm:
        raise PageWrong(f"{found.shown + found.shown_warm} posts were shown and {taken} seats taken")
    if found.shown < pages * PAGE / 2:
        raise PageWrong(f"{pages} pages showed {found.shown} posts: too few to say anything of full ones")
    return found


def _measured(
    title: str,
    database: Database,
    ways: list[Get],
    floor: Get,
    tokens: Iterator[str],
    pages: int,
    warm_up: int,
) -> Times:
    """Ask for so many pages, each for another member, and for as many floors: a block of each in turn."""
    counter, turns = _Counter(database), cycle(ways)
    warm, times = Times(), Times()
    order = [(warm, min(BLOCK, warm_up - done)) for done in range(0, warm_up, BLOCK)]
    order += [(times, min(BLOCK, pages - done)) for done in range(0, pages, BLOCK)]
    for kept, number in track(order, f"{title:32}", console=Console(stderr=True), transient=True):
        bodies: list[bytes] = []
        for _ in range(number):
            counter.statements = 0
            kept.page.append(_timed(bodies, next(turns), next(tokens)))
            kept.statements = max(kept.statements, counter.statements)
        for _ in range(number):
            kept.floor.append(_timed([], floor, None))
        kept.shown += sum(_check(json.loads(body)) for body in bodies)
        kept.size = max(kept.size, *map(len, bodies))
    counter.close()
    times.shown_warm = warm.shown
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
    items, weights = page["items"], page["weights"]
    for item in items:
        made = [term["value"] * weights[term["signal"]]["weight"] for term in item["why"]["terms"]]
        said = [term["contribution"] for term in item["why"]["terms"]]
        if made != said or sum(said) != item["why"]["score"]:
            raise PageWrong(f"the terms of {item} do not add up to its score")
    return len(items)


def _taken(database: Database) -> int:
    """Return how many seats were taken since the data set ended."""
    with database.begin() as session:
        return int(session.execute(_TAKEN, {"since": feed_data.UNTIL}).scalar_one())
