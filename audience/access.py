# ruff: noqa: S608 - the statements are put together from constants of this module
"""Access: the only loader of posts.

Law 7: refusal leaks nothing. Whoever may not see a post (it is not for them, its author and they are
blocked either way, it is deleted, its seats are taken, strangers are arriving too fast) is told what one
who asks for an unknown id is told. Everything that shows posts selects them by ``VISIBLE`` and delivers
only what ``gate.claim`` admits, so pages are never filtered after the fact.

Law 9, the part that is decided here: only what is open to every member and counted by nobody may leave by
a signed address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text
from sqlmodel import Session

from audience import gate
from audience.clauses import limit_of, strictest
from audience.document import Limits, limits_of, rules_of
from audience.keys import COOP_KEY, held_by, personal
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

NO_SEATS_LIMIT = 2**31 - 1
NO_ARRIVAL_LIMIT = timedelta(days=100_000)
"""What stands in SQL for a limit that is open."""

BLOCKED = """(
  SELECT other_id FROM relation WHERE member_id = :me AND kind = 'block'
  UNION ALL
  SELECT member_id FROM relation WHERE other_id = :me AND kind = 'block'
)"""
"""Everyone whom the viewer blocks, or who blocks the viewer."""

VISIBLE = f"""
  post.deleted_at IS NULL
  AND post.lock_any && CAST(:keys AS bigint[])
  AND post.author_id NOT IN {BLOCKED}
"""
"""Whether the viewer's keys open a post. Where this holds, only its gate can still refuse."""

FOLLOWED = "(SELECT other_id FROM relation WHERE member_id = :me AND kind = 'follow')"
"""Everyone whom the viewer follows."""

NAMED = "post.lock_any && CAST(:personal AS bigint[])"
"""Whether a post's lock names the viewer, or a guild of theirs."""

SAME_GUILD = "coalesce(post.guild_id = ANY(CAST(:guilds AS bigint[])), false)"
"""Whether a post was made in a guild of the viewer's."""

FRIEND = f"(post.author_id IN {FOLLOWED} OR {NAMED} OR {SAME_GUILD})"
"""Whether the viewer is no stranger to a post; strangers arrive by the limiter."""

OWN_LIMITS = """LATERAL (
  SELECT slug, seats, ceiling, ahead
  FROM unnest(
    CAST(:own_ids AS bigint[]), CAST(:own_slugs AS text[]), CAST(:own_seats AS integer[]),
    CAST(:own_ceilings AS integer[]), CAST(:own_aheads AS interval[])
  ) AS set_by(id, slug, seats, ceiling, ahead)
  WHERE post.guild_id = ANY(CAST(:own_ids AS bigint[])) AND id = post.guild_id
  OFFSET 0
) AS own ON true"""
"""The limits of a post's guild, where that guild holds an audience policy of its own.

The first condition is a hashed look-up that spares almost every post the second, which is a scan of all
such guilds; ``OFFSET 0`` keeps the planner from making one join of both.
"""

CAP = "least(coalesce(post.seats_max, own.seats, :seats), coalesce(own.ceiling, :ceiling))"
"""How many seats a post has; ``NO_SEATS_LIMIT`` where it is open."""

ROOM = f"""
CASE
  WHEN gate.post_id IS NOT NULL THEN gate.taken < {CAP} AND (
    gate.arrival_at IS NULL
    OR gate.arrival_at <= statement_timestamp() + coalesce(own.ahead, :ahead)
    OR {FRIEND})
  WHEN {CAP} < {NO_SEATS_LIMIT} THEN {CAP} > (
    SELECT count(*) FROM (SELECT FROM seat WHERE seat.post_id = post.id LIMIT {CAP}) AS counted)
  ELSE true
END
"""
"""Whether a post, with its ``gate`` and the ``own`` limits of its guild, would admit one more now.

It spares a claim that is sure to be refused; the claim itself decides. Seats are counted only where a
limit came after the post and nobody has asked for it since.
"""

_FACTS = f"""
SELECT post.id, post.author_id, post.lock_any, post.seats_max, guild.slug AS guild,
       gate.post_id IS NOT NULL AS gated, seat.post_id IS NOT NULL AS seated,
       {ROOM} AS room, {FRIEND} AS friend
FROM post
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {OWN_LIMITS}
WHERE {VISIBLE}
"""

_BY_ID = text(f"{_FACTS} AND post.id = :wanted")
_BY_ASSET = text(f"{_FACTS} AND post.asset_id = :wanted")

_OWN_LOOSE_ASSET = text("""
SELECT id FROM asset
WHERE id = :asset AND owner_id = :me AND NOT EXISTS (SELECT FROM post WHERE asset_id = :asset)
""")

_GUILD_IDS = text("SELECT id, slug FROM guild WHERE slug = ANY(CAST(:slugs AS text[]))")

_CARDS = text("""
SELECT post.id, author.handle, author.display_name, guild.slug AS guild, post.body, post.created_at,
       post.seats_max, post.author_id = :me AS mine,
       CASE WHEN post.author_id = :me THEN post.audience END AS audience,
       CASE WHEN post.author_id = :me THEN coalesce(
         (SELECT gate.taken FROM gate WHERE gate.post_id = post.id),
         (SELECT count(*) FROM seat WHERE seat.post_id = post.id)) END AS taken,
       asset.id AS asset_id, asset.alt, asset.width, asset.height, asset.thumbhash, files.renditions
FROM post
JOIN member AS author ON author.id = post.author_id
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN asset ON asset.id = post.asset_id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(name, width, height, bytes) ORDER BY width) AS renditions
  FROM rendition WHERE rendition.asset_id = post.asset_id
) AS files ON true
WHERE post.id = ANY(CAST(:posts AS bigint[]))
""")


@dataclass(frozen=True, slots=True)
class Access:
    """What the house knows of a post that it may deliver to one viewer."""

    post_id: int
    author_id: int
    guild: str | None
    """Slug of the guild it was made in."""
    lock_any: list[int]
    seats_max: int | None
    """The author's own cap."""
    limits: Limits
    """As they hold for strangers."""

    @property
    def open_to_all(self) -> bool:
        """Whether every member may see it and nobody counts them."""
        return self.lock_any == [COOP_KEY] and self.limits.seats is None


def standpoint(session: Session, viewer: Identity, book: Book) -> dict[str, Any]:
    """Return what the fragments of this module are bound to: who looks, and under which limits."""
    return {
        "me": viewer.member_id,
        "keys": held_by(viewer),
        "personal": personal(viewer),
        "guilds": sorted(viewer.guilds),
        **_limits_bound(session, book),
    }


def _limits_bound(session: Session, book: Book) -> dict[str, Any]:
    """Return the limits of a book as the fragments take them.

    The arrays are written out as text once, because a hundred guilds' limits cost more to send than to use.
    """
    return book.derived(("bound limits",), lambda: _as_bound(session, book))


def _as_bound(session: Session, book: Book) -> dict[str, Any]:
    slugs = [scope.removeprefix("guild:") for scope in book.scopes(AUDIENCE)]
    rows = session.connection().execute(_GUILD_IDS, {"slugs": slugs}).all() if slugs else ()
    own = [(row.id, row.slug, *_as_numbers(book, row.slug)) for row in rows]
    seats, ceiling, ahead = _as_numbers(book, None)
    return {
        "seats": seats,
        "ceiling": ceiling,
        "ahead": ahead,
        "own_ids": _array(one[0] for one in own),
        "own_slugs": _array(one[1] for one in own),
        "own_seats": _array(one[2] for one in own),
        "own_ceilings": _array(one[3] for one in own),
        "own_aheads": _array(f"{one[4].total_seconds():f}" for one in own),
    }


def _array(values: Iterable[object]) -> str:
    """Return numbers, or slugs, as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, values)) + "}"


def _as_numbers(book: Book, guild: str | None) -> tuple[int, int, timedelta]:
    """Return the default, the ceiling and the arrivals of a guild or the coop, open ones as numbers."""
    own, coop = rules_of(book, guild), rules_of(book, None)
    ceiling = strictest(limit_of(own.seats.ceiling), limit_of(coop.seats.ceiling))
    default = limit_of(own.seats.default)
    return (
        NO_SEATS_LIMIT if default is None else default,
        NO_SEATS_LIMIT if ceiling is None else ceiling,
        limits_of(book, guild, None).ahead or NO_ARRIVAL_LIMIT,
    )


def access_post(
    session: Session, viewer: Identity, book: Book, post_id: int, now: datetime, *, via: str = "post"
) -> Access:
    """Return a post that the viewer may be delivered, having seated them; raise NotFound for any other."""
    return _admit(session, viewer, book, _BY_ID, post_id, now, via)


def _admit(
    session: Session, viewer: Identity, book: Book, which: TextClause, wanted: int, now: datetime, via: str
) -> Access:
    row = (
        session.connection()
        .execute(which, {**standpoint(session, viewer, book), "wanted": wanted})
        .one_or_none()
    )
    if row is None:
        raise NotFound
    found = Access(
        post_id=row.id,
        author_id=row.author_id,
        guild=row.guild,
        lock_any=row.lock_any,
        seats_max=row.seats_max,
        limits=limits_of(book, row.guild, row.seats_max),
    )
    if row.seated or row.author_id == viewer.member_id:
        return found
    wants = [gate.Claim(row.id, found.limits.for_viewer(friend=row.friend), row.gated)]
    if not row.room or not gate.claim(session, viewer, wants, via=via, epoch=book.epoch, now=now):
        raise NotFound
    return found


class Delivery(Enum):
    """How a picture may be handed to one viewer (law 9)."""

    BY_ADDRESS = "address"
    """A signed address may carry it: it is open to every member and nobody is counted."""
    BY_STREAM = "stream"
    """Only the house itself, under the viewer's own session."""


def asset_delivery(session: Session, viewer: Identity, book: Book, asset_id: int, now: datetime) -> Delivery:
    """Return how the viewer may be handed an asset, having seated them at its post.

    An asset that belongs to no post yet is its owner's alone. Raise NotFound for any other.
    """
    loose = (
        session.connection()
        .execute(_OWN_LOOSE_ASSET, {"asset": asset_id, "me": viewer.member_id})
        .one_or_none()
    )
    if loose is not None:
        return Delivery.BY_STREAM
    found = _admit(session, viewer, book, _BY_ASSET, asset_id, now, "post")
    return Delivery.BY_ADDRESS if found.open_to_all else Delivery.BY_STREAM


class Card(NamedTuple):
    """What is shown of a post."""

    id: int
    author: str
    """Handle."""
    author_name: str
    guild: str | None
    """Slug of the guild it was made in."""
    body: str
    created_at: datetime
    seats_max: int | None
    """The author's own cap."""
    mine: bool
    audience: dict[str, Any] | None
    """The document, for its author alone: it names others."""
    taken: int | None
    """Seats taken, for the author alone."""
    asset_id: int | None
    alt: str | None
    width: int | None
    height: int | None
    thumbhash: str | None
    renditions: list[tuple[str, int, int, int]] | None
    """Name, width, height and bytes of each file of the picture, the smallest first."""


def cards(session: Session, viewer: Identity, posts: Sequence[int]) -> dict[int, Card]:
    """Return what is shown of posts, by id.

    The caller has them from ``access_post`` or ``gate.claim``; nothing is decided here.
    """
    rows = session.connection().execute(_CARDS, {"me": viewer.member_id, "posts": list(posts)})
    return {row.id: Card._make(row) for row in rows}
