"""Volunteers: members who offer to greet newcomers, or to calm threads of the coop or of a guild of theirs.

Whoever offers to calm threads is on a roster that every member reads: it is a service with names. Whoever
offers to greet is told to nobody; a newcomer knows how many there may be.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.volunteer_tables import Volunteer
from coop.book import COOP
from coop.errors import Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import Guild, Member

Role = Literal["greet", "calm"]
"""What is offered: to greet newcomers, or to calm heated threads."""


def offer(session: Session, member: Identity, role: Role, scope: str, now: datetime) -> None:
    """Offer one's help, until it is taken back; offering twice changes nothing.

    Raise NotFound where there is no such scope, RuleBroken where newcomers are to be greeted for a guild, and
    Forbidden where one does not belong to it.
    """
    guild_id = _guild(session, scope)
    if guild_id is not None and role == "greet":
        fault = Fault("/scope", "Newcomers are the coop's: offer it for coop.")
        raise RuleBroken("This cannot be offered.", faults=(fault,))
    if guild_id is not None and guild_id not in member.guilds:
        raise Forbidden("Only its members calm the threads of a guild.")
    row = insert(Volunteer).values(member_id=member.member_id, role=role, scope=scope, since=now)
    session.execute(row.on_conflict_do_nothing())


def withdraw(session: Session, member: Identity, role: Role, scope: str) -> None:
    """Take an offer back; where there is none nothing changes."""
    session.execute(
        delete(Volunteer).where(
            col(Volunteer.member_id) == member.member_id,
            col(Volunteer.role) == role,
            col(Volunteer.scope) == scope,
        )
    )


def offers(session: Session, member: Identity) -> list[Volunteer]:
    """Return what a member offers, in the order of role and scope."""
    mine = select(Volunteer).where(col(Volunteer.member_id) == member.member_id)
    return list(session.scalars(mine.order_by(col(Volunteer.role), col(Volunteer.scope))))


def roster(session: Session, scope: str) -> list[tuple[str, datetime]]:
    """Return who offers to calm threads of a scope, and since when; raise NotFound for no scope."""
    _guild(session, scope)
    offered = (
        select(col(Member.handle), col(Volunteer.since))
        .join(Member, col(Member.id) == col(Volunteer.member_id))
        .where(col(Volunteer.role) == "calm", col(Volunteer.scope) == scope, col(Member.left_at).is_(None))
        .order_by(col(Member.handle))
    )
    return [(row.handle, row.since) for row in session.execute(offered)]


def _guild(session: Session, scope: str) -> int | None:
    """Return the id of the guild that a scope names, None for the coop; raise NotFound for any other."""
    if scope == COOP:
        return None
    kind, _, slug = scope.partition(":")
    found = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == slug))
    if kind != "guild" or found is None:
        raise NotFound
    return found
