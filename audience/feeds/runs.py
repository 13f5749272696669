"""Runs of the jobs that compute signals: each one at a time, and how far it has come.

Law 14: signals are a function of facts, clauses and time. A job that comes late, twice, or in two workers
changes no outcome: it counts all that happened since its last run, and everything anew where the clauses that
it counts by have changed.

Law 7: what a signal compares a post with (usual rates, means, groups, how rare a tag is) is counted of posts
whose audience is every member, so nobody can tell from a score that there are posts for others. It is the
same number for every reader: such a post still counts once its seats are taken, and for whom its author
blocks.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, col

from audience.feeds.tables import SignalRun
from audience.keys import LOCAL_KEY, PUBLIC_KEY

UNDER_WAY = timedelta(minutes=1)
"""How long before a run a fact may be dated that it did not see: its transaction was under way."""

OPEN = (
    f"(post.plain AND post.held_at IS NULL AND post.lock_any && ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[])"
)
"""Whether a post is for every member, in SQL."""


def alone(session: Session, job: str) -> bool:
    """Say whether this transaction is the only one that now does a job; it stays so until it ends."""
    key = func.hashtextextended(f"signals: {job}", 0)
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one())


def until(session: Session, job: str, basis: Mapping[str, Any]) -> datetime | None:
    """Return the moment before which the job has counted all that happened.

    None where it never ran, or ran on another basis.
    """
    return session.execute(
        select(col(SignalRun.until)).where(
            col(SignalRun.job) == job, col(SignalRun.basis) == literal(dict(basis), JSONB)
        )
    ).scalar_one_or_none()


def since(session: Session, job: str, basis: Mapping[str, Any]) -> datetime | None:
    """Return the moment from which facts may not have been counted by the job.

    None where everything has to be: it never ran, or ran on another basis.
    """
    found = until(session, job, basis)
    return None if found is None else found - UNDER_WAY


def ran(session: Session, job: str, basis: Mapping[str, Any], now: datetime) -> None:
    """Keep that the job has counted all that happened before ``now``."""
    values = {"until": now, "basis": dict(basis)}
    stored = insert(SignalRun).values(job=job, **values)
    session.execute(stored.on_conflict_do_update(index_elements=["job"], set_=values))
