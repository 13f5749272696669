"""Nights for tests: numbers as if they had been counted, and the round of features that follows."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from audience.features import nightly
from audience.feeds import runs
from audience.metrics import snapshot
from audience.metrics.tables import MetricSnapshot
from coop.book import Book
from coop.feature_tables import FeatureGrant
from coop.holdings import Holder
from tests.audience.factories import NOW

DAY = timedelta(days=1)
Ends = tuple[datetime, datetime | None, datetime | None]
"""When a holding was gained, when its grace ends, and when it does."""
Numbers = Mapping[tuple[Holder, int], Mapping[str, int]]


def count(session: Session, book: Book, numbers: Numbers, now: datetime) -> datetime:
    """Have these numbers counted, and return the end of the day of which they are; nought has no row."""
    ended = snapshot.until(now)
    session.execute(delete(MetricSnapshot))
    rows = [
        {"holder": holder, "holder_id": one, "metric": name, "value": value, "as_of": ended.date()}
        for (holder, one), each in numbers.items()
        for name, value in each.items()
        if value
    ]
    if rows:
        session.execute(insert(MetricSnapshot), rows)
    runs.ran(session, snapshot.JOB, snapshot.basis(book), ended)
    return ended


def night(session: Session, book: Book, numbers: Numbers, after: int = 0) -> int:
    """Have a night come so many days later, with these numbers; return how many holdings changed."""
    now = NOW + after * DAY
    count(session, book, numbers, now)
    return nightly.refresh(session, book, now)


def standing(session: Session) -> dict[tuple[str, str, int], Ends]:
    """Return when each holding that stands was gained, and its ends."""
    rows = session.execute(
        select(
            col(FeatureGrant.feature), col(FeatureGrant.holder), col(FeatureGrant.holder_id),
            col(FeatureGrant.granted_at), col(FeatureGrant.grace_until), col(FeatureGrant.expires_at),
        ).where(col(FeatureGrant.lost_at).is_(None))
    )  # fmt: skip
    return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows}


def lost(session: Session) -> list[tuple[str, int, datetime | None, str | None]]:
    """Return what was lost, by whom, when and why, in order."""
    rows = session.execute(
        select(
            col(FeatureGrant.feature), col(FeatureGrant.holder_id), col(FeatureGrant.lost_at),
            col(FeatureGrant.cause),
        ).where(col(FeatureGrant.lost_at).is_not(None)).order_by(col(FeatureGrant.id))
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3]) for row in rows]
