# ruff: noqa: S608 - the statement is put together from constants
"""The sequence: what a reader sees of a list, in its order.

Law 7: what they may not see is left out inside the statement, and everything that is told (numbers, what
comes before and after, where a page begins) is counted among what is left. So a list says the same whether or
not there is more in it. Law 6: with each item its post is delivered, so it takes a seat as any other view
does. No doors stand in a list: a door would say of a closed post where somebody put it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlmodel import Session

from audience import newest
from audience.access import CAPPED, FRIEND, MORE_ASKED, READER, ROOM, TIES, VISIBLE
from audience.newest import ADMITTED, Entry
from audience.playlists import sight
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import shortened
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity

VIA = "playlist"
"""Where a seat is taken that is taken in a list."""

_SEQUENCE = shortened(f"""
WITH {READER}
SELECT row_number() OVER (ORDER BY item.position) AS entry_id, false AS reposted, post.id, own.slug,
       post.seats_max, {MORE_ASKED} AS more_asked, gate.post_id IS NOT NULL AS gated, post.layers,
       coalesce(gate.reached, 0) AS reached, {FRIEND} AS friend, {ADMITTED} AS admitted, post.embeds,
       false AS door
FROM playlist_item AS item
JOIN playlist ON playlist.id = item.playlist_id
JOIN post ON post.id = item.post_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE item.playlist_id = :playlist AND NOT EXISTS (
    SELECT FROM relation WHERE kind = 'block' AND (member_id, other_id) IN (
      (playlist.member_id, post.author_id), (post.author_id, playlist.member_id)))
  AND {VISIBLE} AND ({ADMITTED} OR {ROOM})
ORDER BY item.position
""")


class Item(NamedTuple):
    """A post in a list."""

    number: int
    """Its place among what the reader sees, from 1."""
    entry: Entry


class Beside(NamedTuple):
    """Where a post stands in a list, among what the reader sees."""

    number: int
    previous: int | None
    """Id of the post before it."""
    next: int | None


def seen(session: Session, reader: Identity, book: Book, playlist_id: int, now: datetime) -> list[int]:
    """Return the ids of the posts of a list that the reader sees, in its order.

    The caller has asked whether they may see the list. Nothing is delivered, and no seat is taken.
    """
    return [row.id for row in _rows(session, reader, book, playlist_id, now)]


def page(
    session: Session,
    reader: Identity,
    book: Book,
    playlist_id: int,
    now: datetime,
    *,
    after: int | None = None,
    limit: int,
) -> tuple[list[Item], int | None]:
    """Deliver up to ``limit`` posts of a list ``after`` one, and return after which the next page begins.

    Raise NotFound where there is no such list that the reader may see, and RuleBroken where the post after
    which it would begin is not, or no longer, there for them.
    """
    sight.read(session, reader, book, playlist_id, now)
    rows = _rows(session, reader, book, playlist_id, now)
    start = 0 if after is None else next((row.entry_id for row in rows if row.id == after), None)
    if start is None:
        fault = Fault("query/cursor", "Begin again: what it stood at has left the list.")
        raise RuleBroken("This cursor leads nowhere any more.", faults=(fault,))

    def find(before: int, number: int) -> newest.Rows:
        return rows[before : before + number]

    entries, last = newest.page(session, reader, book, find, now, before=start, limit=limit, via=VIA)
    whole = [one for one in entries if isinstance(one, Entry)]
    items = [Item(number, one) for number, one in enumerate(whole, start=start + 1)]
    return items, None if last is None else rows[last - 1].id


def beside(
    session: Session, reader: Identity, book: Book, playlist_id: int, post_id: int, now: datetime
) -> Beside:
    """Return where a post stands in a list, and what the reader sees before and after it.

    Raise NotFound where there is no such list, or no such post in it, that they may see.
    """
    sight.read(session, reader, book, playlist_id, now)
    order = seen(session, reader, book, playlist_id, now)
    if post_id not in order:
        raise NotFound
    at = order.index(post_id)
    return Beside(
        number=at + 1,
        previous=order[at - 1] if at else None,
        next=order[at + 1] if at + 1 < len(order) else None,
    )


def _rows(
    session: Session, reader: Identity, book: Book, playlist_id: int, now: datetime
) -> Sequence[Row[Any]]:
    bound = {**standpoint(session, reader, book, now), "playlist": playlist_id}
    return session.connection().execute(_SEQUENCE, bound).all()
