"""Measures of who belongs, against rows counted by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from coop.measures import MEASURES
from coop.metrics import Span
from tests.factories import make_guild, make_member, make_members

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Span(NOW - 7 * DAY, NOW, 7 * DAY, hidden_below=2)


def test_who_joined_and_who_left_is_counted_a_day(session: Session) -> None:
    for number in range(7):
        make_member(session, joined_at=NOW - number * DAY - DAY)
    assert MEASURES["joined"](session, WEEK) == 1
    assert MEASURES["left"](session, WEEK) == 0
    for number in range(3):
        make_member(session).left_at = NOW - number * DAY - DAY
    session.flush()
    assert MEASURES["left"](session, WEEK) == Decimal("0.429")


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(session: Session) -> None:
    for moment in (WEEK.since, WEEK.since, WEEK.until, WEEK.until):
        make_member(session, joined_at=moment)
    assert MEASURES["joined"](session, WEEK) == Decimal("0.286")


def test_law_07_numbers_of_too_few_people_are_not_told(session: Session) -> None:
    make_member(session, joined_at=NOW - DAY)
    assert MEASURES["joined"](session, WEEK) is None


def test_the_span_of_a_guild_counts_those_who_entered_it(session: Session) -> None:
    members = make_members(session, 3)
    make_guild(session, "bakers", members[0], tuple(members[1:]), joined_at=NOW - DAY)
    assert MEASURES["joined"](session, replace(WEEK, scope="guild:bakers")) == Decimal("0.429")
    assert MEASURES["joined"](session, WEEK) == 0
