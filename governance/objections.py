"""Objections: what ends a decision by consent.

A change by consent is made unless somebody has a reason against it. Whoever may vote on it may object, with
a reason and the clause that it rests on; as many objections as the voting policy says put the change to an
ordinary vote of class B, with its sponsors and without its ballots. Law 13: what was objected to ends as
superseded, and the proposal that goes on from it names it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.ledger import append
from coop.names import prose
from coop.tables import Member
from governance import cases, proposals, roll, succession
from governance.ballots import LONGEST_REASON, check_reasoned
from governance.case import Case
from governance.facts import State
from governance.rules import CLASSES, NAME, ORDINARY, VotingRules
from governance.state_words import stands
from governance.subject import Subject
from governance.tables import Objection, Proposal

HEARD = frozenset({State.DELIBERATION, State.VERIFICATION, State.VOTING})
"""While it is in one of these, an objection can still change how a proposal is decided."""


@dataclass(frozen=True, slots=True)
class Objected:
    """Who objected, to what, and why."""

    handle: str
    reason: str
    clause: str
    at: datetime


def object_to(
    session: Session,
    book: Book,
    member: Identity,
    proposal_id: int,
    reason: str,
    clause: str,
    clock: Clock,
) -> int | None:
    """Object to a change by consent; return the proposal that goes on from it where that was enough.

    ``clause`` is the JSON Pointer of a clause in the policy as it is or would be. Raise NotFound where the
    member sees no such proposal, Forbidden where they could not vote on it, Conflict where it is not
    decided by consent, not open or objected to by them before, and RuleBroken without reason or clause.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    _check_open(case)
    _check_voter(session, member, case)
    if session.get(Objection, (case.id, member.member_id)) is not None:
        raise Conflict("You have objected to this already, and it is on record.")
    said = prose(reason, "/reason", longest=LONGEST_REASON)
    check_reasoned(session, case.id, said, clause, "An objection gives its reason and names a clause.")
    session.add(
        Objection(proposal_id=case.id, member_id=member.member_id, reason=said, clause=clause, at=now)
    )
    session.flush()
    told = {"proposal": str(case.id), "objector": member.handle, "reason": said, "clause": clause}
    append(session, "proposal.objected", told, now)
    if _number(session, case.id) < case.rules.consent.objectors:
        return None
    return _put_to_vote(session, book, case, now)


def of(session: Session, proposal_id: int) -> list[Objected]:
    """Return the objections to a proposal, the first one first."""
    rows = session.execute(
        select(
            col(Member.handle),
            col(Objection.reason),
            col(Objection.clause),
            col(Objection.at),
        )
        .join(Member, col(Member.id) == col(Objection.member_id))
        .where(col(Objection.proposal_id) == proposal_id)
        .order_by(col(Objection.at), col(Member.handle))
    )
    return [Objected(*row) for row in rows]


def _check_open(case: Case) -> None:
    if case.method != "consent":
        raise Conflict(f"This is not decided by consent but by {case.method}: vote against it instead.")
    state = case.stage.state
    if state not in HEARD:
        raise Conflict(f"No objection is heard now: this proposal {stands(state)}.")


def _check_voter(session: Session, member: Identity, case: Case) -> None:
    """Raise Forbidden where the member could not vote: on the roll or, before it is frozen, now."""
    if case.roll_frozen_at is not None:
        if not roll.holds(session, case.id, member.member_id):
            raise Forbidden("You are not on the roll of this vote, which was frozen before it began.")
        return
    opens_at = case.ballots_open_at
    moment = case.read_at if opens_at is None else min(case.read_at, opens_at)
    people = roll.electorate(case.scope, moment, case.class_rules.tenure).subquery()
    if session.execute(select(people.c.id).where(people.c.id == member.member_id)).one_or_none() is None:
        raise Forbidden("Only those who could vote on this now may object to it.")


def _number(session: Session, proposal_id: int) -> int:
    counted = select(func.count()).select_from(Objection).where(col(Objection.proposal_id) == proposal_id)
    return int(session.execute(counted).scalar_one())


def _put_to_vote(session: Session, book: Book, case: Case, now: datetime) -> int:
    """Open the ordinary vote that goes on from a case, end the case, and return the new proposal."""
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    risk_class = max(ORDINARY, case.facts.risk_class, key=CLASSES.index)
    subject = Subject(risk_class, "majority", case.base_number)
    made = succession.open_at(
        session,
        book,
        proposals.as_draft(proposal),
        subject,
        proposals.terms_in(proposal, subject, book.rules(NAME, VotingRules)),
        author_id=case.author_id,
        author=case.author,
        entry="deliberation",
        pace=case.facts.pace,
        origin_id=case.id,
        joint_id=case.joint_id,
        rehearsal_needed=case.facts.rehearsal_needed,
        now=now,
    )
    reason = f"It was objected to, and is put to an ordinary vote as proposal {made}."
    proposals.end(session, case, State.SUPERSEDED, reason, at=now, now=now)
    return made
