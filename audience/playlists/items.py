"""Items: putting posts into a list, taking them out and moving them.

A list points to a post as a link does: it shows it to nobody who could not read it anyway, so nobody is asked
for leave. Whoever puts one in reads it themself; who is blocked does not. Its author may take it out for good
(``taking_out.py``). How many there may be is counted among what whoever adds one sees (law 7).

The post is held first, so that it is not kept out of lists meanwhile, then the list.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.access import access_post
from audience.limits import deciding, rules_of
from audience.playlists import keeping, sequence, telling
from audience.playlists.keepers import check_may_keep
from audience.playlists.order import GAP, Place, moved, position
from coop.book import Book
from coop.database import as_array
from coop.errors import Fault, Forbidden, NotFound, RuleBroken
from coop.identity import Identity

_HOLD_POST = text("SELECT author_id FROM post WHERE id = :post FOR KEY SHARE")
_KEPT_OUT = text("""
SELECT EXISTS (SELECT FROM playlist_refusal WHERE playlist_id = :playlist AND post_id = :post)
  OR EXISTS (
    SELECT FROM unlisted_post JOIN post ON post.id = unlisted_post.post_id
    JOIN playlist ON playlist.id = :playlist AND playlist.member_id IS DISTINCT FROM post.author_id
    WHERE unlisted_post.post_id = :post)
""")
_ORDER = text("SELECT post_id, position FROM playlist_item WHERE playlist_id = :playlist ORDER BY position")
_DROP_DELETED = text("""
DELETE FROM playlist_item USING post
WHERE playlist_id = :playlist AND post.id = playlist_item.post_id AND post.deleted_at IS NOT NULL
""")
_APPEND = text("""
INSERT INTO playlist_item (playlist_id, post_id, position, added_at)
SELECT :playlist, :post, coalesce(max(position), 0) + :gap, :now
FROM playlist_item WHERE playlist_id = :playlist
""")
_MOVE = text(
    "UPDATE playlist_item SET position = :position WHERE playlist_id = :playlist AND post_id = :post"
)
# Each new position is above all that were there, so that none meets one that is about to be changed.
_SPREAD = text("""
UPDATE playlist_item SET position = :last + :gap * wanted.number
FROM unnest(CAST(:posts AS bigint[])) WITH ORDINALITY AS wanted(post_id, number)
WHERE playlist_id = :playlist AND playlist_item.post_id = wanted.post_id
""")
_REMOVE = text("DELETE FROM playlist_item WHERE playlist_id = :playlist AND post_id = :post")


def add(
    session: Session, keeper: Identity, book: Book, playlist_id: int, post_id: int, now: datetime
) -> None:
    """Put a post at the end of a list; nothing happens where it is in it.

    Raise NotFound where there is no such post, or no such list, that the keeper may see; Forbidden where they
    do not keep the list, whoever it belongs to does not hold the feature, or the author keeps the post out of
    it; and RuleBroken where it is full.
    """
    access_post(session, keeper, book, post_id, now, via=sequence.VIA)
    which = {"playlist": playlist_id, "post": post_id}
    session.connection().execute(_HOLD_POST, which)
    found = keeping.hold(session, keeper, book, playlist_id, now)
    check_may_keep(book, keeper, found.guild, now)
    if session.connection().execute(_KEPT_OUT, which).scalar_one():
        raise Forbidden("Its author keeps this post out of it.")
    order = sequence.seen(session, keeper, book, playlist_id, now)
    if post_id in order:
        return
    most = rules_of(book, found.guild).playlists.items
    if len(order) >= most:
        clause = deciding(book, found.guild, "/playlists/items")
        fault = Fault("", f"At most {most}: take one out first.", clause)
        raise RuleBroken("This list is full.", faults=(fault,))
    session.connection().execute(_DROP_DELETED, which)
    session.connection().execute(_APPEND, {**which, "gap": GAP, "now": now})
    telling.tell(session, book, keeper, playlist_id, now, post_id)


def move(
    session: Session, keeper: Identity, book: Book, playlist_id: int, post_id: int, to: Place, now: datetime
) -> None:
    """Move a post of a list to another place.

    Raise NotFound where there is no such list, or no such post in it, that the keeper may see; Forbidden
    where they do not keep it; and RuleBroken where there is no such place.
    """
    seen = _held(session, keeper, book, playlist_id, post_id, now)
    which = {"playlist": playlist_id, "post": post_id, "gap": GAP}
    kept = {row.post_id: row.position for row in session.connection().execute(_ORDER, which)}
    wanted = moved(list(kept), frozenset(seen), post_id, to)
    if wanted == list(kept):
        return
    at = wanted.index(post_id)
    before, after = (kept[one[0]] if one else None for one in (wanted[:at][-1:], wanted[at + 1 :][:1]))
    found = position(before, after)
    if found is None:
        spread = {**which, "last": max(kept.values()), "posts": as_array(wanted)}
        session.connection().execute(_SPREAD, spread)
    else:
        session.connection().execute(_MOVE, {**which, "position": found})


def remove(
    session: Session, keeper: Identity, book: Book, playlist_id: int, post_id: int, now: datetime
) -> None:
    """Take a post out of a list; raise what :func:`move` raises where it is not there for the keeper."""
    _held(session, keeper, book, playlist_id, post_id, now)
    session.connection().execute(_REMOVE, {"playlist": playlist_id, "post": post_id})


def _held(
    session: Session, keeper: Identity, book: Book, playlist_id: int, post_id: int, now: datetime
) -> Sequence[int]:
    """Hold a list that one keeps, and return what one sees of it, a post among it."""
    keeping.hold(session, keeper, book, playlist_id, now)
    seen = sequence.seen(session, keeper, book, playlist_id, now)
    if post_id not in seen:
        raise NotFound
    return seen
