# ruff: noqa: S608 - the statement is put together from constants
"""A member's own page: what they made and reposted, newest first, as far as the viewer may see it.

Law 7: the page is cut by what the viewer may see, inside the statement, so neither its length nor its
cursor tells of a hidden post. A card delivers the post, so it takes a seat as any other view does.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience import embeds, gate
from audience.access import BLOCKED, FRIEND, MORE_ASKED, OWN_LIMITS, READER, ROOM, VISIBLE, standpoint
from audience.cards import Card, cards
from audience.limits import Asked, limits_of
from audience.relations import member_id_of
from coop.book import Book
from coop.identity import Identity

VIA = "member"
"""Where a seat is taken that was taken here."""


def _entries(entry_id: str, reposted: str, posts: str, which: str) -> str:
    """Return the query for the newest entries of one kind, each kind being read off an index of its own."""
    return f"""
SELECT {entry_id} AS entry_id, {reposted} AS reposted, post.id, own.slug, post.seats_max,
       {MORE_ASKED} AS more_asked, gate.post_id IS NOT NULL AS gated, post.layers,
       coalesce(gate.reached, 0) AS reached, {FRIEND} AS friend,
       seat.post_id IS NOT NULL OR post.author_id = :me AS admitted
FROM {posts}
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {OWN_LIMITS}
WHERE {VISIBLE} AND {which} AND {entry_id} < :before
  AND (seat.post_id IS NOT NULL OR post.author_id = :me OR {ROOM})
ORDER BY {entry_id} DESC LIMIT :limit
"""


_MADE = _entries("post.id", "false", "post", "post.author_id = :author")
_REPOSTED = _entries(
    "repost.id",
    "true",
    "repost JOIN post ON post.id = repost.post_id",
    f"repost.member_id = :author AND repost.member_id NOT IN {BLOCKED}",
)
_NEWEST = text(f"WITH {READER} ({_MADE}) UNION ALL ({_REPOSTED}) ORDER BY entry_id DESC LIMIT :limit")


class _Found(NamedTuple):
    entry_id: int
    reposted: bool
    id: int
    own_limits: str | None
    seats_max: int | None
    more_asked: list[int | None] | None
    gated: bool
    layers: int
    reached: int
    friend: bool
    admitted: bool


class Entry(NamedTuple):
    """Something on a member's page."""

    card: Card
    reposted: bool
    """Whether the member only points to it."""
    source: Card | None
    """What is shown inside it, where the viewer is delivered that too."""


def page(
    session: Session,
    viewer: Identity,
    book: Book,
    handle: str,
    now: datetime,
    *,
    before: int,
    limit: int,
) -> tuple[list[Entry], int | None]:
    """Return up to ``limit`` entries of a member older than ``before``, and where the next page begins.

    Raise NotFound where nobody has that handle.
    """
    bound = {**standpoint(session, viewer, book, now), "author": member_id_of(session, handle)}
    shown: list[_Found] = []
    inside: dict[int, int] = {}
    while True:
        room = limit - len(shown)
        # One more than there is room for tells whether there is a next page.
        rows = session.connection().execute(_NEWEST, {**bound, "before": before, "limit": room + 1}).all()
        wanted = [_Found._make(row) for row in rows[:room]]
        within = embeds.within(session, viewer, book, {post.id for post in wanted}, now)
        claims = {one.post_id: one for one in [*_claims(book, wanted), *within.claims]}
        seated = gate.claim(session, viewer, list(claims.values()), via=VIA, epoch=book.epoch, now=now)
        shown += [post for post in wanted if post.admitted or post.id in seated]
        inside |= within.delivered(seated)
        more = len(rows) > room
        if len(shown) == limit or not more:
            break
        before = wanted[-1].entry_id
    wanted_cards = {post.id for post in shown} | set(inside.values())
    found = cards(session, viewer, book, sorted(wanted_cards), now)
    entries = [Entry(found[one.id], one.reposted, _inside(found, inside.get(one.id))) for one in shown]
    return entries, shown[-1].entry_id if more else None


def _inside(found: dict[int, Card], source_id: int | None) -> Card | None:
    return None if source_id is None else found.get(source_id)


def _claims(book: Book, found: list[_Found]) -> list[gate.Claim]:
    """Return the seats that the viewer needs and has not."""
    claims = []
    for post in found:
        if not post.admitted:
            asked = Asked.of(post.seats_max, post.more_asked)
            limits = limits_of(book, post.own_limits, asked).for_viewer(friend=post.friend)
            claims.append(gate.Claim(post.id, limits, post.gated, post.layers, post.reached))
    return claims
