# ruff: noqa: S608 - the statements are put together from constants
"""Reply cards: what is shown of replies, one by one or in a row; ``threads.py`` puts them in reading order.

Law 7: a reply that the reader is not shown (``reply_sight.py``) is not there.
"""

from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import tuple_row
from sqlalchemy import text
from sqlmodel import Session

from audience.access import access_post
from audience.reply_sight import said
from coop.book import Book
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity

CARD = """
  reply.id, reply.parent_id, reply.depth, author.handle AS author, author.display_name AS author_name,
  CASE WHEN NOT gap THEN reply.body END AS body, CASE WHEN NOT gap THEN reply.at_ms END AS at_ms,
  reply.pause, reply.state, reply.created_at, (reply.author_id = :me AND NOT gap) IS TRUE AS mine,
  CASE WHEN NOT gap THEN reply.flag END AS flag,
  asset.id AS asset_id, asset.alt, asset.width, asset.height, asset.thumbhash, asset.duration_ms,
  asset.has_sound, files.renditions"""
"""The columns of a card but for ``folded``, of a ``reply`` that says whether it is a ``gap``."""

FILES = """
LEFT JOIN member AS author ON author.id = reply.author_id AND NOT gap
LEFT JOIN asset ON asset.id = reply.asset_id AND NOT gap
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(name, width, height, bytes) ORDER BY width, name) AS renditions
  FROM rendition WHERE rendition.asset_id = asset.id
) AS files ON true
"""
"""Who wrote it, and its picture."""

_FLAT = f"""
SELECT {CARD}, 0 AS folded FROM (SELECT *, false AS gap FROM reply) AS reply {FILES}
WHERE {said("reply")}
"""
_LIST = text(f"{_FLAT} AND reply.post_id = :post AND reply.id > :after ORDER BY reply.id LIMIT :limit")
_ONE = DriverStatement(text(f"{_FLAT} AND reply.id = :reply"), tuple_row)
_ANSWERED = text("SELECT post_id FROM reply WHERE id = :reply")


class ReplyCard(NamedTuple):
    """What is shown of a reply, or of the gap that one left."""

    id: int
    parent_id: int | None
    """The reply that it answers; none where that is the post."""
    depth: int
    author: str | None
    """Handle; None where it was taken back."""
    author_name: str | None
    body: str | None
    at_ms: int | None
    """The moment of the post that it speaks of."""
    pause: bool
    """Whether the post is to stop there."""
    state: str
    """``shown``, or of one's own ``waiting``, ``refused`` or ``held``."""
    created_at: datetime
    mine: bool
    flag: dict[str, Any] | None
    """What its readers are told of a decision about it: see ``moderation/verdict.py``."""
    asset_id: int | None
    alt: str | None
    width: int | None
    height: int | None
    thumbhash: str | None
    duration_ms: int | None
    """How long it lasts, where what it shows is a video."""
    has_sound: bool | None
    """Whether that video has sound, where it is known."""
    renditions: list[tuple[str, int, int, int]] | None
    """Name, width, height and bytes of each file of its picture, the smallest first, and of its video."""
    folded: int
    """How many answers of its branch follow it, folded, where the next page does not begin with them."""


def listing(
    session: Session,
    reader: Identity | None,
    book: Book,
    post_id: int,
    now: datetime,
    *,
    after: int = 0,
    limit: int,
) -> tuple[list[ReplyCard], int | None]:
    """Return up to ``limit`` replies after the reply ``after``, the oldest first, and where the next begin.

    Wherever they stand: answers to answers too. Raise NotFound where the reader may not see the post.
    """
    access_post(session, reader, book, post_id, now)
    me = None if reader is None else reader.member_id
    bound = {"me": me, "post": post_id, "after": after, "limit": limit + 1}
    rows = session.connection().execute(_LIST, bound).all()
    found = [ReplyCard._make(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def read(session: Session, reader: Identity | None, book: Book, reply_id: int, now: datetime) -> ReplyCard:
    """Return a reply that the reader is shown, seating a member at its post.

    Raise NotFound for any other, wherever it is that they may not see it: the post, or the reply alone.
    """
    post_id: int | None = session.scalar(_ANSWERED, {"reply": reply_id})
    if post_id is None:
        raise NotFound
    access_post(session, reader, book, post_id, now)
    return one(session, reader, reply_id)


def one(session: Session, reader: Identity | None, reply_id: int) -> ReplyCard:
    """Return a reply that the reader is shown, at a post that they were delivered; NotFound for any other."""
    bound = {"me": None if reader is None else reader.member_id, "reply": reply_id}
    rows = _ONE.rows(session, bound)
    if not rows:
        raise NotFound
    return ReplyCard._make(rows[0])
