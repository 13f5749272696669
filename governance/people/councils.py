"""Councils: the stewards that members elected, and who of them is in office.

A term ends by time, by the next election of its scope, or when its steward resigns or leaves the scope;
which is computed where it is asked, so no job has to come. Law 5: a term is as long as the rules said that
its election was submitted under. The elected of a guild are its stewards there and then, and nobody else is.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, literal, select, update
from sqlmodel import Session, col

from coop import guilds, policies
from coop.book import COOP
from coop.clock import Clock
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.policies import Books
from coop.tables import Guild, GuildMembership, PolicyVersion
from governance import cases, roll
from governance.case import Case
from governance.people import elections
from governance.people.tables import CouncilSeat
from governance.tables import Proposal


@dataclass(frozen=True, slots=True)
class Steward:
    """A steward in office."""

    member_id: int
    handle: str
    election_id: int
    since: datetime
    until: datetime
    """The first moment at which they are not in office any more, unless they are elected again."""


def in_office(session: Session, scope: str, now: datetime) -> list[Steward]:
    """Return the stewards of a scope who are in office at ``now``, in the order of handles.

    Whoever has left the scope is not, and neither is whoever left and came back since.
    """
    people = roll.electorate(scope, now).subquery()
    rows = session.execute(
        select(
            col(CouncilSeat.member_id),
            people.c.handle,
            col(CouncilSeat.election_id),
            col(CouncilSeat.since),
            col(CouncilSeat.until),
        )
        .join(people, people.c.id == col(CouncilSeat.member_id))
        .where(
            col(CouncilSeat.scope) == scope,
            col(CouncilSeat.since) <= now,
            col(CouncilSeat.until) > now,
            col(CouncilSeat.ended_at).is_(None) | (col(CouncilSeat.ended_at) > now),
            ~_came_back(scope),
        )
        .order_by(people.c.handle)
    )
    return [Steward(**row._mapping) for row in rows]


def check_scope(session: Session, scope: str) -> None:
    """Raise NotFound where there is no such scope."""
    slug = scope.removeprefix(roll.GUILD)
    found = select(col(Guild.id)).where(col(Guild.slug) == slug)
    if scope != COOP and (slug == scope or session.execute(found).one_or_none() is None):
        raise NotFound


def enact_election(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion | None:
    """Seat whom an election elected: running terms of its scope end, and theirs begin.

    Whoever of them has left the scope gets no seat, and it stays empty. Raise Conflict where none of them
    is left. The epoch is locked, so that of two elections of one scope the later one alone stays.
    """
    policies.lock_epoch(session)
    case = cases.one(session, proposal.id, now)
    seated = _still_here(session, case, elections.elected(case), now)
    if not seated:
        raise Conflict("None of those who were elected belongs to its scope any more.")
    until = now + case.rules.council.term
    _end_terms(session, case.scope, now)
    session.execute(
        insert(CouncilSeat),
        [
            {"scope": case.scope, "member_id": one, "election_id": case.id, "since": now, "until": until}
            for one in sorted(seated.values())
        ],
    )
    if case.scope != COOP:
        guilds.entrust(session, case.scope.removeprefix(roll.GUILD), seated.values(), now)
    told = {
        "scope": case.scope,
        "proposal": str(case.id),
        "seated": list(seated),
        "since": stamp(now),
        "until": stamp(until),
    }
    append(session, "council.seated", told, now)
    return None


def resign(session: Session, member: Identity, scope: str, clock: Clock) -> None:
    """Leave a council before one's term ends; nothing happens where the member is not in office.

    Raise NotFound where there is no such scope, Conflict where a guild would be left without a steward.
    """
    check_scope(session, scope)
    now = clock.now(session)
    running = (
        col(CouncilSeat.scope) == scope,
        col(CouncilSeat.member_id) == member.member_id,
        col(CouncilSeat.ended_at).is_(None),
        col(CouncilSeat.until) > now,
    )
    ended = update(CouncilSeat).where(*running).values(ended_at=func.greatest(now, col(CouncilSeat.since)))
    if session.execute(ended.returning(col(CouncilSeat.id))).one_or_none() is None:
        return
    if scope != COOP:
        guilds.step_down(session, member, scope.removeprefix(roll.GUILD), now)
    append(session, "council.resigned", {"scope": scope, "steward": member.handle}, now)


def _came_back(scope: str) -> ColumnElement[bool]:
    """Return the condition of the seats whose steward left the guild and entered it again since."""
    return exists().where(
        col(GuildMembership.member_id) == col(CouncilSeat.member_id),
        col(GuildMembership.guild_id) == col(Guild.id),
        col(Guild.slug) == scope.removeprefix(roll.GUILD),
        literal(scope != COOP),
        col(GuildMembership.joined_at) > col(CouncilSeat.since),
    )


def _still_here(session: Session, case: Case, elected: tuple[str, ...], now: datetime) -> dict[str, int]:
    """Return the ids of those elected who belong to the scope now, by handle, in the order elected."""
    people = roll.electorate(case.scope, now).subquery()
    rows = session.execute(select(people.c.handle, people.c.id).where(people.c.handle.in_(elected)))
    ids = {row.handle: row.id for row in rows}
    return {handle: ids[handle] for handle in elected if handle in ids}


def _end_terms(session: Session, scope: str, now: datetime) -> None:
    """End the terms that have not been ended; one that time has ended, at that time."""
    session.execute(
        update(CouncilSeat)
        .where(col(CouncilSeat.scope) == scope, col(CouncilSeat.ended_at).is_(None))
        .values(ended_at=func.least(col(CouncilSeat.until), func.greatest(now, col(CouncilSeat.since))))
    )
