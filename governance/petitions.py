"""Petitions: another guild asks all of us to look at what a guild has passed, before it takes force.

Members of one other guild sign in its name while the proposal is in timelock; when the share of them that
the voting policy says have signed, the assembly votes on a veto. The policy is that which the proposal
opened under (law 5), the guild is counted as it stands at each signature, and whoever has left it no longer
counts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.book import COOP, Book, guild_scope
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ledger import append
from coop.tables import Guild, GuildMembership
from governance import cases, roll, vetoes
from governance.case import Case
from governance.facts import State
from governance.state_words import during, stands
from governance.tables import Petition


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one guild's petition has come."""

    guild: str
    """Its slug."""
    signed: int
    needed: int


def sign(
    session: Session, book: Book, member: Identity, proposal_id: int, slug: str, clock: Clock
) -> int | None:
    """Sign a petition in the name of the guild ``slug``; return the veto that this signature called, if any.

    Nothing happens where the member has signed in its name. Raise NotFound where there is no such proposal,
    RuleBroken where it is none of another guild, Forbidden where the member is not of the guild ``slug``,
    and Conflict where it is not in timelock, a veto has been called, or they signed in another's name.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, member, proposal_id, now)
    guild_id = _other_guild(session, case, slug)
    if guild_id not in member.guilds:
        raise Forbidden("Only members of a guild sign in its name.")
    before = session.get(Petition, (case.id, member.member_id))
    if before is not None and before.guild_id == guild_id:
        return None
    _check_open(case)
    if before is not None:
        raise Conflict("You have signed in the name of another guild, and one signs once.")
    session.add(Petition(proposal_id=case.id, member_id=member.member_id, guild_id=guild_id, at=now))
    session.flush()
    told = {"proposal": str(case.id), "guild": slug, "petitioner": member.handle}
    append(session, "proposal.petitioned", told, now)
    standing = _standing(session, case, slug, now)
    if standing.signed < standing.needed:
        return None
    return vetoes.call(session, book, member, case, slug, now)


def of(session: Session, case: Case) -> list[Standing]:
    """Return how far the petition of each guild has come that has one, in the order of their slugs."""
    slugs = session.scalars(
        select(col(Guild.slug))
        .join(Petition, col(Petition.guild_id) == col(Guild.id))
        .where(col(Petition.proposal_id) == case.id)
        .distinct()
        .order_by(col(Guild.slug))
    ).all()
    return [_standing(session, case, slug, case.read_at) for slug in slugs]


def _other_guild(session: Session, case: Case, slug: str) -> int:
    if case.scope == COOP:
        raise RuleBroken("All of us decide this already: a petition is against what a guild has passed.")
    found = session.execute(select(col(Guild.id)).where(col(Guild.slug) == slug)).scalar_one_or_none()
    if found is None or guild_scope(slug) == case.scope:
        fault = Fault("/guild", "Name another guild than the one that passed this.")
        raise RuleBroken("Another guild petitions.", faults=(fault,))
    return int(found)


def _check_open(case: Case) -> None:
    """Raise Conflict unless it waits to take force: a late job leaves no more time than its timelock did."""
    if case.facts.veto_closes_at is not None:
        raise Conflict("A petition has been heard: all of us vote on it.")
    stage = case.stage
    if stage.state is not State.TIMELOCK:
        raise Conflict(
            f"A guild petitions {during(frozenset({State.TIMELOCK}))}: this proposal {stands(stage.state)}."
        )
    if stage.until is not None and case.read_at >= stage.until:
        raise Conflict("Its timelock is over: it takes force at this moment.")


def _standing(session: Session, case: Case, slug: str, moment: datetime) -> Standing:
    signed = (
        select(func.count())
        .select_from(Petition)
        .join(Guild, col(Guild.id) == col(Petition.guild_id))
        .join(
            GuildMembership,
            (col(GuildMembership.guild_id) == col(Guild.id))
            & (col(GuildMembership.member_id) == col(Petition.member_id)),
        )
        .where(
            col(Petition.proposal_id) == case.id,
            col(Guild.slug) == slug,
            col(GuildMembership.left_at).is_(None),
        )
    )
    members = roll.size_of(session, guild_scope(slug), moment)
    needed = case.rules.petition.needed(members)
    return Standing(slug, int(session.execute(signed).scalar_one()), needed)
