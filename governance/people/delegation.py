"""Delegation: a member lets another of the same guild vote for them, for a time and never out of sight.

It is off until a vote allows it (law 1: ``/delegation/allowed``). One hop: whoever votes for others lets
nobody vote for them, and the other way round. At most ``/delegation/held`` in one hand; giving one locks the
guild memberships of both, so that holds under any race. Locks are taken in the order memberships by member,
ledger.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ledger import append, stamp
from coop.names import normal
from coop.tables import Guild, GuildMembership, Member
from governance.people.delegated import in_force
from governance.people.tables import Delegation
from governance.rules import NAME, Delegating, VotingRules

ALLOWED, HELD = "/delegation/allowed", "/delegation/held"


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation in force."""

    guild: str
    member: str
    delegate: str
    since: datetime
    until: datetime
    """The first moment at which it is over."""


def give(session: Session, book: Book, member: Identity, slug: str, delegate: str, clock: Clock) -> Given:
    """Let another member of a guild vote for one there, in the place of whoever did before.

    Raise NotFound where the member is in no such guild, Forbidden where the rules do not allow it or the
    other holds as many as one may, RuleBroken where there is no such other member of it, and Conflict where
    it would take more than one hop.
    """
    rules = _rules(book)
    guild_id = _guild(session, member, slug)
    other_id = _other(session, member, guild_id, delegate)
    _hold(session, guild_id, (member.member_id, other_id))
    now = clock.now(session)
    _take_back(session, guild_id, slug, member, now)
    _check_one_hop(session, guild_id, member.member_id, other_id, now)
    if _holds(session, guild_id, other_id, now) >= rules.held:
        detail = f"One member votes for at most {rules.held} others."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, HELD)),))
    made = Given(normal(slug), member.handle, normal(delegate), now, now + rules.lasts)
    session.add(
        Delegation(
            guild_id=guild_id,
            member_id=member.member_id,
            delegate_id=other_id,
            since=made.since,
            until=made.until,
        )
    )
    session.flush()
    told = {"guild": made.guild, "member": made.member, "delegate": made.delegate}
    append(session, "delegation.given", told | {"since": stamp(made.since), "until": stamp(made.until)}, now)
    return made


def take_back(session: Session, member: Identity, slug: str, clock: Clock) -> None:
    """Vote for oneself alone again in a guild; nothing happens where nobody votes for the member there.

    Raise NotFound where the member is in no such guild.
    """
    guild_id = _guild(session, member, slug)
    _hold(session, guild_id, (member.member_id,))
    _take_back(session, guild_id, slug, member, clock.now(session))


def listing(session: Session, slug: str, now: datetime) -> list[Given]:
    """Return who votes for whom in a guild, in the order of handles; raise NotFound where there is none.

    It is no secret: the ledger tells it too, so that anyone can count again.
    """
    guild = select(col(Guild.id)).where(col(Guild.slug) == normal(slug))
    guild_id = session.execute(guild).scalar_one_or_none()
    if guild_id is None:
        raise NotFound
    return _read(session, _given().where(col(Delegation.guild_id) == guild_id, in_force(now)))


def own(session: Session, member: Identity, now: datetime) -> list[Given]:
    """Return the delegations that a member gave or holds, by guild and handle."""
    either = (col(Delegation.member_id) == member.member_id) | (
        col(Delegation.delegate_id) == member.member_id
    )
    return _read(session, _given().where(either, in_force(now)))


def _rules(book: Book) -> Delegating:
    rules = book.rules(NAME, VotingRules).delegation
    if not rules.allowed:
        detail = "Nobody votes for another here: everybody votes for themselves."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, ALLOWED)),))
    return rules


def _guild(session: Session, member: Identity, slug: str) -> int:
    """Return the id of a guild that the member is in; raise NotFound."""
    found = session.execute(select(col(Guild.id)).where(col(Guild.slug) == normal(slug))).scalar_one_or_none()
    if found is None or found not in member.guilds:
        raise NotFound
    return int(found)


def _other(session: Session, member: Identity, guild_id: int, handle: str) -> int:
    found = session.execute(
        select(col(Member.id))
        .join(GuildMembership, col(GuildMembership.member_id) == col(Member.id))
        .where(
            col(Member.handle) == normal(handle),
            col(Member.id) != member.member_id,
            col(GuildMembership.guild_id) == guild_id,
            col(GuildMembership.left_at).is_(None),
        )
    ).scalar_one_or_none()
    if found is None:
        fault = Fault("/delegate", "Name another member of this guild.")
        raise RuleBroken("Nobody like this can vote for you here.", faults=(fault,))
    return int(found)


def _hold(session: Session, guild_id: int, member_ids: tuple[int, ...]) -> None:
    """Lock the memberships until the transaction ends; raise NotFound where one has ended meanwhile."""
    held = session.execute(
        select(col(GuildMembership.member_id))
        .where(
            col(GuildMembership.guild_id) == guild_id,
            col(GuildMembership.member_id).in_(member_ids),
            col(GuildMembership.left_at).is_(None),
        )
        .order_by(col(GuildMembership.member_id))
        .with_for_update(key_share=True)
    ).all()
    if len(held) < len(member_ids):
        raise NotFound


def _take_back(session: Session, guild_id: int, slug: str, member: Identity, now: datetime) -> None:
    """End what the member gave; without a word where time, or leaving the guild, has ended it already."""
    given = (col(Delegation.guild_id) == guild_id, col(Delegation.member_id) == member.member_id)
    running = select(col(Member.handle)).join(Delegation, col(Delegation.delegate_id) == col(Member.id))
    delegate = session.execute(running.where(*given, in_force(now))).scalar_one_or_none()
    ended_at = func.least(col(Delegation.until), func.greatest(now, col(Delegation.since)))
    session.execute(
        update(Delegation).where(*given, col(Delegation.ended_at).is_(None)).values(ended_at=ended_at)
    )
    if delegate is not None:
        told = {"guild": normal(slug), "member": member.handle, "delegate": delegate}
        append(session, "delegation.ended", told | {"at": stamp(now)}, now)


def _check_one_hop(session: Session, guild_id: int, member_id: int, other_id: int, now: datetime) -> None:
    if _holds(session, guild_id, member_id, now):
        raise Conflict("Others let you vote for them here, so you vote yourself.")
    passed_on = _running(guild_id, now).where(col(Delegation.member_id) == other_id)
    if session.execute(passed_on).scalar_one():
        raise Conflict("This member lets another vote for them here, so they vote for nobody else.")


def _holds(session: Session, guild_id: int, member_id: int, now: datetime) -> int:
    held = _running(guild_id, now).where(col(Delegation.delegate_id) == member_id)
    return int(session.execute(held).scalar_one())


def _running(guild_id: int, now: datetime) -> Select[*tuple[Any, ...]]:
    counted = select(func.count()).select_from(Delegation)
    return counted.where(col(Delegation.guild_id) == guild_id, in_force(now))


def _given() -> Select[*tuple[Any, ...]]:
    member, delegate = aliased(Member), aliased(Member)
    return (
        select(
            col(Guild.slug).label("guild"),
            col(member.handle).label("member"),
            col(delegate.handle).label("delegate"),
            col(Delegation.since),
            col(Delegation.until),
        )
        .select_from(Delegation)
        .join(Guild, col(Guild.id) == col(Delegation.guild_id))
        .join(member, col(member.id) == col(Delegation.member_id))
        .join(delegate, col(delegate.id) == col(Delegation.delegate_id))
        .order_by(col(Guild.slug), col(member.handle))
    )


def _read(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Given]:
    return [Given(**row._mapping) for row in session.execute(statement)]
