# ruff: noqa: S608 - the statement is put together from constants
"""Embeds: the posts that are shown inside those of a page.

Law 7: one is shown only to a viewer whom it admits by itself, and is delivered as any post is, so it takes
its seat; where it is not, nothing tells it from one that was deleted. Its seat is claimed together with the
page's, because gates are locked in order of their posts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience import gate
from audience.access import CAPPED, FRIEND, MORE_ASKED, READER, ROOM, SOURCES, TIES, VISIBLE
from audience.limits import Asked, limits_of
from audience.standpoint import standpoint
from coop.book import Book
from coop.identity import Identity

_INSIDE = text(f"""
WITH {READER}, inside AS MATERIALIZED ({SOURCES} AND derivative.post_id = ANY(CAST(:posts AS bigint[])))
SELECT inside.post_id AS shown_in, post.id, own.slug AS own_limits, post.seats_max,
       {MORE_ASKED} AS more_asked, gate.post_id IS NOT NULL AS gated, post.layers,
       coalesce(gate.reached, 0) AS reached,
       {FRIEND} AS friend, seat.post_id IS NOT NULL OR post.author_id = :me AS admitted
FROM inside
JOIN post ON post.id = inside.parent_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE {VISIBLE}
  AND (seat.post_id IS NOT NULL OR post.author_id = :me OR {ROOM})
""")


@dataclass(frozen=True, slots=True)
class Within:
    """What may be shown inside the posts of a page."""

    sources: Mapping[int, int]
    """By post, the one that is shown inside it."""
    admitted: frozenset[int]
    """Those that the viewer holds a seat at already, or made."""
    claims: list[gate.Claim]
    """The seats that the others take, each post once."""

    def delivered(self, seated: Iterable[int]) -> dict[int, int]:
        """Return the sources that are shown, by post, once the page's claim has ``seated`` the viewer."""
        held = self.admitted | set(seated)
        return {post_id: source for post_id, source in self.sources.items() if source in held}


def within(
    session: Session, viewer: Identity | None, book: Book, posts: Iterable[int], now: datetime
) -> Within:
    """Return what may be shown inside some posts; the page claims it together with them."""
    bound = {**standpoint(session, viewer, book, now), "posts": sorted(posts)}
    rows = session.connection().execute(_INSIDE, bound).all() if bound["posts"] else ()
    claims = {}
    for row in rows:
        if not row.admitted:
            asked = Asked.of(row.seats_max, row.more_asked)
            limits = limits_of(book, row.own_limits, asked).for_viewer(friend=row.friend)
            claims[row.id] = gate.Claim(row.id, limits, row.gated, row.layers, row.reached)
    return Within(
        {row.shown_in: row.id for row in rows},
        frozenset(row.id for row in rows if row.admitted),
        list(claims.values()),
    )
