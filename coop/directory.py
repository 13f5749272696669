"""The directory: what anyone may read of members and guilds.

Whoever has left is not in it. Where a member lives is not in it either: a place serves audiences, and is
shown to nobody but its owner. No id leaves here; handles and slugs name people and guilds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from coop.errors import NotFound
from coop.guilds import STEWARD
from coop.identity import Identity
from coop.names import normal
from coop.places import PlaceCard, place
from coop.tables import Guild, GuildMembership, Member


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member as others see one."""

    handle: str
    display_name: str
    about: str
    joined_at: datetime
    guilds: tuple[str, ...]
    """Slugs of the guilds they are in, in order."""
    flag: dict[str, Any] | None
    """What rules say of name and text."""


@dataclass(frozen=True, slots=True)
class GuildCard:
    """A guild as anyone sees it."""

    slug: str
    name: str
    purpose: str
    founder: str
    founded_at: datetime
    members: int
    stewards: tuple[str, ...]
    """Their handles, in order."""


def member(session: Session, handle: str) -> MemberCard:
    """Return a member's card; raise NotFound where nobody here has that handle."""
    row = session.execute(_members().where(col(Member.handle) == normal(handle))).one_or_none()
    if row is None:
        raise NotFound
    return _member_card(row)


def members(session: Session, after: str | None, limit: int) -> list[MemberCard]:
    """Return up to ``limit`` members in the order of their handles, from the first past ``after``."""
    query = _members().order_by(col(Member.handle)).limit(limit)
    if after is not None:
        query = query.where(col(Member.handle) > normal(after))
    return [_member_card(row) for row in session.execute(query)]


def members_found(session: Session, words: str, after: str | None, limit: int) -> list[MemberCard]:
    """Return up to ``limit`` members whose handle, name or text about themself has the words.

    Words are asked for as in ``websearch_to_tsquery``; the last may be the beginning of one. The member whose
    handle is what is asked for comes first, then those whose handles begin so, then all others, each in the
    order of their handles, from the first past ``after``.
    """
    said = func.member_words(col(Member.handle), col(Member.display_name), col(Member.about))
    query = _found(_members(), col(Member.handle), said, words, after)
    return [_member_card(row) for row in session.execute(query.limit(limit))]


def place_of(session: Session, actor: Identity) -> PlaceCard | None:
    """Return where the actor says they are, None where they say nothing."""
    said = session.execute(select(col(Member.place_id)).where(col(Member.id) == actor.member_id))
    place_id = said.scalar_one()
    return None if place_id is None else place(session, place_id)


def guild(session: Session, slug: str) -> GuildCard:
    """Return a guild's card; raise NotFound where there is no such guild."""
    row = session.execute(_guilds().where(col(Guild.slug) == normal(slug))).one_or_none()
    if row is None:
        raise NotFound
    return _guild_card(row)


def guilds(session: Session, after: str | None, limit: int) -> list[GuildCard]:
    """Return up to ``limit`` guilds in the order of their slugs, from the first past ``after``."""
    query = _guilds().order_by(col(Guild.slug)).limit(limit)
    if after is not None:
        query = query.where(col(Guild.slug) > normal(after))
    return [_guild_card(row) for row in session.execute(query)]


def guilds_named(session: Session, slugs: Collection[str]) -> list[GuildCard]:
    """Return the guilds of these slugs, in their order; a slug of none is passed over."""
    query = _guilds().where(col(Guild.slug).in_({normal(slug) for slug in slugs}))
    return [_guild_card(row) for row in session.execute(query.order_by(col(Guild.slug)))]


def guilds_like(session: Session, text: str, limit: int) -> list[GuildCard]:
    """Return up to ``limit`` guilds whose slug or name holds ``text``, in the order of their slugs.

    The one whose slug is ``text`` comes first, so that each is found by its slug. Empty text is in all.
    """
    wanted = normal(text)
    called = or_(
        col(Guild.slug).contains(wanted, autoescape=True), col(Guild.name).icontains(wanted, autoescape=True)
    )
    query = _guilds().where(called).order_by(col(Guild.slug) != wanted, col(Guild.slug)).limit(limit)
    return [_guild_card(row) for row in session.execute(query)]


def guilds_found(session: Session, words: str, after: str | None, limit: int) -> list[GuildCard]:
    """Return up to ``limit`` guilds whose slug, name or purpose has the words; see :func:`members_found`."""
    said = func.guild_words(col(Guild.slug), col(Guild.name), col(Guild.purpose))
    query = _found(_guilds(), col(Guild.slug), said, words, after)
    return [_guild_card(row) for row in session.execute(query.limit(limit))]


def _found(
    query: Select[Any], name: Mapped[str], said: ColumnElement[Any], words: str, after: str | None
) -> Select[Any]:
    """Return a query cut to what has the words, the nearest names first."""
    wanted = normal(words).removeprefix("@")
    distance = case((name == wanted, 0), (func.starts_with(name, wanted), 1), else_=2)
    found = query.where(said.op("@@")(func.name_query(words))).order_by(distance, name)
    return found if after is None else found.where(tuple_(distance, name) > (_distance(after, wanted), after))


def _distance(name: str, wanted: str) -> int:
    return 0 if name == wanted else 1 if name.startswith(wanted) else 2


def _members() -> Select[Any]:
    slugs = (
        select(func.array_agg(aggregate_order_by(col(Guild.slug), col(Guild.slug))))
        .join(GuildMembership, col(GuildMembership.guild_id) == col(Guild.id))
        .where(col(GuildMembership.member_id) == col(Member.id), col(GuildMembership.left_at).is_(None))
        .correlate(Member)
        .scalar_subquery()
    )
    return select(
        col(Member.handle),
        col(Member.display_name),
        col(Member.about),
        col(Member.joined_at),
        col(Member.flag),
        slugs.label("guilds"),
    ).where(col(Member.left_at).is_(None))


def _member_card(row: Any) -> MemberCard:
    guilds = tuple(row.guilds or ())
    return MemberCard(row.handle, row.display_name, row.about, row.joined_at, guilds, row.flag)


def _guilds() -> Select[Any]:
    inside = (col(GuildMembership.guild_id) == col(Guild.id), col(GuildMembership.left_at).is_(None))
    count = select(func.count()).select_from(GuildMembership).where(*inside).correlate(Guild)
    stewards = (
        select(func.array_agg(aggregate_order_by(col(Member.handle), col(Member.handle))))
        .join(GuildMembership, col(GuildMembership.member_id) == col(Member.id))
        .where(*inside, col(GuildMembership.role) == STEWARD)
        .correlate(Guild)
    )
    founder = select(col(Member.handle)).where(col(Member.id) == col(Guild.founder_id)).correlate(Guild)
    return select(
        col(Guild.slug),
        col(Guild.name),
        col(Guild.purpose),
        founder.scalar_subquery().label("founder"),
        col(Guild.founded_at),
        count.scalar_subquery().label("members"),
        stewards.scalar_subquery().label("stewards"),
    )


def _guild_card(row: Any) -> GuildCard:
    return GuildCard(
        row.slug,
        row.name,
        row.purpose,
        row.founder,
        row.founded_at,
        row.members,
        tuple(row.stewards or ()),
    )
