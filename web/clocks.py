"""Time in words: how long until, how long since, when, and how much of a period is over. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from coop.rhythm import instant

_UNITS = (
    ("week", timedelta(weeks=1), 2),
    ("day", timedelta(days=1), 2),
    ("hour", timedelta(hours=1), 2),
    ("minute", timedelta(minutes=1), 1),
)
"""A unit is used from so many of it on, and where it fits exactly: 36 hours say more than 1 day."""

_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A period that is running."""

    until: datetime
    words: str
    """How long it still runs: ``2 days``."""
    percent: int
    """How much of it is over, 0 to 100."""


def clock(since: datetime, until: datetime, now: datetime) -> Clock:
    """Return the clock of a period at ``now``."""
    over, whole = now - since, until - since
    percent = 100 if whole <= timedelta() else int(100 * over / whole)
    return Clock(until, span(until - now), max(0, min(100, percent)))


def span(length: timedelta) -> str:
    """Return a length of time as people say it, rounded down: ``3 weeks``, ``1 day``, ``40 minutes``."""
    for name, unit, least in _UNITS:
        number = length // unit
        if number >= least or (number and not length % unit):
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    return "less than a minute"


def ago(moment: datetime, now: datetime) -> str:
    """Return how far a moment lies before or after ``now``: ``2 days ago``, ``in 2 days``."""
    if moment > now:
        return f"in {span(moment - now)}"
    return "just now" if now - moment < timedelta(minutes=1) else f"{span(now - moment)} ago"


def date(moment: datetime) -> str:
    """Return a moment as read in a page, in UTC: ``21 Nov 2026, 18:30 UTC``."""
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y, %H:%M} UTC"


def day(moment: datetime, now: datetime, zone: str) -> str:
    """Return the day of a moment as people of a time zone say it: ``today``, ``tomorrow``, ``21 Nov 2026``.

    A day of the week to come is named: ``Sunday``.
    """
    there, here = (one.astimezone(ZoneInfo(zone)) for one in (moment, now))
    ahead = (there.date() - here.date()).days
    if ahead in _DAYS:
        return _DAYS[ahead]
    return f"{there:%A}" if 0 < ahead < 7 else f"{there.day} {there:%b %Y}"


def moment_there(moment: datetime, now: datetime, zone: str) -> str:
    """Return a moment by the clocks of a time zone: ``tomorrow at 18:00``."""
    return f"{day(moment, now, zone)} at {moment.astimezone(ZoneInfo(zone)):%H:%M}"


def month(written: str) -> str:
    """Return a month that is written ``2026-11`` as people say it: ``November 2026``."""
    return f"{datetime.strptime(written, '%Y-%m').replace(tzinfo=UTC):%B %Y}"


def machine(moment: datetime) -> str:
    """Return a moment for ``<time datetime>``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def entered(moment: datetime, zone: str) -> str:
    """Return a moment as a field for one holds it, by the clocks of a time zone: ``2026-11-21T18:30``."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


def read(written: str, zone: str) -> datetime | None:
    """Return the moment in UTC that such a field names by the clocks of a time zone; None for any other."""
    try:
        there = datetime.fromisoformat(written)
        return None if there.tzinfo else instant(there.date(), there.time(), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
