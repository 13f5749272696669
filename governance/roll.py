"""Rolls: who belongs to a scope, and the frozen list of who may vote on one proposal.

Law 4: one member, one ballot: the roll is drawn from the history of membership as it stood at the exact
moment verification ended, so a job that comes late draws the same one, and it is published before any
ballot is cast.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlmodel import Session, col

from coop.book import COOP
from coop.errors import Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.tables import Guild, GuildMembership, Member
from governance.cases import Case
from governance.tables import Proposal, RollEntry

GUILD = "guild:"
"""How the scope of a guild begins; its slug follows."""


def electorate(scope: str, moment: datetime, tenure: timedelta = timedelta()) -> Select[*tuple[Any, ...]]:
    """Return the statement for the id and handle of everybody who belonged to ``scope`` at ``moment``.

    With ``tenure``, only of those who had belonged that long. In a guild, belonging counts from when they
    entered it.
    """
    statement = select(col(Member.id), col(Member.handle)).where(
        col(Member.joined_at) <= moment, _not_left(Member, moment)
    )
    if scope == COOP:
        return statement.where(col(Member.joined_at) <= moment - tenure)
    return (
        statement.join(GuildMembership, col(GuildMembership.member_id) == col(Member.id))
        .join(Guild, col(Guild.id) == col(GuildMembership.guild_id))
        .where(
            col(Guild.slug) == scope.removeprefix(GUILD),
            col(GuildMembership.joined_at) <= moment - tenure,
            _not_left(GuildMembership, moment),
        )
    )


def size_of(session: Session, scope: str, moment: datetime) -> int:
    """Return how many members belonged to ``scope`` at ``moment``."""
    people = electorate(scope, moment).subquery()
    return int(session.execute(select(func.count()).select_from(people)).scalar_one())


def check_belongs(session: Session, member: Identity, scope: str) -> None:
    """Raise Forbidden where the member does not belong to ``scope``, RuleBroken where there is none."""
    if scope == COOP:
        return
    found = select(col(Guild.id)).where(col(Guild.slug) == scope.removeprefix(GUILD))
    guild_id = session.execute(found).scalar_one_or_none() if scope.startswith(GUILD) else None
    if guild_id is None:
        raise RuleBroken(
            "There is no such scope.", faults=(Fault("/scope", "Use coop, or guild: and a guild's slug."),)
        )
    if guild_id not in member.guilds:
        raise Forbidden("Only members of this guild propose to it and sponsor what is proposed.")


def freeze(session: Session, case: Case, moment: datetime, now: datetime) -> None:
    """Write down the roll of a proposal as it stood at ``moment``, and publish it.

    The caller holds the proposal's lock and has found it without a roll.
    """
    people = session.execute(electorate(case.scope, moment, case.class_rules.tenure)).all()
    if people:
        session.execute(
            insert(RollEntry), [{"proposal_id": case.id, "member_id": person.id} for person in people]
        )
    session.execute(
        update(Proposal)
        .where(col(Proposal.id) == case.id)
        .values(roll_frozen_at=moment, roll_size=len(people))
    )
    handles = sorted(person.handle for person in people)
    append(session, "roll.frozen", {"proposal": str(case.id), "at": stamp(moment), "roll": handles}, now)


def holds(session: Session, proposal_id: int, member_id: int, *, lock: bool = False) -> bool:
    """Say whether a member is on a proposal's frozen roll; ``lock`` keeps others of theirs waiting."""
    entry = select(col(RollEntry.member_id)).where(
        col(RollEntry.proposal_id) == proposal_id, col(RollEntry.member_id) == member_id
    )
    if lock:
        entry = entry.with_for_update(key_share=True)
    return session.execute(entry).one_or_none() is not None


def _not_left(table: type[Member] | type[GuildMembership], moment: datetime) -> Any:
    return col(table.left_at).is_(None) | (col(table.left_at) > moment)
