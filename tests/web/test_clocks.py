"""Time in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from web.clocks import ago, clock, date, entered, machine, moment_there, month, read, span

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (HOUR, "1 hour"),
        (DAY, "1 day"),
        (36 * HOUR, "36 hours"),
        (13 * DAY, "13 days"),
        (14 * DAY, "2 weeks"),
        (7 * DAY, "1 week"),
    ],
)
def test_a_length_is_said_in_the_largest_unit_that_tells_it_well(length: timedelta, said: str) -> None:
    assert span(length) == said


def test_a_clock_tells_how_much_of_a_period_is_over() -> None:
    assert clock(NOW - DAY, NOW + 3 * DAY, NOW).percent == 25
    assert clock(NOW - DAY, NOW + 3 * DAY, NOW).words == "3 days"
    assert clock(NOW, NOW + DAY, NOW - HOUR).percent == 0
    assert clock(NOW - DAY, NOW, NOW + HOUR).percent == 100
    assert clock(NOW, NOW, NOW).percent == 100


def test_moments_before_and_after_now() -> None:
    assert ago(NOW - 3 * DAY, NOW) == "3 days ago"
    assert ago(NOW + 3 * DAY, NOW) == "in 3 days"
    assert ago(NOW, NOW) == "just now"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOW, "today at 21:00"),
        (NOW + 3 * HOUR, "tomorrow at 00:00"),
        (NOW - 21 * HOUR - timedelta(minutes=1), "yesterday at 23:59"),
        (NOW + 6 * DAY, "Sunday at 21:00"),
        (NOW + 7 * DAY, "8 Mar 2027 at 21:00"),
        (NOW - 2 * DAY, "27 Feb 2027 at 21:00"),
    ],
)
def test_a_moment_is_said_by_the_clocks_and_days_of_a_place(moment: datetime, said: str) -> None:
    """A Monday noon in UTC is nine in the evening in Tokyo."""
    assert moment_there(moment, NOW, "Asia/Tokyo") == said


def test_a_moment_is_written_in_utc_wherever_it_was_taken() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    assert date(there) == "1 Mar 2027, 12:00 UTC"
    assert machine(there) == "2027-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2027-03-01T12:00", datetime(2027, 3, 1, 11, tzinfo=UTC)),
        ("2027-07-01T12:00:30", datetime(2027, 7, 1, 10, 0, 30, tzinfo=UTC)),
        ("2027-03-28T02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-03-01T12:00Z", None),
        ("2027-02-30T12:00", None),
        ("0001-01-01T00:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_moment_that_is_entered_is_read_by_the_clocks_of_a_place(
    written: str, moment: datetime | None
) -> None:
    """In Oslo, also where clocks are put forward and a time is left out, and back and one comes twice."""
    assert read(written, "Europe/Oslo") == moment


def test_a_moment_is_entered_as_it_is_read() -> None:
    assert entered(NOW, "Asia/Tokyo") == "2027-03-01T21:00"
    assert read(entered(NOW, "Asia/Tokyo"), "Asia/Tokyo") == NOW


def test_a_month_is_named() -> None:
    assert month("2026-11") == "November 2026"
