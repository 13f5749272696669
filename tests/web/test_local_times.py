"""A day and a time by somebody's own clocks."""

from datetime import UTC, datetime

import pytest

from coop.errors import RuleBroken
from web.local_times import moment_of


@pytest.mark.parametrize(
    ("day", "clock", "zone", "moment"),
    [
        ("2026-11-01", "18:00", "UTC", datetime(2026, 11, 1, 18, tzinfo=UTC)),
        (" 2026-07-01 ", " 18:30 ", "Europe/Lisbon", datetime(2026, 7, 1, 17, 30, tzinfo=UTC)),
        ("2026-12-01", "18:30", "Europe/Lisbon", datetime(2026, 12, 1, 18, 30, tzinfo=UTC)),
        ("2026-12-01", "02:00", "Asia/Kolkata", datetime(2026, 11, 30, 20, 30, tzinfo=UTC)),
        pytest.param(
            "2026-10-25",
            "01:30",
            "Europe/Lisbon",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            id="comes twice",
        ),
    ],
)
def test_a_moment_is_told_by_the_clocks_of_a_zone(day: str, clock: str, zone: str, moment: datetime) -> None:
    assert moment_of(day, clock, zone) == moment


@pytest.mark.parametrize(
    ("day", "clock", "zone", "pointer"),
    [
        ("", "18:00", "UTC", "/day"),
        ("1.11.2026", "18:00", "UTC", "/day"),
        ("2026-02-30", "18:00", "UTC", "/day"),
        ("2026-11-01", "", "UTC", "/time"),
        ("2026-11-01", "25:00", "UTC", "/time"),
        ("2026-11-01", "18:00+02:00", "UTC", "/time"),
        pytest.param("2026-03-29", "01:30", "Europe/Lisbon", "/time", id="left out that night"),
        pytest.param("0001-01-01", "00:00", "Asia/Kolkata", "/day", id="before all calendars"),
        pytest.param("9999-12-31", "23:59", "America/Lima", "/day", id="after all calendars"),
    ],
)
def test_what_is_no_moment_is_told_where_it_is_wrong(day: str, clock: str, zone: str, pointer: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        moment_of(day, clock, zone)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]
