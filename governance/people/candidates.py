"""Candidates: members who stand in an election, while it is talked over.

Who stands is public, and so is what they say. When the text is locked the candidates are too, so what a
voter weighed is what was said in the open.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.identity import Identity
from coop.ledger import append
from coop.names import prose
from coop.tables import Member
from governance import cases, roll
from governance.case import Case
from governance.facts import State
from governance.methods.ranking import MOST_OPTIONS
from governance.people.slate import ELECTION, statement_sha256
from governance.people.tables import Candidate
from governance.state_words import during, stands

LONGEST_STATEMENT = 4000
"""In characters."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who stands, and what they say."""

    handle: str
    statement: str
    at: datetime
    """When they began to stand, or last changed their statement."""


def stand(session: Session, member: Identity, proposal_id: int, statement: str, clock: Clock) -> None:
    """Stand in an election, or say something else than before.

    Raise NotFound where the member sees no such election, Forbidden where they could not vote on it,
    Conflict where it is not talked over now or has as many candidates as a ballot holds, and RuleBroken
    where the statement cannot be used.
    """
    said = prose(statement, "/statement", longest=LONGEST_STATEMENT)
    case, now = _hold(session, member, proposal_id, clock)
    _check_may_vote(session, case, member)
    others = select(func.count()).where(
        col(Candidate.proposal_id) == case.id, col(Candidate.member_id) != member.member_id
    )
    if session.execute(others).scalar_one() >= MOST_OPTIONS:
        raise Conflict(f"{MOST_OPTIONS} stand already, as many as one ballot can hold.")
    given = {"statement": said, "at": now}
    session.execute(
        insert(Candidate)
        .values(proposal_id=case.id, member_id=member.member_id, **given)
        .on_conflict_do_update(index_elements=["proposal_id", "member_id"], set_=given)
    )
    told = {
        "proposal": str(case.id),
        "candidate": member.handle,
        "statement_sha256": statement_sha256(said),
    }
    append(session, "candidate.stood", told, now)


def step_down(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Stand no longer; nothing happens where the member does not stand.

    Raise NotFound where the member sees no such election, and Conflict where it is not talked over now.
    """
    case, now = _hold(session, member, proposal_id, clock)
    own: tuple[ColumnElement[bool], ...] = (
        col(Candidate.proposal_id) == case.id,
        col(Candidate.member_id) == member.member_id,
    )
    gone = session.execute(delete(Candidate).where(*own).returning(col(Candidate.member_id))).one_or_none()
    if gone is not None:
        told = {"proposal": str(case.id), "candidate": member.handle}
        append(session, "candidate.stepped_down", told, now)


def standing(session: Session, proposal_id: int) -> list[Standing]:
    """Return who stands in an election, in the order of handles."""
    rows = session.execute(
        select(col(Member.handle), col(Candidate.statement), col(Candidate.at))
        .join(Member, col(Member.id) == col(Candidate.member_id))
        .where(col(Candidate.proposal_id) == proposal_id)
        .order_by(col(Member.handle))
    )
    return [Standing(row.handle, row.statement, row.at) for row in rows]


def _hold(session: Session, member: Identity, proposal_id: int, clock: Clock) -> tuple[Case, datetime]:
    """Lock an election that is talked over, and return it with the time after the lock was got."""
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    if case.kind != ELECTION:
        raise NotFound
    state = case.stage.state
    if state is not State.DELIBERATION:
        when = during(frozenset({State.DELIBERATION}))
        raise Conflict(f"Candidates stand and step down {when}: this election {stands(state)}.")
    return case, now


def _check_may_vote(session: Session, case: Case, member: Identity) -> None:
    """Raise Forbidden unless the member will be on the roll, if they stay."""
    times = case.times
    moment = case.read_at if times is None else times.voting_at
    people = roll.electorate(case.scope, moment, case.class_rules.tenure).subquery()
    found = select(people.c.id).where(people.c.id == member.member_id)
    if session.execute(found).one_or_none() is None:
        tenure = case.class_rules.tenure.days
        clause = f"voting /classes/{case.facts.risk_class}/tenure = {tenure} days"
        raise Forbidden(
            "Whoever may vote in an election may stand in it, and you will not be on its roll.",
            faults=(Fault("", clause),),
        )
