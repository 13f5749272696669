"""Sponsors: members who ask that a proposal be put to all of its scope.

Law 14: deliberation starts at the very signature that was needed last, in the transaction that wrote it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.ledger import append
from coop.tables import Member
from governance import cases, roll
from governance.case import Case
from governance.facts import State
from governance.state_words import stands
from governance.tables import Proposal, Sponsor


@dataclass(frozen=True, slots=True)
class Signature:
    """Who sponsored, and when."""

    handle: str
    at: datetime


def sponsor(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Sign a proposal; nothing happens where the member has signed it.

    Raise NotFound where there is none, Forbidden where the member does not belong to its scope or it is for
    stewards to sign, and Conflict where it waits for no sponsors any more.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    roll.check_belongs(session, member, case.scope)
    if case.facts.pace == "emergency":
        raise Forbidden("Stewards alone sign an emergency measure.")
    sign(session, case, member, now)


def sign(session: Session, case: Case, member: Identity, now: datetime) -> None:
    """Sign a proposal that is locked, for a member who may; nothing happens where they have signed it.

    Raise Conflict where it waits for no signatures any more.
    """
    if session.get(Sponsor, (case.id, member.member_id)) is not None:
        return
    state = case.stage.state
    if state is not State.SPONSORING:
        raise Conflict(f"It waits for no sponsors: this proposal {stands(state)}.")
    session.add(Sponsor(proposal_id=case.id, member_id=member.member_id, at=now))
    session.flush()
    signed = select(func.count()).select_from(Sponsor).where(col(Sponsor.proposal_id) == case.id)
    if session.execute(signed).scalar_one() >= (case.sponsors_needed or 0):
        session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(sponsored_at=now))
    append(session, "proposal.sponsored", {"proposal": str(case.id), "sponsor": member.handle}, now)


def take_back(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Take a signature back while the proposal waits for others; nothing happens where there is none.

    Raise NotFound where there is no such proposal, Forbidden for its author's own, and Conflict where it
    waits for no sponsors any more: what has begun because of a signature is not undone by its end.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    signed = session.get(Sponsor, (case.id, member.member_id))
    if signed is None:
        return
    if case.author_id == member.member_id:
        raise Forbidden("Its author stays its first sponsor: take the proposal back instead.")
    state = case.stage.state
    if state is not State.SPONSORING:
        raise Conflict(f"A signature stays once it counted: this proposal {stands(state)}.")
    session.delete(signed)
    append(session, "proposal.unsponsored", {"proposal": str(case.id), "sponsor": member.handle}, now)


def signatures(session: Session, proposal_id: int) -> list[Signature]:
    """Return who has sponsored a proposal, the first one first."""
    rows = session.execute(
        select(col(Member.handle), col(Sponsor.at))
        .join(Member, col(Member.id) == col(Sponsor.member_id))
        .where(col(Sponsor.proposal_id) == proposal_id)
        .order_by(col(Sponsor.at), col(Member.handle))
    )
    return [Signature(row.handle, row.at) for row in rows]
