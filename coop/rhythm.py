"""A rhythm: how often a member hears of things, and in which hours they are left alone.

Pure. Times of day are those of the rhythm's own time zone (IANA, RFC 6557). Where clocks are put forward, a
time that the day leaves out is read by the offset before the gap; where they are put back, one that comes
twice is its first occurrence (RFC 5545 §3.3.5). So a daily batch comes once on either day, and quiet hours
begin and end once. Full hours of an hourly rhythm are counted by the clock as it stands, through either day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

Every = Literal["at_once", "hourly", "daily", "weekly"]
"""How often batches come; ``at_once`` has none, each thing comes by itself."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

EVERY: tuple[Every, ...] = get_args(Every)
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which one is left alone, each day anew."""

    begins: time
    ends: time
    """Of the same day where it is later than ``begins``, else of the next; never equal to it."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody hears of things."""

    every: Every
    hour: int
    """0 to 23: the full hour at which daily and weekly batches come."""
    weekday: Weekday
    """The day on which weekly batches come."""
    zone: str
    """A name out of :func:`zones`."""
    quiet: Quiet | None = None


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones that are known here."""
    return frozenset(available_timezones())


def batch_at(rhythm: Rhythm, at: datetime) -> datetime:
    """Return when the first batch comes that holds what is told at ``at``: then, or later; in UTC.

    One that would fall into quiet hours comes at their end, and holds what was told in them too. Raise
    ZoneInfoNotFoundError for a zone that is not known here.
    """
    before, after = _beats_about(rhythm, at.astimezone(UTC))
    delayed = awake_at(rhythm, before)
    return delayed if delayed >= at else awake_at(rhythm, after)


def awake_at(rhythm: Rhythm, at: datetime) -> datetime:
    """Return ``at`` itself where it lies in no quiet hours, else the moment at which they end; in UTC."""
    found = at.astimezone(UTC)
    if rhythm.quiet is not None:
        for begins, ends in _quiet_about(rhythm.quiet, ZoneInfo(rhythm.zone), found):
            if begins <= found < ends:
                found = ends  # Where these outlast a gap, those of the next day have begun by now.
    return found


def instant(day: date, of_day: time, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which a zone's clocks show that time on that day, as the module says."""
    return datetime.combine(day, of_day, zone).astimezone(UTC)


def _beats_about(rhythm: Rhythm, at: datetime) -> tuple[datetime, datetime]:
    """Return the last moment up to ``at`` at which the rhythm beats, quiet or not, and the next or same."""
    if rhythm.every == "at_once":
        return at, at
    zone = ZoneInfo(rhythm.zone)
    if rhythm.every == "hourly":
        there = at.astimezone(zone)
        over = timedelta(minutes=there.minute, seconds=there.second, microseconds=there.microsecond)
        return at - over, at + _HOUR - over if over else at
    beats = list(_beats(rhythm, zone, at))
    return max(beat for beat in beats if beat <= at), min(beat for beat in beats if beat >= at)


def _beats(rhythm: Rhythm, zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    """Yield daily or weekly beats, from before ``at`` to after it whatever clocks do."""
    today, reach = at.astimezone(zone).date(), 2 if rhythm.every == "daily" else len(WEEKDAYS) + 1
    for ahead in range(-reach, reach + 1):
        day = today + ahead * _DAY
        if rhythm.every == "daily" or WEEKDAYS[day.weekday()] == rhythm.weekday:
            yield instant(day, time(rhythm.hour), zone)


def _quiet_about(quiet: Quiet, zone: ZoneInfo, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when it is quiet on the days about ``at``, the first first."""
    today = at.astimezone(zone).date()
    overnight = _DAY if quiet.ends <= quiet.begins else timedelta()
    for ahead in range(-2, 3):
        day = today + ahead * _DAY
        yield instant(day, quiet.begins, zone), instant(day + overnight, quiet.ends, zone)
