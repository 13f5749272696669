"""Rhythms for tests: to wait for nothing, and Hypothesis strategies of any hours in any zone."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from coop.rhythm import EVERY, WEEKDAYS, Every, Quiet, Rhythm, zones

AT_ONCE = {"rhythm": "at_once", "hour": 18, "weekday": "sunday", "zone": "UTC"}
"""What a member sends who wants to wait for no batch."""

ZONES = sorted(zones())
RESTLESS = ("Europe/Lisbon", "America/Nuuk", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll")
"""Zones whose clocks change in ways of their own."""
CHANGES = (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC))
"""When clocks go forward and back in most of Europe."""


def moments() -> st.SearchStrategy[datetime]:
    """Any moment of some years, and often one near a change of clocks."""
    anywhere = st.datetimes(datetime(2025, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
    away = st.timedeltas(timedelta(days=-2), timedelta(days=2))
    return anywhere | st.builds(lambda change, by: change + by, st.sampled_from(CHANGES), away)


def quiets() -> st.SearchStrategy[Quiet]:
    of_day = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
    return st.builds(Quiet, of_day, of_day).filter(lambda quiet: quiet.begins != quiet.ends)


def rhythms(
    quiet: st.SearchStrategy[Quiet | None] | None = None, every: st.SearchStrategy[Every] | None = None
) -> st.SearchStrategy[Rhythm]:
    return st.builds(
        Rhythm,
        every=st.sampled_from(EVERY) if every is None else every,
        hour=st.integers(0, 23),
        weekday=st.sampled_from(WEEKDAYS),
        zone=st.sampled_from(RESTLESS) | st.sampled_from(ZONES),
        quiet=st.none() | quiets() if quiet is None else quiet,
    )
