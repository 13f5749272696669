"""The newest of some posts: a page of those that a viewer may be delivered, and of the doors of others.

Law 7: a page is cut by what the viewer may see, inside the statement, so neither its length nor its cursor
tells of a hidden post; a door stands only where what it shows has put it. Law 6: a card delivers the post, so
it takes a seat as any other view does; where the last one goes to somebody else meanwhile, the next newest
comes in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, TextClause, text
from sqlmodel import Session

from audience import embeds, gate
from audience.access import (
    CAPPED,
    FRIEND,
    KEYS,
    MORE_ASKED,
    READER,
    ROOM,
    TIES,
    VISIBLE,
)
from audience.cards import Card, cards
from audience.doors import FULL, SEEN, Door, doors
from audience.finding_tables import ANY_KEY
from audience.limits import Asked, limits_of
from coop.book import Book
from coop.identity import Identity

START = 2**63 - 1
"""Where the first page begins: above every id."""


FINDING_KEYS = f"({KEYS} || CASE WHEN CAST(:me AS bigint) IS NOT NULL THEN ARRAY[{ANY_KEY}::bigint] END)"
"""The keys by which the viewer may find posts: see ``PostWords.keys``. A visitor follows nobody."""


class Kind(NamedTuple):
    """Some posts in SQL. Each kind is read in the order of an index of its own."""

    rows: str
    """What follows FROM; ``post`` is among it."""
    which: str
    id: str = "post.id"
    """Their place in the order: an id of the kind that posts have."""
    reposted: str = "false"
    """Whether they are there because somebody points to them."""
    whole: str = "true"
    """Whether they are shown where the viewer may be delivered them."""
    door: str = "false"
    """Whether their door is shown where the viewer is shown one."""


ADMITTED = "(seat.post_id IS NOT NULL OR coalesce(post.author_id = :me, false))"
"""Whether the viewer holds a seat of a post, or made it."""


def listed(kind: Kind) -> str:
    """Return what follows SELECT to leave only those of a kind that are shown to the viewer.

    Among it is ``sight.door``: whether that is their door.
    """
    # What the post alone says comes first; for what is left over, its seats are looked at, once.
    return f"""
FROM {kind.rows}
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN NOT ({VISIBLE}) THEN true
    WHEN {ADMITTED} OR {ROOM} THEN false
    WHEN post.waitlist AND {FULL} THEN true
  END AS door OFFSET 0
) AS sight
WHERE {kind.which}
  AND (({VISIBLE}) OR {kind.door} AND {SEEN})
  AND CASE sight.door WHEN true THEN {kind.door} WHEN false THEN {kind.whole} END
"""


def statement(*kinds: Kind, also: str = "") -> TextClause:
    """Return the statement that finds the newest posts of some kinds, as rows of :class:`Found`.

    ``also`` is what else stands in its WITH. Bound are ``access.standpoint`` and ``limit``.
    """
    if len(kinds) == 1:
        return text(f"WITH {READER}{also} {_newest(kinds[0])}")
    each = " UNION ALL ".join(f"({_newest(kind)})" for kind in kinds)
    return text(f"WITH {READER}{also} {each} ORDER BY entry_id DESC LIMIT :limit")


def _newest(kind: Kind) -> str:
    return f"""
SELECT {kind.id} AS entry_id, {kind.reposted} AS reposted, post.id, own.slug, post.seats_max,
       {MORE_ASKED} AS more_asked, gate.post_id IS NOT NULL AS gated, post.layers,
       coalesce(gate.reached, 0) AS reached, {FRIEND} AS friend, {ADMITTED} AS admitted, post.embeds,
       sight.door
{listed(kind)}
ORDER BY {kind.id} DESC
LIMIT :limit
"""


class Found(NamedTuple):
    """A post that was found, and what its seat depends on."""

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
    embeds: bool
    door: bool
    """Whether only its door is shown."""


class Entry(NamedTuple):
    """A post on a page."""

    card: Card
    reposted: bool
    """Whether it is there because somebody points to it, not because they made it."""
    source: Card | None
    """What is shown inside it, where the viewer is delivered that too."""


Page = tuple[list[Entry | Door], int | None]
"""The newest first, and where the next page begins; None where this is the last."""
Rows = Sequence[Row[Any]]
Find = Callable[[int, int], Rows]
"""Returns the newest before an id, up to a number, as rows of :func:`statement`."""


def page(
    session: Session,
    viewer: Identity | None,
    book: Book,
    find: Find,
    now: datetime,
    *,
    before: int,
    limit: int,
    via: str,
) -> Page:
    """Deliver up to ``limit`` of the posts that ``find`` finds before an id.

    A visitor, None, takes no seats. ``via`` is kept with those that are taken: where the posts were shown.
    """
    shown: list[Found] = []
    inside: dict[int, int] = {}
    while True:
        room = limit - len(shown)
        # One more than there is room for tells whether there is a next page.
        rows = find(before, room + 1)
        wanted = [Found._make(row) for row in rows[:room]]
        whole = [post for post in wanted if not post.door]
        within = embeds.within(session, viewer, book, {post.id for post in whole if post.embeds}, now)
        held = _held(session, viewer, book, [*_claims(book, whole), *within.claims], now, via)
        shown += [post for post in wanted if post.door or post.admitted or post.id in held]
        inside |= within.delivered(held)
        more = len(rows) > room
        if len(shown) == limit or not more:
            break
        before = wanted[-1].entry_id
    if not shown:
        return [], None
    return _entries(session, viewer, book, shown, inside, now), shown[-1].entry_id if more else None


def _held(
    session: Session,
    viewer: Identity | None,
    book: Book,
    claims: Iterable[gate.Claim],
    now: datetime,
    via: str,
) -> set[int]:
    """Seat the viewer where they are not yet; a visitor was found room where nobody is counted."""
    by_post = {claim.post_id: claim for claim in claims}
    if viewer is None:
        return set(by_post)
    return gate.claim(session, viewer, list(by_post.values()), via=via, epoch=book.epoch, now=now)


def _claims(book: Book, found: Iterable[Found]) -> list[gate.Claim]:
    """Return the seats that the viewer needs and has not."""
    claims = []
    for post in found:
        if not post.admitted:
            asked = Asked.of(post.seats_max, post.more_asked)
            limits = limits_of(book, post.own_limits, asked).for_viewer(friend=post.friend)
            claims.append(gate.Claim(post.id, limits, post.gated, post.layers, post.reached))
    return claims


def _entries(
    session: Session,
    viewer: Identity | None,
    book: Book,
    shown: Sequence[Found],
    inside: Mapping[int, int],
    now: datetime,
) -> list[Entry | Door]:
    """Return what is shown of posts of which the viewer holds a seat, and the doors of the others."""
    closed = [one.id for one in shown if one.door]
    behind = doors(session, viewer, book, closed, now) if closed else {}
    whole = {one.id for one in shown if not one.door} | set(inside.values())
    found = cards(session, viewer, book, sorted(whole), now)
    return [
        behind[one.id]
        if one.door
        else Entry(found[one.id], one.reposted, found[inside[one.id]] if one.id in inside else None)
        for one in shown
        if not one.door or one.id in behind
    ]
