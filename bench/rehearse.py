"""``rehearse``: a change tried on 28 days of what happened, from asking for it to its stored report.

A cap rule goes through every view of the window, a feed-weight rule makes the pages of the members drawn, and
rules of moderation are asked of every post and reply: one lets go of some that it held, another takes some
that none did, and an eighth of the posts is met by neither.
Each is asked for and run as the worker runs it, progress and report included.
"""

import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app import POLICY_KINDS, REPLAYERS
from audience.feeds.rules import FEEDS
from audience.moderation.rules import MODERATION
from audience.rules import AUDIENCE
from bench import rehearse_data
from bench.feed_data import UNTIL
from bench.machine import peak_memory_mib
from bench.rehearse_data import FULL, Size
from bench.report import Figures, Goals, at_most
from bench.server import Server
from coop import policies
from coop.book import COOP
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import apply
from coop.settings import ROOT
from governance.rehearsal import rehearsals, running
from governance.rehearsal.changes import Change

GOALS: Goals = {"cap_s": at_most(10), "feed_s": at_most(30), "moderation_s": at_most(30)}

_OPEN = [
    {"op": "replace", "path": pointer, "value": "open"}
    for pointer in ("/seats/default", "/seats/ceiling", "/arrivals/per_minute")
]
"""What the measured cooperative had decided: nobody was ever turned away."""
_CAP = [
    {"op": "replace", "path": "/seats/default", "value": 150},
    {"op": "replace", "path": "/arrivals/per_minute", "value": 10},
]
_WEIGHTS = [
    {"op": "replace", "path": "/profiles/balanced/weights/small", "value": 1.2},
    {"op": "replace", "path": "/profiles/balanced/weights/follow", "value": 0.4},
]
_LONG = [{"op": "replace", "path": "/rules/flood/when", "value": "size(text) > 200 && author.same_day >= 0"}]
"""The rule that the measured cooperative had: it holds every text of some length, and is asked of all."""
_RULES: list[dict[str, Any]] = [
    {"op": "replace", "path": "/rules/flood/when", "value": "size(text) > 400 && author.same_day >= 0"},
    {
        "op": "add",
        "path": "/rules/short",
        "value": {
            "about": "Short texts of those whom few follow",
            "on": ["post", "reply"],
            "when": "size(text) < 110 && author.followers < 1000 && !text.contains('rye')",
            "then": "collapse",
            "appeal_days": 14,
        },
    },
]

_WHO = text("SELECT id, handle, display_name, joined_at FROM member ORDER BY id LIMIT 1")


class RehearsalWrong(RuntimeError):
    """A rehearsal was not what the benchmark is about, so its time says nothing."""


def measure(server: Server, size: Size = FULL) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = rehearse_data.ensure(server, size)
    with server.lent("rehearse_run", template) as url:
        database = Database(url)
        try:
            return _figures(database, size)
        finally:
            database.dispose()


def _figures(database: Database, size: Size) -> Figures:
    clock = _open_coop(database)
    at_start = peak_memory_mib()
    cap_s, cap = _rehearsed(database, clock, AUDIENCE, _CAP)
    cap_rss = peak_memory_mib()
    feed_s, feed = _rehearsed(database, clock, FEEDS, _WEIGHTS)
    moderation_s, moderation = _rehearsed(database, clock, MODERATION, _RULES)
    decided = {one["name"]: one["total"] for one in moderation["measures"]}
    gone_through = moderation["replayed"]["posts"]
    held, released = decided["posts_hold"]["before"], decided["posts_hold"]["lost"]
    folded = decided["posts_collapse"]["gained"]
    missed = gone_through - held - folded
    if gone_through < 0.99 * size.posts or not released or not folded or not missed:
        raise RehearsalWrong(f"of {size.posts:,} posts the rules decided {decided}")
    views = cap["measures"][0]["total"]
    if views["before"] != size.views or not views["lost"]:
        raise RehearsalWrong(f"of {size.views:,} views {views['before']:,} were gone through: {views}")
    return {
        "members": size.members,
        "posts": size.posts,
        "views": size.views,
        "cap_s": round(cap_s, 2),
        "feed_s": round(feed_s, 2),
        "moderation_s": round(moderation_s, 2),
        "turned_away": views["lost"],
        "released": released,
        "still_held": held - released,
        "folded": folded,
        "missed": missed,
        "readers": feed["replayed"]["readers"],
        "pages": feed["replayed"]["pages"],
        "rss_at_start_mib": at_start,
        "rss_cap_mib": cap_rss,
        "rss_mib": peak_memory_mib(),
    }


def _rehearsed(
    database: Database, clock: Clock, kind: str, patch: list[dict[str, Any]]
) -> tuple[float, dict[str, Any]]:
    """Ask for a rehearsal and run it; return the seconds and the report."""
    books = Books(POLICY_KINDS)
    began = time.perf_counter()
    with database.begin() as session:
        book = books.current(session)
        policy = book.policies[COOP, kind]
        wanted = Change(COOP, kind, patch, policy.sources[policy.number].sha256)
        made = rehearsals.ask_draft(session, book, _somebody(session), wanted, clock.now(session))
    running.rehearse_due(database, books, clock, REPLAYERS)
    took = time.perf_counter() - began
    with database.begin() as session:
        report = rehearsals.report_of(session, made)
    if report is None:
        raise RehearsalWrong(f"the rehearsal of {kind} failed")
    return took, report


def _somebody(session: Session) -> Identity:
    row = session.execute(_WHO).one()
    return Identity(row.id, row.handle, row.display_name, row.joined_at)


def _open_coop(database: Database) -> Clock:
    """Put the policies in force, and return a clock that stands where the data set ends."""
    with database.begin() as session:
        offset: timedelta = UNTIL - Clock().now(session)
    clock = Clock(offset)
    with tempfile.TemporaryDirectory() as folder, database.begin() as session:
        copied = Path(shutil.copytree(ROOT / "policies", folder, dirs_exist_ok=True))
        for kind, patch in ((AUDIENCE, _OPEN), (MODERATION, _LONG)):
            changed = copied / f"{kind}.toml"
            changed.write_text(apply(changed.read_text(encoding="utf-8"), patch), encoding="utf-8")
        now: datetime = clock.now(session)
        policies.found(session, POLICY_KINDS, copied, now)
    return clock
