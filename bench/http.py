"""``http``: pages a second of the served application, beside those of the bare route on the same server.

Application and floor each run in a production server of their own and are loaded in turn, a block each,
over connections that are kept; the one is idle while the other is loaded. What is asked for is in
``http_pages.py``, who asks in ``http_load.py``, what answers in ``http_served.py``.
"""

import gc
import math
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from rich.console import Console
from rich.progress import track
from sqlalchemy import text

from bench import feed_data
from bench.feed import PROFILE
from bench.feed_coop import open_coop, readers
from bench.feed_data import Size
from bench.http_load import Block, Clients, Page
from bench.http_pages import Visits, newest
from bench.http_served import served
from bench.instance import HOST
from bench.report import Figures, Goals, at_least, exactly
from bench.server import Server
from coop.call import Platform
from coop.database import Database

SIZE = Size(members=10_000, posts=100_000)
CONNECTIONS = 64
ROUNDS = 4
SECONDS = 4.0
"""How long the application is loaded in each round."""
FLOOR_SECONDS = 2.0
WARM_UP_S = 3.0
"""How long each is loaded before anything is measured: caches fill, connections to the database open."""

GOALS: Goals = {"errors": exactly(0), "lost": exactly(0), "ratio_floor": at_least(0.08)}

_SHOWN = 5
"""Faults that are told; the rest are counted."""

# Who has answered a post and may still see it: neither has it been taken back or narrowed, nor have they been
# blocked.
_THREADS = text("""
SELECT DISTINCT 'bench-token-of-' || reply.author_id, reply.post_id::text
FROM reply JOIN post ON post.id = reply.post_id
WHERE post.deleted_at IS NULL AND post.layers = 0 AND reply.deleted_at IS NULL AND NOT EXISTS (
  SELECT FROM relation WHERE kind = 'block'
  AND (member_id, other_id) IN ((reply.author_id, post.author_id), (post.author_id, reply.author_id)))
ORDER BY 2, 1
""")
_HELD = text("SELECT count(*) FROM reply WHERE id = ANY(:written)")


def measure(server: Server, size: Size = SIZE, rounds: int = ROUNDS, seconds: float = SECONDS) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = feed_data.ensure(server, size)
    with ExitStack() as stack:
        url = stack.enter_context(server.lent("http_run", template))
        log = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="allotment-bench-")))
        app, database, _ = open_coop(url)
        stack.callback(database.dispose)
        visits = Visits(readers(database, size.members), PROFILE, _threads(database))
        offset = _platform(app).clock.offset
        plain = server.plain_url("http_run")
        ports = [stack.enter_context(served(name, plain, offset, log)) for name in ("application", "floor")]
        ours, bare = (stack.enter_context(Clients(HOST, port, CONNECTIONS)) for port in ports)
        return _figures(database, visits, *_loaded(ours, bare, visits, rounds, seconds))


def _platform(app: Flask) -> Platform:
    found: Platform = app.extensions["allotment"]
    return found


def _threads(database: Database) -> list[tuple[str, str]]:
    with database.begin() as session:
        return [(token, post) for token, post in session.execute(_THREADS)]


def _loaded(ours: Clients, bare: Clients, visits: Visits, rounds: int, seconds: float) -> tuple[Block, Block]:
    """Load application and floor in turn; return what came of each, of the warming up the faults alone."""
    pages, rows = visits.pages(), newest()
    found = [
        Block(faults=_block(ours, pages, WARM_UP_S).faults),
        Block(faults=_block(bare, rows, WARM_UP_S).faults),
    ]
    visits.short = visits.shown = visits.opened = 0
    for _ in track(range(rounds), f"{CONNECTIONS} connections", console=Console(stderr=True), transient=True):
        found[0] += _block(ours, pages, seconds)
        found[1] += _block(bare, rows, FLOOR_SECONDS)
    return found[0], found[1]


def _block(clients: Clients, pages: Iterator[Page], seconds: float) -> Block:
    """Load one of them without a pause of our own for garbage."""
    gc.collect()
    gc.disable()
    try:
        return clients.load(pages, seconds)
    finally:
        gc.enable()


def _figures(database: Database, visits: Visits, ours: Block, bare: Block) -> Figures:
    faults = [*ours.faults, *bare.faults]
    for fault in faults[:_SHOWN]:
        Console(stderr=True).print(fault, style="red", markup=False)
    with database.begin() as session:
        held = session.execute(_HELD, {"written": [int(reply) for reply in visits.written]}).scalar_one()
    return {
        "connections": CONNECTIONS,
        "readers": len(visits.tokens),
        "pages": len(ours.times),
        "rps": round(ours.rps, 1),
        "p50_ms": round(statistics.median(ours.times), 1),
        "p99_ms": round(sorted(ours.times)[math.ceil(0.99 * len(ours.times)) - 1], 1),
        "errors": len(faults),
        "lost": len(visits.written) - held,
        "short_pages": visits.short,
        "replies_a_post": round(visits.shown / max(1, visits.opened), 1),
        "floor_rps": round(bare.rps, 1),
        "floor_p50_ms": round(statistics.median(bare.times), 1),
        "ratio_floor": round(ours.rps / bare.rps, 4),
        "client_share": round(ours.cpu_s / ours.seconds, 3),
        "client_share_floor": round(bare.cpu_s / bare.seconds, 3),
    }
