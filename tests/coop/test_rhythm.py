"""Rhythms: when the next batch comes, and which hours are quiet, in every time zone and on every day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coop.rhythm import EVERY, WEEKDAYS, Every, Quiet, Rhythm, Weekday, awake_at, batch_at, instant, zones
from tests.coop.rhythms import moments, quiets, rhythms

LISBON = "Europe/Lisbon"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GRID = timedelta(minutes=15)
"""Every offset since 1972 is a multiple of it, so every full hour of every zone lies on it."""


def rhythm(
    every: Every, hour: int = 18, weekday: Weekday = "sunday", zone: str = LISBON, quiet: str = ""
) -> Rhythm:
    begins, _, ends = quiet.partition("-")
    hours = Quiet(time.fromisoformat(begins), time.fromisoformat(ends)) if quiet else None
    return Rhythm(every, hour, weekday, zone, hours)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "told", "comes"),
    [
        ("at_once", "2027-07-01 12:34:56", "2027-07-01 12:34:56"),
        ("hourly", "2027-07-01 12:34:56", "2027-07-01 13:00"),
        ("hourly", "2027-07-01 13:00", "2027-07-01 13:00"),
        ("daily", "2027-07-01 12:34", "2027-07-01 17:00"),
        ("daily", "2027-07-01 17:00", "2027-07-01 17:00"),
        ("daily", "2027-07-01 17:00:01", "2027-07-02 17:00"),
        ("daily", "2027-01-01 17:30", "2027-01-01 18:00"),
        ("weekly", "2027-07-01 12:34", "2027-07-04 17:00"),
        ("weekly", "2027-07-04 17:00", "2027-07-04 17:00"),
        ("weekly", "2027-07-04 17:01", "2027-07-11 17:00"),
    ],
)
def test_the_first_batch_from_then_on_holds_what_is_told(every: Every, told: str, comes: str) -> None:
    assert batch_at(rhythm(every), utc(told)) == utc(comes)


@pytest.mark.parametrize(
    ("quiet", "at", "awake"),
    [
        ("22:00-07:00", "2027-01-01 21:59", "2027-01-01 21:59"),
        ("22:00-07:00", "2027-01-01 22:00", "2027-01-02 07:00"),
        ("22:00-07:00", "2027-01-02 06:59", "2027-01-02 07:00"),
        ("22:00-07:00", "2027-01-02 07:00", "2027-01-02 07:00"),
        ("12:00-13:30", "2027-01-02 12:30", "2027-01-02 13:30"),
        ("00:00-08:00", "2027-01-02 00:00", "2027-01-02 08:00"),
        ("", "2027-01-02 03:00", "2027-01-02 03:00"),
    ],
)
def test_quiet_hours_end_as_they_were_chosen(quiet: str, at: str, awake: str) -> None:
    assert awake_at(rhythm("daily", quiet=quiet), utc(at)) == utc(awake)


def test_a_batch_that_would_fall_into_quiet_hours_comes_at_their_end_with_what_was_told_in_them() -> None:
    late = rhythm("daily", hour=23, quiet="22:00-07:00")
    for told in ("2027-01-01 12:00", "2027-01-02 05:00", "2027-01-02 07:00"):
        assert batch_at(late, utc(told)) == utc("2027-01-02 07:00")
    assert batch_at(late, utc("2027-01-02 07:01")) == utc("2027-01-03 07:00")


def test_where_clocks_go_forward_a_time_that_is_left_out_is_read_by_the_offset_before() -> None:
    """Lisbon, 28 March 2027: 01:00 is 02:00 at once (RFC 5545 §3.3.5)."""
    assert batch_at(rhythm("daily", hour=1), utc("2027-03-27 12:00")) == utc("2027-03-28 01:00")
    assert batch_at(rhythm("daily", hour=1), utc("2027-03-28 01:00:01")) == utc("2027-03-29 00:00")
    until_half_past = rhythm("daily", quiet="00:00-01:30")
    assert awake_at(until_half_past, utc("2027-03-28 00:30")) == utc("2027-03-28 01:30")


def test_where_clocks_go_back_a_time_that_comes_twice_is_its_first_occurrence() -> None:
    """Lisbon, 31 October 2027: 02:00 is 01:00 again, so 01:00 is at 00:00 and at 01:00 UTC."""
    assert batch_at(rhythm("daily", hour=1), utc("2027-10-30 12:00")) == utc("2027-10-31 00:00")
    assert batch_at(rhythm("daily", hour=1), utc("2027-10-31 00:30")) == utc("2027-11-01 01:00")
    assert awake_at(rhythm("daily", quiet="22:00-01:30"), utc("2027-10-31 00:29")) == utc("2027-10-31 00:30")
    assert awake_at(rhythm("daily", quiet="22:00-01:30"), utc("2027-10-31 01:10")) == utc("2027-10-31 01:10")


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_the_hours_of_an_hourly_rhythm_are_counted_through_a_change_of_clocks(day: str) -> None:
    at = utc(f"{day} 00:00:01")
    for _ in range(4):
        after = batch_at(rhythm("hourly"), at)
        assert after - at < HOUR
        assert after.astimezone(ZoneInfo(LISBON)).minute == 0
        at = after + timedelta(seconds=1)


def test_a_time_that_a_whole_hour_before_midnight_leaves_out_comes_on_the_next_day() -> None:
    """Nuuk, 27 March 2027: 23:00 is 00:00 of the 28th at once."""
    late = rhythm("daily", hour=23, zone="America/Nuuk")
    comes = utc("2027-03-28 01:00")
    assert batch_at(late, utc("2027-03-27 12:00")) == batch_at(late, comes) == comes
    assert batch_at(late, comes + timedelta(seconds=1)) == utc("2027-03-29 00:00")


def test_hours_are_full_by_clocks_that_stand_at_half_past_elsewhere() -> None:
    assert batch_at(rhythm("hourly", zone="Asia/Kathmandu"), utc("2027-07-01 12:00")) == utc(
        "2027-07-01 12:15"
    )


def test_quiet_hours_that_outlast_a_gap_go_on_into_those_of_the_next_day() -> None:
    nearly_always = rhythm("hourly", quiet="02:00-01:30")
    found = awake_at(nearly_always, utc("2027-03-28 00:00"))
    assert found == awake_at(nearly_always, found) == utc("2027-03-29 00:30")


@given(rhythms(), moments())
def test_a_batch_comes_once_what_it_holds_was_told_and_never_in_quiet_hours(of: Rhythm, at: datetime) -> None:
    comes = batch_at(of, at)
    assert comes >= at
    assert batch_at(of, comes) == awake_at(of, comes) == comes


@given(rhythms(quiet=st.none()), moments())
def test_a_batch_comes_within_its_period(of: Rhythm, at: datetime) -> None:
    longest = {"at_once": timedelta(), "hourly": HOUR, "daily": DAY + 2 * HOUR, "weekly": 7 * DAY + 2 * HOUR}
    assert batch_at(of, at) - at <= longest[of.every]


@given(rhythms(), moments(), moments())
def test_what_is_told_later_never_comes_before_what_was_told_earlier(
    of: Rhythm, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    assert batch_at(of, earlier) <= batch_at(of, later)
    assert awake_at(of, earlier) <= awake_at(of, later)


@given(rhythms(quiet=st.none(), every=st.sampled_from(["daily", "weekly"])), moments())
def test_a_batch_is_the_first_moment_at_which_clocks_show_its_hour(of: Rhythm, at: datetime) -> None:
    """Against a walk along the clocks, on days that leave its hour out nowhere near."""
    zone = ZoneInfo(of.zone)
    days = [at.astimezone(zone).date() + ahead * DAY for ahead in range(-1, 9)]
    assume(all(_shown(day, of.hour, zone) for day in days))
    walk = at.replace(minute=0, second=0, microsecond=0)
    while walk < at or not _beats(of, walk.astimezone(zone)):
        walk += GRID
    assert batch_at(of, at) == walk


def _beats(of: Rhythm, there: datetime) -> bool:
    on_its_day = of.every == "daily" or WEEKDAYS[there.weekday()] == of.weekday
    return on_its_day and (there.hour, there.minute, there.fold) == (of.hour, 0, 0)


def _shown(day: date, hour: int, zone: ZoneInfo) -> bool:
    return instant(day, time(hour), zone).astimezone(zone).hour == hour


@given(rhythms(quiet=quiets()), moments())
def test_quiet_hours_are_those_that_clocks_show(of: Rhythm, at: datetime) -> None:
    """Wherever no clock is put forward or back within two days, by the time of day alone."""
    zone, quiet = ZoneInfo(of.zone), of.quiet
    assert quiet is not None
    assume(len({(at + days * DAY).astimezone(zone).utcoffset() for days in (-2, -1, 0, 1, 2)}) == 1)
    there = at.astimezone(zone).time()
    if quiet.begins < quiet.ends:
        inside = quiet.begins <= there < quiet.ends
    else:
        inside = there >= quiet.begins or there < quiet.ends
    assert (awake_at(of, at) != at) == inside
    if inside:
        assert awake_at(of, at).astimezone(zone).time() == quiet.ends


def test_every_rhythm_and_day_is_known() -> None:
    assert (EVERY[0], len(EVERY), WEEKDAYS[0], len(WEEKDAYS)) == ("at_once", 4, "monday", 7)
    assert {"UTC", LISBON, "Asia/Kathmandu"} <= zones()
