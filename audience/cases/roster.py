# ruff: noqa: S608 - the statements are put together from constants
"""Rosters: who carries the work of moderation, by kind, counted over whole months.

Jurors by the cases that closed in a month, stewards by what they held back in it, and those who calm threads
by the threads to which they were called. Shown so that the load can be shared. Law 7: only what is about
things counts that every member may read, or, in a guild's own roster, everybody who belongs to it. Only
months that are over are told, and of each kind only where there was so much in one that nobody can tell from
it who did which; the number is ``/reach/least_told`` of the policy ``audience``, as everywhere.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import TextClause, func, select, text
from sqlmodel import Session

from audience.cases.record import OF_CASE, ON, OPEN, month_of
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

_BY_MEMBER = """
SELECT member.handle, count(*) AS number, (SELECT count(DISTINCT thing) FROM carried) AS things
FROM carried JOIN member ON member.id = member_id
GROUP BY member.handle ORDER BY number DESC, member.handle
"""
_HOLDS = text(f"""
WITH carried AS (
  SELECT one.id AS thing, one.steward_id AS member_id FROM decision AS one {ON}
  WHERE one.steward_id IS NOT NULL AND one.made_at >= :since AND one.made_at < :until AND {OPEN})
{_BY_MEMBER}""")
_CALLS = text(f"""
WITH carried AS (
  SELECT one.post_id AS thing, one.member_id FROM calmer_called AS one {ON}
  WHERE one.at >= :since AND one.at < :until AND {OPEN})
{_BY_MEMBER}""")


class Load(NamedTuple):
    """What one member has carried as a juror."""

    handle: str
    drawn: int
    voted: int
    stepped_down: int
    missed: int
    """Cases that closed without their vote."""


class Share(NamedTuple):
    """How often one member did something."""

    handle: str
    number: int


class Carried(NamedTuple):
    """One kind of work, as members carried it in a month."""

    things: int | None
    """Of how many things it was; None where they are too few to be told."""
    by: list[Share]
    """Who did most of it first."""


class Roster(NamedTuple):
    """What the moderation of a month asked of members."""

    month: str
    offering: int
    """Members who offer to judge by now."""
    cases: int | None
    """Cases with a jury that closed in it; None where they are too few to be told."""
    load: list[Load]
    holds: Carried
    """What stewards held back in it."""
    calls: Carried
    """Heated threads to which members were called who offered to calm some."""


def roster(session: Session, book: Book, guild: int | None, month: str | None, now: datetime) -> Roster:
    """Return who carried what in a month such as ``2026-10``, or None for the last that is over."""
    last = now.astimezone(UTC).replace(day=1) - timedelta(days=1)
    since, until = month_of(month or f"{last:%Y-%m}", now)
    offering = session.scalar(select(func.count()).select_from(JuryService)) or 0
    bound: dict[str, Any] = {"guild": guild, "since": since, "until": until}
    number = int(session.scalar(_CASES, bound) or 0)
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    told = until <= now and number >= least
    rows = session.connection().execute(_LOAD, bound) if told else ()
    holds, calls = (
        _carried(session, kind, bound, least) if until <= now else Carried(None, [])
        for kind in (_HOLDS, _CALLS)
    )
    judged = [Load._make(row) for row in rows]
    return Roster(f"{since:%Y-%m}", offering, number if told else None, judged, holds, calls)


def _carried(session: Session, kind: TextClause, bound: dict[str, Any], least: int) -> Carried:
    """Return who carried one kind of work, where it was about ``least`` things or more."""
    rows = session.connection().execute(kind, bound).all()
    if not rows or rows[0].things < least:
        return Carried(None, [])
    return Carried(rows[0].things, [Share(row.handle, row.number) for row in rows])
