# ruff: noqa: S608 - the statement is put together from constants
"""A member's own page: what they made, newest first, as far as the viewer may see it.

Law 7: the page is cut by what the viewer may see, inside the statement, so neither its length nor its
cursor tells of a hidden post. A card delivers the post, so it takes a seat as any other view does.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience import gate
from audience.access import FRIEND, MORE_ASKED, OWN_LIMITS, READER, ROOM, VISIBLE, Card, cards, standpoint
from audience.limits import Asked, limits_of
from audience.relations import member_id_of
from coop.book import Book
from coop.identity import Identity

VIA = "member"
"""Where a seat is taken that was taken here."""

_NEWEST = text(f"""
WITH {READER}
SELECT post.id, own.slug, post.seats_max, {MORE_ASKED} AS more_asked, gate.post_id IS NOT NULL AS gated,
       post.layers, coalesce(gate.reached, 0) AS reached, {FRIEND} AS friend,
       seat.post_id IS NOT NULL OR post.author_id = :me AS admitted
FROM post
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {OWN_LIMITS}
WHERE {VISIBLE}
  AND post.author_id = :author
  AND post.id < :before
  AND (seat.post_id IS NOT NULL OR post.author_id = :me OR {ROOM})
ORDER BY post.id DESC
LIMIT :limit
""")


class _Found(NamedTuple):
    id: int
    own_limits: str | None
    seats_max: int | None
    more_asked: list[int | None] | None
    gated: bool
    layers: int
    reached: int
    friend: bool
    admitted: bool


def page(
    session: Session,
    viewer: Identity,
    book: Book,
    handle: str,
    now: datetime,
    *,
    before: int,
    limit: int,
) -> tuple[list[Card], int | None]:
    """Return up to ``limit`` posts of a member older than ``before``, and where the next page begins.

    Raise NotFound where nobody has that handle.
    """
    bound = {**standpoint(session, viewer, book, now), "author": member_id_of(session, handle)}
    shown: list[int] = []
    while True:
        room = limit - len(shown)
        # One more than there is room for tells whether there is a next page.
        rows = session.execute(_NEWEST, {**bound, "before": before, "limit": room + 1}).all()
        wanted = [_Found._make(row) for row in rows[:room]]
        admitted = _admitted(session, viewer, book, wanted, now)
        shown += [post.id for post in wanted if post.id in admitted]
        more = len(rows) > room
        if len(shown) == limit or not more:
            break
        before = wanted[-1].id
    found = cards(session, viewer, book, shown, now)
    return [found[post_id] for post_id in shown], shown[-1] if more else None


def _admitted(session: Session, viewer: Identity, book: Book, found: list[_Found], now: datetime) -> set[int]:
    """Seat the viewer where they are not yet; return what they may be delivered."""
    claims = []
    for post in found:
        if not post.admitted:
            asked = Asked.of(post.seats_max, post.more_asked)
            limits = limits_of(book, post.own_limits, asked).for_viewer(friend=post.friend)
            claims.append(gate.Claim(post.id, limits, post.gated, post.layers, post.reached))
    seated = gate.claim(session, viewer, claims, via=VIA, epoch=book.epoch, now=now)
    return seated | {post.id for post in found if post.admitted}
