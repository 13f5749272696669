"""Filters: conditions of a member's own over posts, and what is done for them where one holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from audience import relations
from audience.gardens.filter_form import read_back, written
from audience.gardens.garden import Sight
from audience.gardens.tables import OwnFilter
from audience.gardens.vocabulary import SCHEMA
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.cel.checker import check
from coop.cel.faults import ExpressionFault
from coop.cel.form import Form, Line, Match
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line

LONGEST_NAME = 60


class Kept(NamedTuple):
    """A filter of one's own."""

    id: int
    name: str
    when: str
    """Its condition in CEL."""
    action: Sight
    broken: str
    """What is wrong with its condition, where it speaks of a fact that is none any more: it does nothing."""
    made_at: datetime

    @property
    def form(self) -> Form | None:
        """Its condition as the form says it; None where no form does."""
        return None if self.broken else read_back(self.when)


def keep(
    session: Session,
    member: Identity,
    book: Book,
    name: str,
    lines: Sequence[Line],
    match: Match,
    action: Sight,
    now: datetime,
) -> Kept:
    """Keep a filter: any of its lines, or all, and what is done where that holds.

    Raise RuleBroken where a line is amiss, or the member keeps as many filters, or the filter has as many
    conditions, as the clauses let them.
    """
    # The member's row is held, so that two requests at once do not both find room for the last one.
    relations.hold(session, member.member_id)
    limits = book.rules(MODERATION, ModerationRules).gardens
    made = OwnFilter(
        id=new_id(now),
        member_id=member.member_id,
        name=line(name, "/name", longest=LONGEST_NAME),
        condition=written_within(book, lines, match),
        action=action,
        made_at=now,
    )
    session.add(made)
    session.flush()
    mine = select(func.count()).select_from(OwnFilter).where(col(OwnFilter.member_id) == member.member_id)
    if (session.scalar(mine) or 0) > limits.filters:
        raise _full(book, "filters", f"You keep {limits.filters}: remove one first.", "")
    return _kept(made)


def change(
    session: Session,
    member: Identity,
    book: Book,
    filter_id: int,
    name: str,
    lines: Sequence[Line],
    match: Match,
    action: Sight,
) -> Kept:
    """Change a filter of one's own in place.

    Raise NotFound for any but one's own, and RuleBroken where a line is amiss or it has too many.
    """
    row = _own(session, member, filter_id)
    row.condition = written_within(book, lines, match)
    row.name, row.action = line(name, "/name", longest=LONGEST_NAME), action
    session.flush()
    return _kept(row)


def read(session: Session, member: Identity, filter_id: int) -> Kept:
    """Return a filter of one's own; raise NotFound for any other."""
    return _kept(_own(session, member, filter_id))


def written_within(book: Book, lines: Sequence[Line], match: Match) -> str:
    """Return the condition of a form; raise RuleBroken where a line is amiss, or a clause lets no so many."""
    most = book.rules(MODERATION, ModerationRules).gardens.conditions
    if len(lines) > most:
        raise _full(book, "conditions", f"A filter has at most {most} conditions.", "/conditions")
    return written(lines, match)


def listed(session: Session, member: Identity) -> list[Kept]:
    """Return the filters that a member keeps, the latest first."""
    mine = select(OwnFilter).where(col(OwnFilter.member_id) == member.member_id)
    return [_kept(one) for one in session.scalars(mine.order_by(col(OwnFilter.id).desc()))]


def remove(session: Session, member: Identity, filter_id: int) -> None:
    """Keep a filter no longer; raise NotFound for any but one's own."""
    mine = (col(OwnFilter.id) == filter_id, col(OwnFilter.member_id) == member.member_id)
    if session.scalars(delete(OwnFilter).where(*mine).returning(col(OwnFilter.id))).one_or_none() is None:
        raise NotFound


def _own(session: Session, member: Identity, filter_id: int) -> OwnFilter:
    mine = (col(OwnFilter.id) == filter_id, col(OwnFilter.member_id) == member.member_id)
    row = session.scalars(select(OwnFilter).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    return row


def _kept(row: OwnFilter) -> Kept:
    broken = ""
    try:
        check(row.condition, SCHEMA)
    except ExpressionFault as fault:
        broken = fault.told(row.condition)
    return Kept(row.id, row.name, row.condition, cast(Sight, row.action), broken, row.made_at)


def _full(book: Book, clause: str, detail: str, pointer: str) -> RuleBroken:
    fault = Fault(pointer, detail, book.cite(MODERATION, f"/gardens/{clause}"))
    return RuleBroken("This filter cannot be kept.", faults=(fault,))
