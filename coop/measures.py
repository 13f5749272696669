"""Measures of who belongs: members who joined and who left.

Each is one statement over recorded events. In the span of a guild they are those who entered and left it.
Law 7: what speaks of too few people is not told.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.metrics import Span, told
from coop.tables import Guild, GuildMembership, Member

Measure = Callable[[Session, Span], Decimal | None]
"""Measures one metric over a span; reads, and writes nothing."""


def joined(session: Session, span: Span) -> Decimal | None:
    """Return how many joined, a day."""
    return _people(session, span, "joined_at")


def left(session: Session, span: Span) -> Decimal | None:
    """Return how many left, a day."""
    return _people(session, span, "left_at")


def _people(session: Session, span: Span, column: str) -> Decimal | None:
    table = Member if span.guild is None else GuildMembership
    at = getattr(table, column)
    statement = select(func.count()).select_from(table).where(at >= span.since, at < span.until)
    if span.guild is not None:
        guild_id = select(col(Guild.id)).where(col(Guild.slug) == span.guild).scalar_subquery()
        statement = statement.where(col(GuildMembership.guild_id) == guild_id)
    number = int(session.execute(statement).scalar_one())
    return told(number / span.days, number, span)


MEASURES: Mapping[str, Measure] = {"joined": joined, "left": left}
"""By the name of the metric."""
