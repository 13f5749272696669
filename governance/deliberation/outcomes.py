"""Outcome statements: what came of a proposal, in the words of those who led it.

The record says what was decided; this says what it means and what happens next. It comes after the vote
or whatever else ended the proposal, and every version of it is kept.
"""

import hashlib
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict
from coop.identity import Identity
from coop.ledger import append
from coop.tables import Member
from governance import cases
from governance.deliberation import facilitation
from governance.deliberation.facilitation import Written
from governance.deliberation.tables import OutcomeStatement
from governance.facts import BEFORE_VOTING, State
from governance.state_words import stands

UNDECIDED = BEFORE_VOTING | {State.VOTING}
"""While it is in one of these, nothing has come of a proposal yet."""


def state(session: Session, book: Book, member: Identity, proposal_id: int, body: str, clock: Clock) -> int:
    """Say what came of a proposal, as its author or facilitator, and return the version.

    Raise NotFound where the member sees no such proposal, Forbidden for anybody else, Conflict before it
    is decided or where it was never put to anyone, and RuleBroken where the words do not fit.
    """
    text = facilitation.office_text(book, body)
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    facilitation.check_leads(session, member, case)
    if case.stage.state in UNDECIDED:
        raise Conflict(f"Nothing has come of it yet: it {stands(case.stage.state)}.")
    if case.facts.submitted_at is None:
        raise Conflict("It was withdrawn as a draft: nobody but you has seen it.")
    newest = func.coalesce(func.max(col(OutcomeStatement.version)), 0)
    versions = select(newest).where(col(OutcomeStatement.proposal_id) == case.id)
    version = int(session.execute(versions).scalar_one()) + 1
    stated = OutcomeStatement(
        proposal_id=case.id, version=version, author_id=member.member_id, body=text, at=now
    )
    session.add(stated)
    session.flush()
    told = {
        "proposal": str(case.id),
        "version": version,
        "by": member.handle,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    append(session, "outcome.stated", told, now)
    return version


def current(session: Session, proposal_id: int) -> Written | None:
    """Return the newest outcome statement, if there is one; for a proposal that the reader may see."""
    row = session.execute(_query(proposal_id).limit(1)).one_or_none()
    return None if row is None else Written(*row)


def versions(session: Session, proposal_id: int, *, before: int | None, limit: int) -> list[Written]:
    """Return up to ``limit`` versions, the newest first, older than version ``before``.

    For a proposal that the reader may see.
    """
    statement = _query(proposal_id).limit(limit)
    if before is not None:
        statement = statement.where(col(OutcomeStatement.version) < before)
    return [Written(*row) for row in session.execute(statement)]


def _query(proposal_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(OutcomeStatement.version),
            col(Member.handle),
            col(OutcomeStatement.body),
            col(OutcomeStatement.at),
        )
        .join(Member, col(Member.id) == col(OutcomeStatement.author_id))
        .where(col(OutcomeStatement.proposal_id) == proposal_id)
        .order_by(col(OutcomeStatement.version).desc())
    )
