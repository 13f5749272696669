"""Delegated votes: what a member's delegate says for them, where they say nothing themselves.

Law 4: a member on the roll has one ballot in the count: their own if they cast one, else that of the delegate
they had at the close. One hop: a delegate's own ballot alone counts, and never one that was lent to them.
Only a guild's own votes of classes A and B can be delegated, and never a vote on people. Nothing closes
sooner or later for delegated votes: what puts off a close is a matter of ballots that were cast.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, exists, lateral, select, true
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col

from coop.book import COOP
from coop.tables import Guild, GuildMembership, Member
from governance.case import Case
from governance.people.delegable import delegable
from governance.people.tables import Delegation
from governance.tables import Ballot, RollEntry


@dataclass(frozen=True, slots=True)
class Lent:
    """One vote that a delegate's ballot stands for besides their own."""

    voter: str
    by: str
    """Handles of the member and of their delegate."""
    choice: str
    marks: bytes | None
    value: Decimal | None


def applies(case: Case) -> bool:
    """Say whether votes on a proposal can be delegated, under the rules that it was submitted under."""
    facts, guild = case.facts, case.scope != COOP
    return delegable(
        guild=guild, kind=case.kind, pace=facts.pace, risk_class=facts.risk_class, rules=case.rules
    )


def close(case: Case) -> datetime:
    """Return the moment at which a delegation has to be in force; raise ValueError where it is not known."""
    if case.ballots_close_at is None:
        raise ValueError("no vote on this proposal can have opened yet")
    return case.ballots_close_at


def votes(session: Session, case: Case) -> list[Lent]:
    """Return the votes that delegates' ballots stand for, in the order of the voters' handles.

    None where votes on this proposal cannot be delegated.
    """
    if not applies(case):
        return []
    at, voter, delegate = close(case), aliased(Member), aliased(Member)
    direct = exists().where(
        col(Ballot.proposal_id) == case.id, col(Ballot.member_id) == col(RollEntry.member_id)
    )
    newest = lateral(
        select(col(Ballot.choice), col(Ballot.marks), col(Ballot.value))
        .where(col(Ballot.proposal_id) == case.id, col(Ballot.member_id) == col(Delegation.delegate_id))
        .order_by(col(Ballot.version).desc())
        .limit(1)
    )
    rows = session.execute(
        select(col(voter.handle).label("voter"), col(delegate.handle).label("by"), newest)
        .select_from(RollEntry)
        .join(Delegation, and_(col(Delegation.member_id) == col(RollEntry.member_id), in_force(at)))
        .join(Guild, col(Guild.id) == col(Delegation.guild_id))
        .join(newest, true())
        .join(voter, col(voter.id) == col(Delegation.member_id))
        .join(delegate, col(delegate.id) == col(Delegation.delegate_id))
        .where(
            col(RollEntry.proposal_id) == case.id, col(Guild.slug) == case.scope.partition(":")[2], ~direct
        )
        .order_by(col(voter.handle))
    )
    return [Lent(**row._mapping) for row in rows]


def by_delegate(session: Session, case: Case) -> dict[str, list[str]]:
    """Return whom each delegate's ballot stands for besides themselves: handles, by the delegate's.

    Empty until the ballots were counted: nothing is told of them before, not even to whom they were lent.
    """
    found: dict[str, list[str]] = {}
    for lent in votes(session, case) if case.tallied_at is not None else ():
        found.setdefault(lent.by, []).append(lent.voter)
    return found


def in_force(at: datetime) -> ColumnElement[bool]:
    """Return the condition of the delegations in force at a moment.

    It ends with its term, when it is taken back, and when either of the two leaves the guild.
    """
    return and_(
        col(Delegation.since) <= at,
        col(Delegation.until) > at,
        col(Delegation.ended_at).is_(None) | (col(Delegation.ended_at) > at),
        _stayed(col(Delegation.member_id), at),
        _stayed(col(Delegation.delegate_id), at),
    )


def _stayed(member_id: Mapped[int], at: datetime) -> ColumnElement[bool]:
    """Return whether somebody has been in the guild from when the delegation was given until ``at``."""
    membership = aliased(GuildMembership)
    return exists().where(
        col(membership.guild_id) == col(Delegation.guild_id),
        col(membership.member_id) == member_id,
        col(membership.joined_at) <= col(Delegation.since),
        col(membership.left_at).is_(None) | (col(membership.left_at) > at),
    )
