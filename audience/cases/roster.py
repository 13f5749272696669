# ruff: noqa: S608 - the statements are put together from constants
"""Rosters: who carries the work of judging, counted over whole months.

Shown so that the load can be shared. Law 7: only cases count about things that every member may read, or, in
a guild's own roster, everybody who belongs to it. Only months that are over are told, and only where so many
cases closed in them that nobody can tell from it who judged which; the number is ``/reach/least_told`` of the
policy ``audience``, as everywhere.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlmodel import Session

from audience.cases.record import OF_CASE, ON, month_of
from audience.cases.tables import JuryService
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book

_LOAD = text(f"""
SELECT member.handle, count(*) AS drawn, count(voted_at) AS voted,
       count(*) FILTER (WHERE case_juror.left_why = 'stepped_down') AS stepped_down,
       count(*) FILTER (WHERE voted_at IS NULL AND case_juror.left_at IS NULL) AS missed
FROM case_juror
JOIN moderation_case AS one ON one.id = case_id {ON}
JOIN member ON member.id = member_id
WHERE one.closed_at >= :since AND one.closed_at < :until AND {OF_CASE}
GROUP BY member.handle ORDER BY drawn DESC, member.handle
""")

_CASES = text(f"""
SELECT count(*)
FROM moderation_case AS one {ON}
WHERE drawn_at IS NOT NULL AND one.closed_at >= :since AND one.closed_at < :until AND {OF_CASE}
""")


class Load(NamedTuple):
    """What one member has carried."""

    handle: str
    drawn: int
    voted: int
    stepped_down: int
    missed: int
    """Cases that closed without their vote."""


class Roster(NamedTuple):
    """What a month's cases asked of members."""

    month: str
    offering: int
    """Members who offer to judge by now."""
    cases: int | None
    """Cases with a jury that closed in it; None where they are too few to be told."""
    load: list[Load]


def roster(session: Session, book: Book, guild: int | None, month: str | None, now: datetime) -> Roster:
    """Return who carried what in a month such as ``2026-10``, or None for the last that is over."""
    last = now.astimezone(UTC).replace(day=1) - timedelta(days=1)
    since, until = month_of(month or f"{last:%Y-%m}", now)
    offering = session.scalar(select(func.count()).select_from(JuryService)) or 0
    bound = {"guild": guild, "since": since, "until": until}
    number = int(session.scalar(_CASES, bound) or 0)
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    told = until <= now and number >= least
    rows = session.connection().execute(_LOAD, bound) if told else ()
    return Roster(f"{since:%Y-%m}", offering, number if told else None, [Load._make(row) for row in rows])
