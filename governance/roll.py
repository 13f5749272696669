"""Rolls: who belongs to a scope, and the frozen list of who may vote on one proposal.

Law 4: one member, one ballot: the roll is drawn from the history of membership as it stood at the exact
moment verification ended, so a job that comes late draws the same one, and it is published before any
ballot is cast.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    cast,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import Session, col

from coop.book import COOP
from coop.errors import Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.tables import Guild, GuildMembership, Member
from governance.case import Case
from governance.people import slates
from governance.people.slate import ELECTION
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
    by_guild = case.bar.guilds is not None
    people = electorate(case.scope, moment, case.class_rules.tenure).subquery()
    guild_ids = _guilds_at(people.c.id, moment) if by_guild else cast(array([]), ARRAY(BigInteger))
    entries = select(literal(case.id, BigInteger), people.c.id, guild_ids, false())
    columns = ["proposal_id", "member_id", "guild_ids", "voted"]
    session.execute(insert(RollEntry).from_select(columns, entries))
    roll = _handles(session, case.id)
    session.execute(
        update(Proposal).where(col(Proposal.id) == case.id).values(roll_frozen_at=moment, roll_size=len(roll))
    )
    told: dict[str, Any] = {
        "proposal": str(case.id),
        "at": stamp(moment),
        "roll": sorted(roll.values()),
    }
    if case.kind == ELECTION:
        told |= slates.settle(session, case, roll)
    if by_guild:
        told["guilds"] = _guilds(session, case.id)
    append(session, "roll.frozen", told, now)


def _guilds_at(member_id: ColumnElement[int], moment: datetime) -> ColumnElement[list[int]]:
    """Return the expression for the guilds that a member belonged to at ``moment``, in order of slugs."""
    found = (
        select(col(Guild.id))
        .join(GuildMembership, col(GuildMembership.guild_id) == col(Guild.id))
        .where(
            col(GuildMembership.member_id) == member_id,
            col(GuildMembership.joined_at) <= moment,
            _not_left(GuildMembership, moment),
        )
        .order_by(col(Guild.slug))
    )
    return func.array(found.scalar_subquery())


def _handles(session: Session, proposal_id: int) -> dict[int, str]:
    """Return the handles of everybody on a roll, by id."""
    found = (
        select(col(Member.id), col(Member.handle))
        .join(RollEntry, col(RollEntry.member_id) == col(Member.id))
        .where(col(RollEntry.proposal_id) == proposal_id)
    )
    return {row.id: row.handle for row in session.execute(found)}


def _guilds(session: Session, proposal_id: int) -> dict[str, list[str]]:
    """Return the guilds of everybody on a roll who was in any, by handle, as slugs in their order."""
    slugs = {row.id: row.slug for row in session.execute(select(col(Guild.id), col(Guild.slug)))}
    found = session.execute(
        select(func.json_object_agg(col(Member.handle), col(RollEntry.guild_ids)))
        .join(RollEntry, col(RollEntry.member_id) == col(Member.id))
        .where(col(RollEntry.proposal_id) == proposal_id, func.cardinality(col(RollEntry.guild_ids)) > 0)
    ).scalar_one()
    return {handle: [slugs[one] for one in guild_ids] for handle, guild_ids in (found or {}).items()}


_ENTRY = select(col(RollEntry.member_id)).where(
    col(RollEntry.proposal_id) == bindparam("proposal"), col(RollEntry.member_id) == bindparam("member")
)


def holds(session: Session, proposal_id: int, member_id: int) -> bool:
    """Say whether a member is on a proposal's frozen roll."""
    found = session.connection().execute(_ENTRY, {"proposal": proposal_id, "member": member_id})
    return found.one_or_none() is not None


def _not_left(table: type[Member] | type[GuildMembership], moment: datetime) -> Any:
    return col(table.left_at).is_(None) | (col(table.left_at) > moment)
