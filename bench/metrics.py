"""``metrics``: one night's run that counts everything by which features are gained and lost.

The job is run as the worker runs it, on a connection of its own: into an empty snapshot, then for the day
after. The floor is a bare ``SELECT count(*)`` over each table that it reads, on the same connection.
"""

import time
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app import POLICY_KINDS
from audience.metrics import snapshot
from bench import metrics_data
from bench.backend_memory import watched
from bench.feed_data import UNTIL
from bench.machine import peak_memory_mib
from bench.metrics_data import FULL, Size
from bench.report import Figures, Goals, at_most
from bench.server import Server
from coop import policies
from coop.book import Book
from coop.database import Database
from coop.policies import Books
from coop.settings import ROOT

GOALS: Goals = {"seconds": at_most(60), "rss_mib": at_most(300)}

DAY = timedelta(days=1)
AFTER_MIDNIGHT = timedelta(minutes=5)
"""When the job runs."""
TABLES = ("post", "reply", "seat", "relation", "guild_membership", "member", "guild", "moderation_case")
"""What the job reads."""

_PID = text("SELECT pg_backend_pid()")
_SIZES = {name: text(f"SELECT count(*) FROM {name}") for name in TABLES}
_COUNTED = text("SELECT holder, metric, count(*) FROM metric_snapshot GROUP BY holder, metric")
EXPECTED = {
    (holder, one.name) for holder, all in snapshot.METRICS.items() for one in all if one.counting is not None
}
"""Of these something is counted in any cooperative that lives."""


class NothingCounted(RuntimeError):
    """The run counted nothing of some metric, so its time says nothing."""


def measure(server: Server, size: Size = FULL) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = metrics_data.ensure(server, size)
    with server.lent("metrics_run", template) as url:
        database = Database(url)
        try:
            return _figures(database, size)
        finally:
            database.dispose()


def _figures(database: Database, size: Size) -> Figures:
    with database.begin() as session:
        policies.found(session, POLICY_KINDS, ROOT / "policies", UNTIL)
        book = Books(POLICY_KINDS).current(session)
    with database.begin() as session, watched(session.scalars(_PID).one()) as held:
        began = time.perf_counter()
        rows = {name: int(session.scalars(count).one()) for name, count in _SIZES.items()}
        floor = time.perf_counter() - began
        seconds, changed = _counted(session, book, UNTIL)
    with database.begin() as session:
        counted = {(holder, name): rows for holder, name, rows in session.execute(_COUNTED)}
        if missing := EXPECTED - counted.keys():
            raise NothingCounted(f"nothing was counted of {sorted(missing)}")
        next_seconds, next_changed = _counted(session, book, UNTIL + DAY)
    return {
        "members": size.members,
        "posts": rows["post"],
        "views": rows["seat"],
        "replies": rows["reply"],
        "seconds": round(seconds, 2),
        "floor_s": round(floor, 3),
        "ratio": round(seconds / floor, 1),
        "numbers": changed,
        "next_night_s": round(next_seconds, 2),
        "next_night_changed": next_changed,
        "rss_mib": max(peak_memory_mib(), held.most),
        "backend_mib": held.most,
        "backend_with_cache_mib": held.with_cache,
    }


def _counted(session: Session, book: Book, day: datetime) -> tuple[float, int]:
    """Run the job as of a day; return the seconds and how many numbers changed."""
    began = time.perf_counter()
    changed = snapshot.refresh(session, book, day + AFTER_MIDNIGHT)
    return time.perf_counter() - began, changed
