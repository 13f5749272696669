"""Sponsors: members who ask that a proposal be put to all of its scope.

Law 14: deliberation starts at the very signature that was needed last, in the transaction that wrote it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.errors import Conflict
from coop.identity import Identity
from coop.ledger import append
from coop.tables import Member
from governance import cases, roll
from governance.lifecycle import State
from governance.tables import Proposal, Sponsor


@dataclass(frozen=True, slots=True)
class Signature:
    """Who sponsored, and when."""

    handle: str
    at: datetime


def sponsor(session: Session, member: Identity, proposal_id: int, clock: Clock) -> None:
    """Sign a proposal; nothing happens where the member has signed it.

    Raise NotFound where there is none, Forbidden where the member does not belong to its scope, and
    Conflict where it waits for no sponsors any more.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    roll.check_belongs(session, member, case.scope)
    if session.get(Sponsor, (case.id, member.member_id)) is not None:
        return
    state = case.stage.state
    if state is not State.SPONSORING:
        raise Conflict(f"It waits for no sponsors: this proposal is in the state {state.value!r}.")
    session.add(Sponsor(proposal_id=case.id, member_id=member.member_id, at=now))
    session.flush()
    signed = select(func.count()).select_from(Sponsor).where(col(Sponsor.proposal_id) == case.id)
    if session.execute(signed).scalar_one() >= (case.sponsors_needed or 0):
        session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(sponsored_at=now))
    append(session, "proposal.sponsored", {"proposal": str(case.id), "sponsor": member.handle}, now)


def signatures(session: Session, proposal_id: int) -> list[Signature]:
    """Return who has sponsored a proposal, the first one first."""
    rows = session.execute(
        select(col(Member.handle), col(Sponsor.at))
        .join(Member, col(Member.id) == col(Sponsor.member_id))
        .where(col(Sponsor.proposal_id) == proposal_id)
        .order_by(col(Sponsor.at), col(Member.handle))
    )
    return [Signature(row.handle, row.at) for row in rows]
