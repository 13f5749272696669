"""Rolls: who belongs to a scope, and the frozen list of who may vote on one proposal.

Law 4: one member, one ballot: the roll is drawn from the history of membership as it stood at the exact
moment verification ended, so a job that comes late draws the same one, and it is published before any
ballot is cast.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update
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
    people = session.execute(electorate(case.scope, moment, case.class_rules.tenure)).all()
    guilds = _guilds_at(session, moment) if case.bar.guilds is not None else {}
    if people:
        session.execute(
            insert(RollEntry),
            [
                {
                    "proposal_id": case.id,
                    "member_id": person.id,
                    "guild_ids": [guild_id for guild_id, _ in guilds.get(person.id, ())],
                    "voted": False,
                }
                for person in people
            ],
        )
    session.execute(
        update(Proposal)
        .where(col(Proposal.id) == case.id)
        .values(roll_frozen_at=moment, roll_size=len(people))
    )
    told: dict[str, Any] = {
        "proposal": str(case.id),
        "at": stamp(moment),
        "roll": sorted(person.handle for person in people),
    }
    if case.kind == ELECTION:
        told |= slates.settle(session, case, {person.id: person.handle for person in people})
    if case.bar.guilds is not None:
        told["guilds"] = {
            person.handle: [slug for _, slug in guilds[person.id]] for person in people if person.id in guilds
        }
    append(session, "roll.frozen", told, now)


def _guilds_at(session: Session, moment: datetime) -> dict[int, list[tuple[int, str]]]:
    """Return the guilds that members belonged to at ``moment``, each by id and slug, in order of slugs."""
    rows = session.execute(
        select(col(GuildMembership.member_id), col(Guild.id), col(Guild.slug))
        .join(Guild, col(Guild.id) == col(GuildMembership.guild_id))
        .where(col(GuildMembership.joined_at) <= moment, _not_left(GuildMembership, moment))
        .order_by(col(Guild.slug))
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append((row.id, row.slug))
    return found


_ENTRY = select(col(RollEntry.member_id)).where(
    col(RollEntry.proposal_id) == bindparam("proposal"), col(RollEntry.member_id) == bindparam("member")
)
_ENTRY_LOCKED = _ENTRY.with_for_update(key_share=True)


def holds(session: Session, proposal_id: int, member_id: int, *, lock: bool = False) -> bool:
    """Say whether a member is on a proposal's frozen roll; ``lock`` keeps others of theirs waiting."""
    statement = _ENTRY_LOCKED if lock else _ENTRY
    found = session.connection().execute(statement, {"proposal": proposal_id, "member": member_id})
    return found.one_or_none() is not None


def _not_left(table: type[Member] | type[GuildMembership], moment: datetime) -> Any:
    return col(table.left_at).is_(None) | (col(table.left_at) > moment)
