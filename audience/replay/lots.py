"""Lots: whose pages are made anew in a rehearsal of feeds, and for which moments.

Anyone who has the seed of a rehearsal draws the same ones.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from coop.rehearsal import Rehearsing

WEEK = timedelta(days=7)

_CAME = text("""
SELECT id FROM member
WHERE joined_at < :first AND (left_at IS NULL OR left_at >= :until) AND EXISTS (
  SELECT FROM seat WHERE member_id = member.id AND at >= :since AND at < :until)
""")


def moments_of(asked: Rehearsing) -> tuple[datetime, ...]:
    """Return a whole second in each week of the window, drawn by lot."""
    first = asked.since.replace(microsecond=0) + timedelta(seconds=1)
    length = WEEK // timedelta(seconds=1) - 1
    return tuple(
        first + week * WEEK + timedelta(seconds=asked.lot(f"moment {week}") % length)
        for week in range(asked.days // 7)
    )


def drawn(session: Session, asked: Rehearsing, first: datetime) -> list[int]:
    """Return the ids of the members drawn, of those who came in the window and had joined by ``first``."""
    bound = {"since": asked.since, "until": asked.until, "first": first}
    came = session.scalars(_CAME, bound)
    return sorted(came, key=lambda member_id: asked.lot(f"member {member_id}"))[: asked.sample]
