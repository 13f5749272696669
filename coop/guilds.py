"""Guilds: founding one, entering and leaving it, and who tends it.

One invariant: a guild that has members has a steward. Every change of a guild's people locks the guild's
row first, so the invariant and the ceiling of members hold under any race. Locks are taken in the order
member, guilds by id, memberships, ledger. A guild's people are public.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken, Unauthenticated
from coop.identity import Identity
from coop.ledger import append
from coop.membership_rules import NAME, MembershipRules
from coop.names import check_slug, line, normal, prose
from coop.suspended import check as check_not_suspended
from coop.tables import Guild, GuildMembership, Member

LONGEST_NAME = 60
LONGEST_PURPOSE = 2000
"""Both in characters."""

MEMBER, STEWARD = "member", "steward"


def found(
    session: Session, book: Book, actor: Identity, slug: str, name: str, purpose: str, now: datetime
) -> Guild:
    """Found a guild and become its first steward.

    Raise RuleBroken where the slug or a text cannot be used, Conflict where the slug is taken, and
    Forbidden where the actor has founded as many guilds as the clause allows, or is suspended.
    """
    check_not_suspended(actor, book, "found", now)
    rules = book.rules(NAME, MembershipRules)
    slug = check_slug(slug)
    if slug in rules.names.reserved:
        reserved = Fault("/slug", "Nobody may take this name.", book.cite(NAME, "/names/reserved"))
        raise RuleBroken("This slug is reserved.", faults=(reserved,))
    name = line(name, "/name", longest=LONGEST_NAME)
    purpose = prose(purpose, "/purpose", longest=LONGEST_PURPOSE)
    _hold_member(session, actor.member_id, founding=True)
    founded = select(func.count()).select_from(Guild).where(col(Guild.founder_id) == actor.member_id)
    if session.execute(founded).scalar_one() >= rules.guilds.founded_per_member:
        detail = f"A member may found {rules.guilds.founded_per_member} guilds."
        cap = Fault("", detail, book.cite(NAME, "/guilds/founded_per_member"))
        raise Forbidden(detail, faults=(cap,))
    guild = session.scalars(
        insert(Guild)
        .values(slug=slug, name=name, purpose=purpose, founder_id=actor.member_id, founded_at=now)
        .on_conflict_do_nothing(index_elements=[col(Guild.slug)])
        .returning(Guild)
    ).one_or_none()
    if guild is None:
        raise Conflict("This slug is taken.", faults=(Fault("/slug", "Another guild has this slug."),))
    _enter(session, guild, actor, STEWARD, now)
    append(session, "guild.founded", {"guild": slug, "name": name, "founder": actor.handle}, now)
    return guild


def join(session: Session, book: Book, actor: Identity, slug: str, now: datetime) -> None:
    """Enter a guild; nothing happens where the actor is in it. Whoever enters an empty one is its steward.

    Raise NotFound where there is no such guild, Forbidden where it has as many members as it may.
    """
    _hold_member(session, actor.member_id)
    guild = _hold(session, slug)
    people = _people(session, guild)
    if actor.member_id in people:
        return
    ceiling = book.rules(NAME, MembershipRules).guilds.members_max
    if len(people) >= ceiling:
        detail = f"This guild has the {ceiling} members that a guild may have."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, "/guilds/members_max")),))
    role = MEMBER if people else STEWARD
    _enter(session, guild, actor, role, now)
    append(session, "guild.joined", {"guild": guild.slug, "member": actor.handle, "role": role}, now)


def leave(session: Session, actor: Identity, slug: str, now: datetime) -> None:
    """Leave a guild; nothing happens where the actor is not in it.

    Raise NotFound where there is no such guild, Conflict where its last steward would leave others
    behind.
    """
    guild = _hold(session, slug)
    people = _people(session, guild)
    if actor.member_id not in people:
        return
    if len(people) > 1:
        _keep_a_steward(people, actor)
    _depart(session, guild, actor.member_id, now)
    append(session, "guild.left", {"guild": guild.slug, "member": actor.handle}, now)


def appoint(session: Session, actor: Identity, slug: str, handle: str, now: datetime) -> None:
    """Make a member of the guild a steward; nothing happens where they are one.

    Raise NotFound where there is no such guild, Forbidden where the actor is no steward of it, and
    RuleBroken where the one appointed is not in it.
    """
    guild = _hold(session, slug)
    people = _people(session, guild)
    if people.get(actor.member_id) != STEWARD:
        raise Forbidden("Only a steward of this guild may appoint another.")
    handle = normal(handle)
    chosen = session.execute(select(col(Member.id)).where(col(Member.handle) == handle)).scalar_one_or_none()
    if chosen is None or chosen not in people:
        raise RuleBroken("A steward is one of the guild's members, and this is none.")
    if people[chosen] == STEWARD:
        return
    _set_role(session, guild, chosen, STEWARD)
    told = {"guild": guild.slug, "member": handle, "steward": True, "by": actor.handle}
    append(session, "guild.steward", told, now)


def step_down(session: Session, actor: Identity, slug: str, now: datetime) -> None:
    """Be an ordinary member again; nothing happens where the actor is no steward.

    Raise NotFound where there is no such guild, Conflict where it would be left without a steward.
    """
    guild = _hold(session, slug)
    people = _people(session, guild)
    if people.get(actor.member_id) != STEWARD:
        return
    _keep_a_steward(people, actor)
    _set_role(session, guild, actor.member_id, MEMBER)
    told = {"guild": guild.slug, "member": actor.handle, "steward": False, "by": actor.handle}
    append(session, "guild.steward", told, now)


def entrust(session: Session, slug: str, elected: Collection[int], now: datetime) -> None:
    """Make those of the guild whose ids are ``elected`` its stewards, and nobody else.

    Raise NotFound where there is no such guild, Conflict where none of them is in it.
    """
    guild = _hold(session, slug)
    people = _people(session, guild)
    if people.keys().isdisjoint(elected):
        raise Conflict("None of those elected is in this guild.")
    moved = [one for one, role in people.items() if (role == STEWARD) != (one in elected)]
    handles = select(col(Member.id), col(Member.handle)).where(col(Member.id).in_(moved))
    for row in session.execute(handles.order_by(col(Member.handle))).all():
        chosen = row.id in elected
        _set_role(session, guild, row.id, STEWARD if chosen else MEMBER)
        told = {"guild": guild.slug, "member": row.handle, "steward": chosen, "by": "election"}
        append(session, "guild.steward", told, now)


def leave_all(session: Session, actor: Identity, now: datetime) -> None:
    """Leave every guild, as one who leaves the coop does: that cannot be refused.

    Where a guild loses its last steward, whoever has been in it longest becomes one.
    """
    inside = select(col(GuildMembership.guild_id)).where(
        col(GuildMembership.member_id) == actor.member_id, col(GuildMembership.left_at).is_(None)
    )
    guilds = session.scalars(
        select(Guild).where(col(Guild.id).in_(inside)).order_by(col(Guild.id)).with_for_update(key_share=True)
    ).all()
    for guild in guilds:
        _depart(session, guild, actor.member_id, now)
        heir = _heir(session, guild)
        append(session, "guild.left", {"guild": guild.slug, "member": actor.handle}, now)
        if heir is not None:
            _set_role(session, guild, heir[0], STEWARD)
            told = {"guild": guild.slug, "member": heir[1], "steward": True, "by": "succession"}
            append(session, "guild.steward", told, now)


def _hold(session: Session, slug: str) -> Guild:
    guild = session.scalars(
        select(Guild).where(col(Guild.slug) == normal(slug)).with_for_update(key_share=True)
    ).one_or_none()
    if guild is None:
        raise NotFound
    return guild


def _hold_member(session: Session, member_id: int, *, founding: bool = False) -> None:
    """Lock the member's row, so that they cannot leave the coop (or found twice at once) meanwhile."""
    held = session.execute(
        select(col(Member.id))
        .where(col(Member.id) == member_id, col(Member.left_at).is_(None))
        .with_for_update(read=not founding, key_share=founding)
    ).one_or_none()
    if held is None:
        raise Unauthenticated


def _people(session: Session, guild: Guild) -> dict[int, str]:
    """Return who is in the guild, as what, as of the lock that the caller holds."""
    rows = session.execute(
        select(col(GuildMembership.member_id), col(GuildMembership.role)).where(
            col(GuildMembership.guild_id) == guild.id, col(GuildMembership.left_at).is_(None)
        )
    )
    return {row.member_id: row.role for row in rows}


def _keep_a_steward(people: dict[int, str], actor: Identity) -> None:
    stewards = {member_id for member_id, role in people.items() if role == STEWARD}
    if stewards == {actor.member_id}:
        raise Conflict("You are this guild's only steward: appoint another first.")


def _heir(session: Session, guild: Guild) -> tuple[int, str] | None:
    """Return who should become steward of a guild that has members and no steward."""
    rows = session.execute(
        select(col(GuildMembership.member_id), col(Member.handle), col(GuildMembership.role))
        .join(Member, col(Member.id) == col(GuildMembership.member_id))
        .where(col(GuildMembership.guild_id) == guild.id, col(GuildMembership.left_at).is_(None))
        .order_by(col(GuildMembership.joined_at), col(GuildMembership.member_id))
    ).all()
    if not rows or any(row.role == STEWARD for row in rows):
        return None
    return rows[0].member_id, rows[0].handle


def _enter(session: Session, guild: Guild, actor: Identity, role: str, now: datetime) -> None:
    fresh = {"role": role, "joined_at": now, "left_at": None}
    session.execute(
        insert(GuildMembership)
        .values(guild_id=guild.id, member_id=actor.member_id, **fresh)
        .on_conflict_do_update(
            index_elements=[col(GuildMembership.guild_id), col(GuildMembership.member_id)], set_=fresh
        )
    )


def _depart(session: Session, guild: Guild, member_id: int, now: datetime) -> None:
    _change(session, guild, member_id, left_at=now, role=MEMBER)


def _set_role(session: Session, guild: Guild, member_id: int, role: str) -> None:
    _change(session, guild, member_id, role=role)


def _change(session: Session, guild: Guild, member_id: int, **values: object) -> None:
    session.execute(
        update(GuildMembership)
        .where(col(GuildMembership.guild_id) == guild.id, col(GuildMembership.member_id) == member_id)
        .values(**values)
    )
