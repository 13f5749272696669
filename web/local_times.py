"""A moment that somebody typed as a day and a time by the clocks of their own time zone. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from coop.errors import Fault, RuleBroken

DAY, TIME = "/day", "/time"
"""Pointers of what was typed."""


def moment_of(day: str, clock: str, zone: str) -> datetime:
    """Return the moment, in UTC, at which the clocks of a zone show ``2026-11-01`` and ``18:00``.

    Of an hour that comes twice in a night it is the first. Raise RuleBroken for what is no day or no time,
    and for an hour that a night leaves out.
    """
    said = datetime.combine(_day(day), _time(clock))
    try:
        found = said.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        shown = found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError as error:
        raise _broken("This lies beyond all calendars.", DAY) from error
    if shown != said:
        raise _broken("The clocks go forward then: there is no such time that day.", TIME)
    return found


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as error:
        raise _broken("Write the day as 2026-11-01: year, month, day.", DAY) from error


def _time(said: str) -> time:
    try:
        found = time.fromisoformat(said.strip())
    except ValueError as error:
        raise _broken("Write the time as 18:00: hours and minutes.", TIME) from error
    if found.tzinfo is not None:
        raise _broken("Write the time by your own clocks, as 18:00.", TIME)
    return found


def _broken(detail: str, pointer: str) -> RuleBroken:
    return RuleBroken("This is no moment.", faults=(Fault(pointer, detail),))
