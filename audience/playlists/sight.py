# ruff: noqa: S608 - the statements are put together from constants
"""Sight: which lists a member may see, and what is shown of them.

Law 7: a list that one may not see answers like one that there is not. Nobody sees more than it says: its
keepers, whoever is in its guild, or all members; but for those who block its owner or are blocked by them, or
whom that owner keeps out for now. How many posts there are in one is told to nobody, for not everybody sees
each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypedDict

from sqlalchemy import Row, TextClause, select, text
from sqlmodel import Session, col

from audience.access import BLOCKED
from audience.newest import START
from audience.playlists.keepers import all_keep
from audience.relations import member_id_of
from audience.rules import AUDIENCE
from coop.book import Book
from coop.database import as_array
from coop.errors import NotFound
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild

SeenBy = Literal["keepers", "guild", "members"]
"""Who may see a list: its keepers alone, whoever is in its guild, or all members."""
MOST_CHOICES = 300
"""Lists that are offered where a post may be put into one."""

KEEPS = """coalesce(playlist.member_id = :me OR playlist.guild_id = ANY(CAST(:kept AS bigint[])), false)"""
"""Whether a member keeps a ``playlist``."""

SEEN = f"""(CASE WHEN playlist.guild_id IS NOT NULL
  THEN playlist.guild_id = ANY(CAST(:kept AS bigint[])) OR playlist.seen_by = 'members'
    OR playlist.seen_by = 'guild' AND playlist.guild_id = ANY(CAST(:guilds AS bigint[]))
  ELSE playlist.member_id = :me OR playlist.seen_by = 'members' AND owner.left_at IS NULL
    AND playlist.member_id NOT IN {BLOCKED} AND playlist.member_id NOT IN (SELECT kept_out_by(:me, :now))
END)"""
"""Whether a member may see a ``playlist`` of an ``owner``."""

LISTS = "playlist LEFT JOIN member AS owner ON owner.id = playlist.member_id"
COLUMNS = f"""playlist.id, playlist.title, playlist.description, playlist.seen_by, playlist.labels,
  playlist.made_at, owner.handle AS member, owner.display_name AS member_name, guild.slug AS guild,
  guild.name AS guild_name, {KEEPS} AS mine"""
_SHOWN = f"SELECT {COLUMNS} FROM {LISTS} LEFT JOIN guild ON guild.id = playlist.guild_id"


def _page(which: str) -> TextClause:
    return text(f"""{_SHOWN} WHERE {which} AND {SEEN} AND playlist.id < :before
      ORDER BY playlist.id DESC LIMIT :limit""")


_ONE = text(f"{_SHOWN} WHERE playlist.id = :playlist AND {SEEN}")
_OF_MEMBER = _page("playlist.member_id = :owner")
_OF_GUILD = _page("playlist.guild_id = :owner")
_KEPT = _page("(playlist.member_id = :me OR playlist.guild_id = ANY(CAST(:kept AS bigint[])))")
_CHOICES = text("""
SELECT playlist.id, playlist.title, guild.slug AS guild,
       EXISTS (SELECT FROM playlist_item WHERE playlist_id = playlist.id AND post_id = :post) AS inside
FROM playlist LEFT JOIN guild ON guild.id = playlist.guild_id
WHERE playlist.member_id = :me OR playlist.guild_id = ANY(CAST(:kept AS bigint[]))
ORDER BY playlist.id DESC LIMIT :limit
""")


class Shown(NamedTuple):
    """A list, as whoever may see it is shown it."""

    id: int
    title: str
    description: str
    seen_by: SeenBy
    labels: list[str]
    """What rules of moderation say of its words."""
    made_at: datetime
    member: str | None
    """Handle of the member whose it is."""
    member_name: str | None
    guild: str | None
    """Slug of the guild whose it is."""
    guild_name: str | None
    mine: bool
    """Whether the viewer keeps it."""


class Choice(NamedTuple):
    """A list that a member keeps, where they may put a post into one."""

    id: int
    title: str
    guild: str | None
    """Slug of the guild whose it is; None where it is their own."""
    inside: bool
    """Whether the post is in it."""


class At(TypedDict):
    """Which part of many lists is asked for."""

    before: int
    limit: int


Page = tuple[list[Shown], int | None]
"""The newest first, and before which id the next page begins; None where this is the last."""


def kept_guilds(session: Session, book: Book, member: Identity) -> frozenset[int]:
    """Return the ids of the guilds whose lists a member keeps."""
    if not all_keep(book, None):
        return member.steward_of
    slugs = [scope.removeprefix("guild:") for scope in book.scopes(AUDIENCE)]
    by_stewards = [slug for slug in slugs if not all_keep(book, slug)]
    if not by_stewards:
        return member.guilds
    found = select(col(Guild.id)).where(col(Guild.id).in_(member.guilds), col(Guild.slug).in_(by_stewards))
    return member.guilds - set(session.scalars(found)) | member.steward_of


def bound(session: Session, book: Book, viewer: Identity, now: datetime) -> dict[str, Any]:
    """Return what :data:`SEEN` and :data:`KEEPS` are bound to."""
    return {
        "me": viewer.member_id,
        "now": now,
        "guilds": as_array(viewer.guilds),
        "kept": as_array(kept_guilds(session, book, viewer)),
    }


def read(session: Session, viewer: Identity, book: Book, playlist_id: int, now: datetime) -> Shown:
    """Return a list; raise NotFound where there is none, or none that the viewer may see."""
    which = {**bound(session, book, viewer, now), "playlist": playlist_id}
    row = session.connection().execute(_ONE, which).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row)


def of_member(
    session: Session,
    viewer: Identity,
    book: Book,
    handle: str,
    now: datetime,
    *,
    before: int = START,
    limit: int,
) -> Page:
    """Return lists of a member; raise NotFound where nobody has that handle."""
    owner = {"owner": member_id_of(session, handle)}
    return _read_page(session, viewer, book, _OF_MEMBER, owner, now, before, limit)


def of_guild(
    session: Session,
    viewer: Identity,
    book: Book,
    slug: str,
    now: datetime,
    *,
    before: int = START,
    limit: int,
) -> Page:
    """Return lists of a guild; raise NotFound where there is no guild of that slug."""
    guild_id = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == normal(slug)))
    if guild_id is None:
        raise NotFound
    return _read_page(session, viewer, book, _OF_GUILD, {"owner": guild_id}, now, before, limit)


def kept(
    session: Session, keeper: Identity, book: Book, now: datetime, *, before: int = START, limit: int
) -> Page:
    """Return the lists that a member keeps, their own and those of guilds."""
    return _read_page(session, keeper, book, _KEPT, {}, now, before, limit)


def choices(session: Session, keeper: Identity, book: Book, post_id: int, now: datetime) -> list[Choice]:
    """Return the lists that a member keeps, and in which of them a post is, which they may read."""
    which = {**bound(session, book, keeper, now), "post": post_id, "limit": MOST_CHOICES}
    return [Choice._make(row) for row in session.connection().execute(_CHOICES, which)]


def _read_page(
    session: Session,
    viewer: Identity,
    book: Book,
    statement: TextClause,
    owner: Mapping[str, int],
    now: datetime,
    before: int,
    limit: int,
) -> Page:
    which = {**bound(session, book, viewer, now), **owner, "before": before, "limit": limit + 1}
    rows: Sequence[Row[Any]] = session.connection().execute(statement, which).all()
    found = [_shown(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def _shown(row: Row[Any]) -> Shown:
    return Shown._make(row)
