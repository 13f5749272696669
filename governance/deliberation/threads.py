"""Threads: reading arguments and the replies under them, each page in one statement.

What was taken back keeps its place and has no words. Law 7: a draft's thread is its author's alone, as the
draft is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop.errors import NotFound
from coop.identity import Identity
from coop.tables import Member
from governance import cases
from governance.case import Case
from governance.deliberation import floor
from governance.deliberation.arguments import Stance
from governance.deliberation.tables import Argument, ArgumentMark

Order = Literal["helpful", "newest"]
"""Those that helped most members first, or the newest first."""


@dataclass(frozen=True, slots=True)
class Card:
    """An argument or a reply as its readers see it."""

    id: int
    proposal_id: int
    parent_id: int | None
    depth: int
    author: str
    """Handle."""
    stance: Stance | None
    """None for a reply."""
    round: int | None
    body: str | None
    """None once its author has taken it back; so is ``salt``."""
    salt: str | None
    seal: str
    made_at: datetime
    withdrawn_at: datetime | None
    helped: int
    """How many members it helped to understand."""
    helped_you: bool
    replies: int
    """How many answer it directly."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of arguments ended."""

    helped: int
    argument_id: int


def listing(
    session: Session,
    viewer: Identity,
    case: Case,
    *,
    stance: Stance | None,
    order: Order,
    after: Place | None,
    limit: int,
) -> list[Card]:
    """Return up to ``limit`` arguments, those past ``after``, in the order asked for.

    For a proposal that the viewer may see.
    """
    statement = _cards(viewer).where(col(Argument.proposal_id) == case.id, col(Argument.parent_id).is_(None))
    if stance is not None:
        statement = statement.where(col(Argument.stance) == stance.value)
    found = statement.subquery()
    place = tuple_(found.c.helped, found.c.id) if order == "helpful" else tuple_(found.c.id)
    page = select(found).order_by(*(column.desc() for column in place.clauses)).limit(limit)
    if after is not None:
        bound = (after.helped, after.argument_id) if order == "helpful" else (after.argument_id,)
        page = page.where(place < bound)
    return [_card(row) for row in session.execute(page)]


def replies(
    session: Session, viewer: Identity, argument_id: int, now: datetime, *, after: int, limit: int
) -> list[Card]:
    """Return up to ``limit`` replies anywhere under an argument, from the first past ``after``, oldest first.

    Raise NotFound where the viewer sees no such argument.
    """
    _visible(session, viewer, argument_id, now)
    statement = _cards(viewer).where(col(Argument.thread_id) == argument_id, col(Argument.id) > after)
    return [_card(row) for row in session.execute(statement.order_by(col(Argument.id)).limit(limit))]


def one(session: Session, viewer: Identity, argument_id: int, now: datetime) -> Card:
    """Return an argument or a reply; raise NotFound where the viewer sees none such."""
    _visible(session, viewer, argument_id, now)
    return _card(session.execute(_cards(viewer).where(col(Argument.id) == argument_id)).one())


def root_of(session: Session, argument_id: int) -> int:
    """Return the argument that a reply stands under, an argument's own id for itself.

    Raise NotFound where there is none such; whether the reader may see it is asked elsewhere.
    """
    root = func.coalesce(col(Argument.thread_id), col(Argument.id))
    found = session.execute(select(root).where(col(Argument.id) == argument_id)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def counted(session: Session, proposal_id: int) -> dict[Stance, int]:
    """Return how many arguments of each stance there are; for readers who may see the proposal."""
    rows = session.execute(
        select(col(Argument.stance), func.count().label("made"))
        .where(col(Argument.proposal_id) == proposal_id, col(Argument.parent_id).is_(None))
        .group_by(col(Argument.stance))
    )
    found = {row.stance: row.made for row in rows}
    return {stance: found.get(stance.value, 0) for stance in Stance}


def _visible(session: Session, viewer: Identity, argument_id: int, now: datetime) -> None:
    proposal_id = floor.proposal_of(session, col(Argument.proposal_id), col(Argument.id) == argument_id)
    cases.visible(session, viewer, proposal_id, now)


def _cards(viewer: Identity) -> Select[*tuple[Any, ...]]:
    reply = aliased(Argument)
    helped = (
        select(func.count())
        .where(col(ArgumentMark.argument_id) == col(Argument.id))
        .correlate(Argument)
        .scalar_subquery()
    )
    answers = (
        select(func.count())
        .where(col(reply.parent_id) == col(Argument.id))
        .correlate(Argument)
        .scalar_subquery()
    )
    own = exists().where(
        col(ArgumentMark.argument_id) == col(Argument.id), col(ArgumentMark.member_id) == viewer.member_id
    )
    return select(
        col(Argument.id),
        col(Argument.proposal_id),
        col(Argument.parent_id),
        col(Argument.depth),
        col(Member.handle).label("author"),
        col(Argument.stance),
        col(Argument.round),
        col(Argument.body),
        col(Argument.salt),
        col(Argument.seal),
        col(Argument.made_at),
        col(Argument.withdrawn_at),
        helped.label("helped"),
        own.label("helped_you"),
        answers.label("replies"),
    ).join(Member, col(Member.id) == col(Argument.author_id))


def _card(row: Any) -> Card:
    values = dict(row._mapping)
    stance = values.pop("stance")
    return Card(**values, stance=None if stance is None else Stance(stance))
