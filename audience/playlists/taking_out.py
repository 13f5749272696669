# ruff: noqa: S608 - the statements are put together from constants
"""Taking out: an author's own posts in the lists of others, and out of them, for good.

Law 7: an author is shown the lists that they may see. Of others they are told nothing, and can keep a post
out of all of them at once, which answers the same whether or not it was in any.

The post is held first, then lists by id: whoever adds it meanwhile waits, and is refused.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience.newest import START
from audience.playlists import keeping, sight
from audience.playlists.sight import COLUMNS, LISTS, SEEN, Shown
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity

Position = tuple[int, int]
"""Where a post in a list stands among all of its author's: the id of the list, and that of the post."""
LAST: Position = (START, START)

_HOLD_OWN = """
SELECT id FROM post WHERE id = :post AND author_id = :me AND deleted_at IS NULL FOR {how}
"""
_HOLD_ONE, _HOLD_ALL = (text(_HOLD_OWN.format(how=how)) for how in ("KEY SHARE", "UPDATE"))
_HOLD_LISTS = text("""
SELECT id FROM playlist
WHERE id IN (SELECT playlist_id FROM playlist_item WHERE post_id = :post) AND member_id IS DISTINCT FROM :me
ORDER BY id FOR UPDATE
""")
_REFUSE = text("""
INSERT INTO playlist_refusal (playlist_id, post_id, at) VALUES (:playlist, :post, :now) ON CONFLICT DO NOTHING
""")
_UNLIST = text("INSERT INTO unlisted_post (post_id, at) VALUES (:post, :now) ON CONFLICT DO NOTHING")
_TAKE_OUT = text("DELETE FROM playlist_item WHERE playlist_id = :playlist AND post_id = :post")
_TAKE_OUT_OF_ALL = text("""
DELETE FROM playlist_item USING playlist
WHERE playlist.id = playlist_item.playlist_id AND playlist_item.post_id = :post
  AND playlist.member_id IS DISTINCT FROM :me
""")
_IS_UNLISTED = text("SELECT EXISTS (SELECT FROM unlisted_post WHERE post_id = :post)")
_LISTED = text(f"""
SELECT post.id AS post_id, {COLUMNS}
FROM {LISTS}
LEFT JOIN guild ON guild.id = playlist.guild_id
JOIN playlist_item ON playlist_item.playlist_id = playlist.id
JOIN post ON post.id = playlist_item.post_id
WHERE post.author_id = :me AND post.deleted_at IS NULL AND playlist.member_id IS DISTINCT FROM :me AND {SEEN}
  AND (playlist.id, post.id) < (:list_before, :post_before)
ORDER BY playlist.id DESC, post.id DESC LIMIT :limit
""")


class Listed(NamedTuple):
    """A post of one's own in somebody else's list."""

    post_id: int
    playlist: Shown


def listed(
    session: Session, author: Identity, book: Book, now: datetime, *, before: Position = LAST, limit: int
) -> tuple[list[Listed], Position | None]:
    """Return the author's posts in lists of others that they may see, those in the newest lists first.

    And where the next page begins; None where this is the last.
    """
    which = {
        **sight.bound(session, book, author, now),
        "list_before": before[0],
        "post_before": before[1],
        "limit": limit + 1,
    }
    rows = session.connection().execute(_LISTED, which).all()
    found = [Listed(row[0], Shown._make(row[1:])) for row in rows[:limit]]
    return found, (found[-1].playlist.id, found[-1].post_id) if len(rows) > limit else None


def take_out(
    session: Session, author: Identity, book: Book, post_id: int, playlist_id: int, now: datetime
) -> None:
    """Take a post of one's own out of somebody else's list: nobody puts it there again.

    Raise NotFound where it is not one's own, or there is no such list that one may see, and RuleBroken for a
    list of one's own.
    """
    which = {"post": post_id, "me": author.member_id, "playlist": playlist_id, "now": now}
    _own(session, author, post_id)
    keeping.hold_row(session, playlist_id)
    found = sight.read(session, author, book, playlist_id, now)
    if found.guild is None and found.mine:
        fault = Fault("", "Take it out of it, as you put it there.")
        raise RuleBroken("This list is your own.", faults=(fault,))
    session.connection().execute(_REFUSE, which)
    session.connection().execute(_TAKE_OUT, which)


def keep_out(session: Session, author: Identity, post_id: int, now: datetime) -> None:
    """Take a post of one's own out of every list of others, and keep it out, for good.

    Raise NotFound where it is not one's own.
    """
    which = {"post": post_id, "me": author.member_id, "now": now}
    if session.connection().execute(_HOLD_ALL, which).one_or_none() is None:
        raise NotFound
    session.connection().execute(_UNLIST, which)
    session.connection().execute(_HOLD_LISTS, which).all()
    session.connection().execute(_TAKE_OUT_OF_ALL, which)


def is_kept_out(session: Session, post_id: int) -> bool:
    """Say whether its author keeps a post out of every list of others; the caller asks for the author."""
    return bool(session.connection().execute(_IS_UNLISTED, {"post": post_id}).scalar_one())


def _own(session: Session, author: Identity, post_id: int) -> None:
    which = {"post": post_id, "me": author.member_id}
    if session.connection().execute(_HOLD_ONE, which).one_or_none() is None:
        raise NotFound
