"""Facilitation: who leads the talk on a proposal, and what they make of it.

The author may ask somebody else of the scope, who leads once they have accepted. A facilitator decides
nothing: they sum up, may have the talk go in rounds, open sense-checks, and say afterwards what came of it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ledger import append
from coop.names import normal, prose
from coop.tables import Member
from governance import roll
from governance.case import Case
from governance.deliberation import floor
from governance.deliberation.tables import Facilitation, FacilitatorSummary
from governance.facts import State


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Who was asked to lead the talk."""

    handle: str
    named_at: datetime
    accepted_at: datetime | None
    """None while they are only asked."""


@dataclass(frozen=True, slots=True)
class Written:
    """One version of a summary or of an outcome statement."""

    version: int
    author: str
    """Handle."""
    body: str
    at: datetime


def name(session: Session, author: Identity, proposal_id: int, handle: str, clock: Clock) -> None:
    """Ask a member of the scope to facilitate, in the place of whoever was asked before.

    Raise what :func:`floor.take` raises, Forbidden where it is another's proposal, and RuleBroken where
    nobody else of the scope has that handle.
    """
    case, now = floor.take(session, author, proposal_id, clock, floor.SUBMITTED)
    floor.check_author(author, case)
    people = roll.electorate(case.scope, now).subquery()
    found = session.execute(select(people.c.id).where(people.c.handle == normal(handle))).scalar_one_or_none()
    if found is None or found == author.member_id:
        fault = Fault("/handle", "Name a member who belongs to the scope of this proposal, not yourself.")
        raise RuleBroken("This member cannot facilitate here.", faults=(fault,))
    _set(session, case.id, found, named_at=now)
    told = {"proposal": str(case.id), "facilitator": normal(handle)}
    append(session, "facilitator.named", told, now)


def accept(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Agree to facilitate; nothing happens where one has.

    Raise what :func:`floor.take` raises, and Forbidden where somebody else was asked, or nobody.
    """
    case, now = floor.take(session, member, proposal_id, clock, floor.SUBMITTED)
    facilitator_id, accepted_at = _asked(session, case.id)
    if facilitator_id != member.member_id:
        raise Forbidden("You were not asked to facilitate here.")
    if accepted_at is not None:
        return
    accepted = update(Facilitation).where(col(Facilitation.proposal_id) == case.id).values(accepted_at=now)
    session.execute(accepted)
    told = {"proposal": str(case.id), "facilitator": member.handle}
    append(session, "facilitator.accepted", told, now)


def leave(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Have nobody facilitate any more: the one who does or was asked steps back, or the author sees to it.

    Nothing happens where there is nobody. Raise what :func:`floor.take` raises, and Forbidden for anybody
    else.
    """
    case, now = floor.take(session, member, proposal_id, clock, floor.SUBMITTED)
    facilitator_id, _ = _asked(session, case.id)
    if member.member_id not in (facilitator_id, case.author_id):
        raise Forbidden("Only the proposal's author or its facilitator does this.")
    if facilitator_id is None:
        return
    _set(session, case.id, None, named_at=None)
    append(session, "facilitator.left", {"proposal": str(case.id), "by": member.handle}, now)


def sum_up(session: Session, book: Book, member: Identity, proposal_id: int, body: str, clock: Clock) -> int:
    """Write what one makes of the talk, as its facilitator, and return the version; all versions are kept.

    It is written before the vote begins. Raise what :func:`floor.take` raises, Forbidden for anybody else,
    and RuleBroken where the words do not fit.
    """
    text = office_text(book, body)
    case, now = floor.take(session, member, proposal_id, clock, floor.TALKING | {State.VERIFICATION})
    if not facilitates(session, member, case.id):
        raise Forbidden("Only the proposal's facilitator sums up.")
    newest = select(func.coalesce(func.max(col(FacilitatorSummary.version)), 0)).where(
        col(FacilitatorSummary.proposal_id) == case.id
    )
    version = session.execute(newest).scalar_one() + 1
    session.add(
        FacilitatorSummary(
            proposal_id=case.id, version=version, author_id=member.member_id, body=text, at=now
        )
    )
    session.flush()
    return int(version)


def summaries(session: Session, proposal_id: int, *, before: int | None, limit: int) -> list[Written]:
    """Return up to ``limit`` versions of the summary, the newest first, older than version ``before``.

    For a proposal that the reader may see.
    """
    statement = (
        select(
            col(FacilitatorSummary.version),
            col(Member.handle),
            col(FacilitatorSummary.body),
            col(FacilitatorSummary.at),
        )
        .join(Member, col(Member.id) == col(FacilitatorSummary.author_id))
        .where(col(FacilitatorSummary.proposal_id) == proposal_id)
        .order_by(col(FacilitatorSummary.version).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(FacilitatorSummary.version) < before)
    return [Written(*row) for row in session.execute(statement)]


def facilitator(session: Session, proposal_id: int) -> Facilitator | None:
    """Return who facilitates or was asked to; for a proposal that the reader may see."""
    row = session.execute(
        select(col(Member.handle), col(Facilitation.named_at), col(Facilitation.accepted_at))
        .join(Member, col(Member.id) == col(Facilitation.facilitator_id))
        .where(col(Facilitation.proposal_id) == proposal_id)
    ).one_or_none()
    return None if row is None else Facilitator(*row)


def facilitates(session: Session, member: Identity, proposal_id: int) -> bool:
    """Say whether a member is the proposal's facilitator and has accepted."""
    facilitator_id, accepted_at = _asked(session, proposal_id)
    return facilitator_id == member.member_id and accepted_at is not None


def check_leads(session: Session, member: Identity, case: Case) -> None:
    """Raise Forbidden where a member is neither the proposal's author nor its facilitator."""
    if case.author_id != member.member_id and not facilitates(session, member, case.id):
        raise Forbidden("Only the proposal's author or its facilitator does this.")


def office_text(book: Book, body: str) -> str:
    """Return a summary or an outcome statement as it is kept; raise RuleBroken where it does not fit."""
    text = prose(body, "/body", longest=floor.rules_of(book).facilitation.characters)
    if not text:
        raise RuleBroken("A statement says something.", faults=(Fault("/body", "This is empty."),))
    return text


def _asked(session: Session, proposal_id: int) -> tuple[int | None, datetime | None]:
    """Return who was asked, and when they accepted."""
    row = session.execute(
        select(col(Facilitation.facilitator_id), col(Facilitation.accepted_at)).where(
            col(Facilitation.proposal_id) == proposal_id
        )
    ).one_or_none()
    return (None, None) if row is None else (row.facilitator_id, row.accepted_at)


def _set(session: Session, proposal_id: int, member_id: int | None, named_at: datetime | None) -> None:
    values = {"facilitator_id": member_id, "named_at": named_at, "accepted_at": None}
    statement = insert(Facilitation).values(proposal_id=proposal_id, rounds=False, round=0, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["proposal_id"], set_=values))
