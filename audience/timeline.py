"""Timelines: what a member made and reposted, what has a tag, what was made in a guild, what is from a place.

The newest first, as far as the viewer may see it. A visitor is told nothing of who is here: to them a member
or a guild of whom nothing is public is as unknown as one that there is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, select
from sqlmodel import Session, col

from audience import newest, tags
from audience.access import BLOCKED
from audience.newest import Kind
from audience.standpoint import standpoint
from audience.topic_tables import Tag
from audience.topics import place_feature, tag_feature
from coop import places
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild, Member

_BY_AUTHOR = newest.statement(
    Kind("post", "post.author_id = :author AND post.id < :before", door="true"),
    Kind(
        "repost JOIN post ON post.id = repost.post_id",
        f"repost.member_id = :author AND repost.id < :before AND repost.member_id NOT IN {BLOCKED}",
        id="repost.id",
        reposted="true",
    ),
)

_IN_GUILD = newest.statement(
    Kind("post", "post.guild_id = :guild AND post.id < :before", door="true"),
)

_FEATURED = "post_feature JOIN post ON post.id = post_feature.post_id"
_NEWEST_FEATURED = "post_feature.feature = :feature AND post_feature.post_id < :before"

_WITH_TAG = newest.statement(
    Kind(_FEATURED, _NEWEST_FEATURED, id="post_feature.post_id", door=tags.in_teaser(":tag")),
)

# A door does not show where a post is from.
_FROM_PLACE = newest.statement(Kind(_FEATURED, _NEWEST_FEATURED, id="post_feature.post_id"))

NOTHING = 0
"""What no member, guild or feature has for an id: asked for, it takes the time that any other takes."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Which posts are asked for."""

    via: str
    """Where a seat is taken that is taken on it."""
    statement: TextClause
    bound: Mapping[str, int | str]


def of_author(session: Session, viewer: Identity | None, handle: str) -> Timeline:
    """Return what a member made and reposted; raise NotFound to a member where nobody has that handle."""
    author = select(col(Member.id)).where(col(Member.handle) == normal(handle), col(Member.left_at).is_(None))
    return Timeline("member", _BY_AUTHOR, {"author": _known(viewer, session.scalar(author))})


def of_guild(session: Session, viewer: Identity | None, slug: str) -> Timeline:
    """Return what was made in a guild; raise NotFound to a member where there is no guild of that slug."""
    guild = session.scalar(select(col(Guild.id)).where(col(Guild.slug) == normal(slug)))
    return Timeline("guild", _IN_GUILD, {"guild": _known(viewer, guild)})


def of_tag(session: Session, name: str) -> Timeline:
    """Return what has a tag. Nobody is told whether anybody ever used it."""
    tag = normal(name)
    found = session.scalar(select(col(Tag.id)).where(col(Tag.name) == tag))
    # A name that is in use is of letters, digits and lines; any other would be read as a regular expression.
    feature, named = (NOTHING, "") if found is None else (tag_feature(found), tag)
    return Timeline("tag", _WITH_TAG, {"feature": feature, "tag": named})


def of_place(session: Session, place_id: int) -> Timeline:
    """Return what its authors say is from a place or a part of it; raise NotFound where there is none."""
    feature = place_feature(places.place(session, place_id).id)
    return Timeline("place", _FROM_PLACE, {"feature": feature})


def page(
    session: Session,
    viewer: Identity | None,
    book: Book,
    timeline: Timeline,
    now: datetime,
    *,
    before: int = newest.START,
    limit: int,
) -> newest.Page:
    """Deliver up to ``limit`` posts of a timeline that are older than ``before``."""
    bound = {**standpoint(session, viewer, book, now), **timeline.bound}

    def find(before: int, number: int) -> newest.Rows:
        asked = {**bound, "before": before, "limit": number}
        return session.connection().execute(timeline.statement, asked).all()

    return newest.page(session, viewer, book, find, now, before=before, limit=limit, via=timeline.via)


def _known(viewer: Identity | None, found: int | None) -> int:
    """Return an id that was looked for; where there is none, members are told and visitors find nothing."""
    if found is None and viewer is not None:
        raise NotFound
    return found or NOTHING
