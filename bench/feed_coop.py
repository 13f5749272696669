"""The cooperative whose feed is measured: its clock, its policies and its readers, on a copy of the set."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import text
from sqlmodel import Session

from app import POLICY_KINDS, create_app, settled
from audience.feeds import author_signals, post_signals, taste
from audience.rules import AUDIENCE
from bench.feed_data import UNTIL
from coop import policies
from coop.book import COOP, Book, guild_scope
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.policy_text import apply
from coop.settings import ROOT, Settings

FOUNDING = ROOT / "policies"

_OPEN = [
    {"op": "replace", "path": pointer, "value": "open"}
    for pointer in ("/seats/default", "/seats/ceiling", "/arrivals/per_minute")
]
"""What the measured cooperative decided otherwise: only a post with a cap of its own is capped."""
_GUILD_CLAUSES = "[seats]\ndefault = 200\n"
"""What every twentieth guild decided for the posts made in it."""

_JOBS: dict[str, Callable[[Session, Book, datetime], int]] = {
    "authors": author_signals.refresh,
    "posts": post_signals.refresh,
    "taste": taste.refresh,
}

_SOME_GUILDS = text("SELECT slug FROM guild WHERE id % 20 = 0 ORDER BY id")

_GATES = text("""
INSERT INTO gate (post_id, taken) SELECT post_id, count(*) FROM seat GROUP BY post_id ON CONFLICT DO NOTHING
""")

# Who has read much comes often: a draw without replacement, weighted by seats (Efraimidis and Spirakis).
_READERS = text("""
SELECT member_id FROM seat GROUP BY member_id
ORDER BY -ln((hashint8extended(member_id, 99) & 1048575) / 1048576.0 + 1e-7) / count(*) LIMIT :number
""")


class Coop(NamedTuple):
    """The application over a copy of the data set."""

    app: Flask
    database: Database
    jobs_s: dict[str, float]
    """How long each job took that computes signals, counting everything for the first time."""


def open_coop(url: str) -> Coop:
    """Return the whole application over a copy of the data set, with its policies and all signals."""
    database = Database(url)
    with database.begin() as session:
        clock = Clock(UNTIL - Clock().now(session))
    _found(database, clock)
    jobs_s = {name: _timed(database, clock, job) for name, job in _JOBS.items()}
    with database.begin() as session:
        session.execute(text("ANALYZE author_signals, post_signals, taste, tag"))
    return Coop(settled(create_app(_settings(url), database, clock=clock)), database, jobs_s)


def _timed(database: Database, clock: Clock, job: Callable[[Session, Book, datetime], int]) -> float:
    with database.begin() as session:
        book, now = Books(POLICY_KINDS).current(session), clock.now(session)
        began = time.perf_counter()
        job(session, book, now)
        return time.perf_counter() - began


def readers(database: Database, number: int) -> list[str]:
    """Return the tokens of so many members, the more active the likelier, in an order without meaning."""
    with database.begin() as session:
        found = session.scalars(_READERS, {"number": number}).all()
    return [f"bench-token-of-{member_id}" for member_id in sorted(found, key=lambda one: hash((one, 7)))]


def cap_everything(database: Database) -> None:
    """Return to the founding text: every post is capped, and strangers arrive no faster than it says.

    The posts' gates are made as they would be had it never been otherwise.
    """
    with database.begin() as session:
        session.execute(_GATES)
        _enact(session, COOP, (FOUNDING / f"{AUDIENCE}.toml").read_text(encoding="utf-8"), UNTIL)


def _found(database: Database, clock: Clock) -> None:
    with tempfile.TemporaryDirectory() as folder, database.begin() as session:
        now = clock.now(session)
        copied = Path(shutil.copytree(FOUNDING, folder, dirs_exist_ok=True))
        changed = copied / f"{AUDIENCE}.toml"
        changed.write_text(apply(changed.read_text(encoding="utf-8"), _OPEN), encoding="utf-8")
        policies.found(session, POLICY_KINDS, copied, now)
        slugs: Sequence[str] = session.scalars(_SOME_GUILDS).all()
        for slug in slugs:
            _enact(session, guild_scope(slug), _GUILD_CLAUSES, now)


def _enact(session: Session, scope: str, policy_text: str, now: datetime) -> None:
    policies.new_version(
        session, scope, AUDIENCE, policy_text, cause="founding", proposal_id=None, tally=None, now=now
    )


def _settings(url: str) -> Settings:
    """Return settings for an application that asks its object store for nothing."""
    return Settings.model_validate(
        {
            "DATABASE_URL": url,
            "S3_ENDPOINT": "127.0.0.1:1",
            "S3_ACCESS_KEY": secrets.token_urlsafe(16),
            "S3_SECRET_KEY": secrets.token_urlsafe(32),
            "ALLOTMENT_SECRET_KEY": secrets.token_urlsafe(32),
        }
    )
