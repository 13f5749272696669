"""When the nightly run counts: once a day and once a clause, whoever runs it, however late."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.metrics import reading, snapshot
from audience.metrics.tables import MetricSnapshot
from coop.book import Book
from coop.database import Database
from coop.feature_rules import FEATURES
from coop.identity import Identity
from tests.audience.factories import make_post, with_clauses
from tests.factories import identity_of, make_member

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


def days_of(session: Session, book: Book, member: Identity) -> tuple[str | None, int | None]:
    """As of when a member's days are counted, and how many there are."""
    found = reading.of_member(session, member, book)
    (days,) = (one.value for one in found.items if one.metric.name == "active_days")
    return None if found.as_of is None else found.as_of.isoformat(), days


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MIDNIGHT - SECOND, MIDNIGHT - DAY),
        (MIDNIGHT + SECOND, MIDNIGHT - DAY),
        (MIDNIGHT + 61 * SECOND, MIDNIGHT),
        (MIDNIGHT + 23 * HOUR, MIDNIGHT),
        ((MIDNIGHT + HOUR).astimezone(timezone(-5 * HOUR)), MIDNIGHT),
    ],
)
def test_law_14_a_day_is_counted_once_all_of_it_is_on_record(now: datetime, expected: datetime) -> None:
    assert snapshot.until(now) == expected


def test_law_14_a_late_run_counts_as_of_the_same_day_and_a_doubled_one_does_nothing(
    session: Session, book: Book, ada: Identity
) -> None:
    assert days_of(session, book, ada) == (None, None)
    for moment in (MIDNIGHT - 3 * DAY, MIDNIGHT - HOUR, MIDNIGHT + HOUR):
        make_post(session, ada, book, now=moment)
    assert snapshot.refresh(session, book, MIDNIGHT + 20 * HOUR) == 2, "days and posts"
    assert days_of(session, book, ada) == ("2026-11-01", 2)
    make_post(session, ada, book, now=MIDNIGHT - 2 * DAY)
    for hours in (21, 2):
        assert snapshot.refresh(session, book, MIDNIGHT + hours * HOUR) == 0, "this day is counted"
    assert days_of(session, book, ada) == ("2026-11-01", 2)
    assert snapshot.refresh(session, book, MIDNIGHT + DAY + HOUR) == 2
    assert days_of(session, book, ada) == ("2026-11-02", 4)
    assert snapshot.refresh(session, book, MIDNIGHT + 60 * DAY + HOUR) == 2, "what is too old is forgotten"
    assert days_of(session, book, ada) == ("2026-12-31", 0)
    assert session.scalars(select(MetricSnapshot)).all() == []


def test_only_what_changed_is_written_with_the_day_of_the_change(
    session: Session, book: Book, ada: Identity
) -> None:
    make_post(session, ada, book, now=MIDNIGHT - DAY)
    snapshot.refresh(session, book, MIDNIGHT + HOUR)
    make_post(session, ada, book, now=MIDNIGHT + 2 * HOUR)
    make_post(session, ada, book, now=MIDNIGHT + 3 * HOUR)
    session.execute(text("UPDATE metric_snapshot SET value = 2 WHERE metric = 'active_days'"))
    assert snapshot.refresh(session, book, MIDNIGHT + DAY + HOUR) == 1, "it stands at 2 already"
    rows = session.execute(select(col(MetricSnapshot.metric), col(MetricSnapshot.as_of))).all()
    assert {row.metric: row.as_of.day for row in rows} == {"active_days": 1, "posts": 2}


def test_law_03_numbers_of_before_a_vote_are_not_told_as_if_they_went_by_it(
    session: Session, book: Book, ada: Identity
) -> None:
    for days in (1, 5, 20):
        make_post(session, ada, book, now=MIDNIGHT - days * DAY)
    snapshot.refresh(session, book, MIDNIGHT + HOUR)
    assert days_of(session, book, ada) == ("2026-11-01", 3)
    voted = with_clauses(book, FEATURES, {"/metrics/activity/window": "P14D"})
    assert days_of(session, voted, ada) == (None, None)
    assert snapshot.refresh(session, voted, MIDNIGHT + 2 * HOUR) == 2, "the same day is counted again"
    assert days_of(session, voted, ada) == ("2026-11-01", 2)


def test_law_14_two_workers_do_the_work_once(committed: Database, book: Book) -> None:
    with committed.begin() as session:
        make_post(session, identity_of(make_member(session)), book, now=MIDNIGHT - DAY)
    with committed.begin() as first, committed.begin() as second:
        assert snapshot.refresh(first, book, MIDNIGHT + HOUR) == 2
        assert snapshot.refresh(second, book, MIDNIGHT + HOUR) == 0
    with committed.begin() as third:
        assert snapshot.refresh(third, book, MIDNIGHT + HOUR) == 0
