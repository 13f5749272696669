# ruff: noqa: S608 - the statements are put together from constants of this module
"""Access: the only loader of posts.

Law 7: refusal leaks nothing. Whoever may not see a post (it is not for them, its author and they are
blocked either way, its author keeps strangers out for now, it is deleted, its seats are taken, strangers are
arriving too fast) is told what one who asks for an unknown id is told. Everything that shows posts selects
them by ``VISIBLE`` and delivers only what ``gate.claim`` admits, so pages are never filtered after the fact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import namedtuple_row
from sqlmodel import Session

from audience import gate
from audience.keys import LOCAL_KEY, PUBLIC_KEY
from audience.limits import NO_LIMIT, Asked, Limits, limits_of
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import as_array, shortened
from coop.driver import DriverStatement
from coop.errors import NotFound
from coop.identity import Identity

_FOLLOWED = "SELECT other_id FROM relation WHERE member_id = :me AND kind = 'follow'"
READER = f"""reader AS MATERIALIZED (SELECT * FROM reader_keys(:me, :now)),
limited AS MATERIALIZED (SELECT * FROM kept_out_by(:me, :now)), followed AS MATERIALIZED ({_FOLLOWED})"""
"""The keys of whoever looks (see ``keys.py``), the authors who keep them out (``limit_for_now.py``), and
whom they follow.

It comes before every statement that uses the fragments below: ``WITH {READER} SELECT …``.
"""

KEYS = "(SELECT keys FROM reader)"
_PERSONAL = "(SELECT personal FROM reader)"

BLOCKED = """(
  SELECT other_id FROM relation WHERE member_id = :me AND kind = 'block'
  UNION ALL
  SELECT member_id FROM relation WHERE other_id = :me AND kind = 'block'
)"""
"""Everyone whom the viewer blocks, or who blocks the viewer."""

_RELATED = """(
  TABLE followed
  UNION ALL
  SELECT member_id FROM relation WHERE other_id = :me AND kind = 'follow'
)"""
"""Everyone whom the viewer follows, or who follows the viewer."""

LET_IN = f"(post.author_id NOT IN (TABLE limited) OR stays_open(post.id, :me, {_PERSONAL}))"
"""Whether no limit for now of a post's author keeps the viewer out: it names them, or they hold a seat."""

# What no key opens, only a relation can: asking for one first spares most posts the whole question.
VISIBLE = f"""
  post.deleted_at IS NULL
  AND (post.held_at IS NULL OR post.author_id = :me)
  AND post.author_id NOT IN {BLOCKED}
  AND {LET_IN}
  AND CASE WHEN post.plain THEN post.lock_any && {KEYS} ELSE
    post.author_id = :me OR (
      (post.lock_any && {KEYS} OR post.lock_follow IS NOT NULL AND post.author_id IN {_RELATED})
      AND lock_opens(post.lock_any, post.lock_all, post.lock_none, post.lock_groups, post.lock_follow,
                     {KEYS}, :me, post.author_id, :now)
      AND (post.layers = 0 OR stages_open(post.id, 'read', {KEYS}, :me, post.author_id, :now)))
  END
"""
"""Whether the viewer's keys open a post. Where this holds, only its gate can still refuse."""


def visible_to_each(member: str) -> str:
    """Return :data:`VISIBLE` for many readers in one statement; ``member`` is the column with their ids.

    Beside that column the statement has ``LATERAL reader_keys(member, :now) AS reader``, and no
    :data:`READER`.
    """
    of_each = (
        VISIBLE.replace(":me", member).replace(KEYS, "reader.keys").replace(_PERSONAL, "reader.personal")
    )
    of_each = of_each.replace("TABLE limited", f"SELECT kept_out_by({member}, :now)")
    return of_each.replace("TABLE followed", _FOLLOWED.replace(":me", member))


FOLLOWED = "(TABLE followed)"
"""Everyone whom the viewer follows."""

TIES = f"""LATERAL (
  SELECT post.author_id IN {FOLLOWED} AS follows,
         coalesce(post.guild_id = ANY(CAST(:guilds AS bigint[])), false) AS same_guild,
         post.lock_any && {_PERSONAL} OR coalesce(post.lock_all && {_PERSONAL}, false) AS named
) AS tie"""
"""What ties the viewer to a post: they follow its author, are in the guild it was made in, or its lock names
them, or a guild or circle of theirs."""

FRIEND = "(tie.follows OR tie.named OR tie.same_guild)"
"""Whether the viewer is no stranger to a post, by its ``tie``; strangers arrive by the limiter."""

CAPPED = """LATERAL (
  SELECT *
  FROM unnest(
    CAST(:own_ids AS int8[]), CAST(:own_slugs AS text[]), CAST(:own_seats AS int[]),
    CAST(:own_ceilings AS int[]), CAST(:own_aheads AS interval[]), CAST(:own_waits AS bool[])
  ) AS own(set_in, slug, seats, ceiling, ahead, all_wait)
  WHERE post.guild_id = ANY(CAST(:own_ids AS int8[])) AND set_in = post.guild_id
  OFFSET 0
) AS own ON true CROSS JOIN LATERAL (
  SELECT least(coalesce(post.seats_max, own.seats, :seats),
               coalesce(own.ceiling, CASE WHEN post.wide THEN :wide ELSE :ceiling END),
               CASE WHEN post.layers > 0 THEN (stage_limits(post.id, :now))[1] END) AS seats
) AS cap"""
"""How many seats a post has, ``NO_LIMIT`` where it is open; and the ``own`` limits of its guild, where that
guild holds an audience policy of its own; its ceiling is null where the coop's is as strict.

It stands behind a LEFT JOIN. The first condition is a hashed look-up that spares almost every post the
second, which is a scan of all such guilds; ``OFFSET 0`` keeps the planner from making one join of both.
"""

MORE_ASKED = """CASE
  WHEN post.layers > 0 OR post.all_wait OR post.wide OR num_nulls(post.per_minute, post.burst) < 2
  THEN ARRAY[post.per_minute, post.burst, post.all_wait::int, post.wide::int]
    || CASE WHEN post.layers > 0 THEN stage_limits(post.id, :now) END
END"""
"""What the author asked for besides seats, where they did: see ``Asked.of``."""

ROOM = f"""
CASE
  WHEN CAST(:me AS bigint) IS NULL THEN cap.seats >= {NO_LIMIT}
  WHEN gate.post_id IS NOT NULL THEN gate.taken < cap.seats AND (
    gate.arrival_at IS NULL
    OR gate.arrival_at <= statement_timestamp() + coalesce(own.ahead, :ahead)
    OR ({FRIEND} AND NOT (post.all_wait OR coalesce(own.all_wait, :all_wait))))
  WHEN cap.seats < {NO_LIMIT} THEN cap.seats > (
    SELECT count(*) FROM (SELECT FROM seat WHERE seat.post_id = post.id LIMIT cap.seats) AS counted)
  ELSE true
END
"""
"""Whether a post, with its ``gate``, its ``tie`` and as it is ``CAPPED``, would admit one more now.

It spares a claim that is sure to be refused; the claim itself decides. Seats are counted only where a
limit came after the post and nobody has asked for it since. A visitor takes no seat, so where seats are
counted there is no room for one.
"""

RECEIVES_VISITORS = "(CAST(:me AS bigint) IS NOT NULL OR cap.seats > 0)"
"""Whether whoever looks is a member, or a visitor where a post, as it is ``CAPPED``, may be for visitors."""

SOURCES = """
SELECT derivative.post_id, parent_id
FROM derivative
JOIN post AS derived ON derived.id = derivative.post_id
JOIN post AS source ON source.id = parent_id
WHERE state = 'active' AND NOT EXISTS (
  SELECT FROM relation WHERE kind = 'block' AND (member_id, other_id) IN (
    (derived.author_id, source.author_id), (source.author_id, derived.author_id)))
"""
"""Which post shows which other inside it: what was made from it, unless one author blocks the other."""


def _facts(wanted: str, shown_in: str = "false") -> DriverStatement[Any]:
    """Return the statement that finds one post and, under ``shown_in``, the one that is shown inside it."""
    found = shortened(f"""
WITH {READER}
SELECT post.id, post.author_id, {wanted} AS wanted,
       post.plain AND post.lock_any <@ ARRAY[{PUBLIC_KEY}, {LOCAL_KEY}]::bigint[]
         AND post.author_id NOT IN (SELECT kept_out_by(NULL, :now)) AS for_all,
       post.author_id IN (TABLE limited) AND NOT post_names_reader(post.id, :me, {_PERSONAL}) AS kept_out,
       post.seats_max, {MORE_ASKED} AS more_asked, post.layers, coalesce(gate.reached, 0) AS reached,
       guild.slug AS guild,
       gate.post_id IS NOT NULL AS gated, seat.post_id IS NOT NULL OR post.author_id = :me AS admitted,
       {ROOM} AS room, {FRIEND} AS friend
FROM post
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN seat ON seat.post_id = post.id AND seat.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN {TIES}
WHERE {VISIBLE} AND ({wanted} OR {shown_in})
""")
    return DriverStatement(found, namedtuple_row)


_BY_ID = _facts("post.id = :wanted")
_BY_IDS = _facts("post.id = ANY(CAST(:wanted AS bigint[]))")
_WITH_SOURCE = _facts(
    "post.id = :wanted", f"post.id = (SELECT parent_id FROM ({SOURCES} AND post_id = :wanted) AS inside)"
)


@dataclass(frozen=True, slots=True)
class Access:
    """What the house knows of a post that it may deliver to one viewer."""

    post_id: int
    author_id: int
    guild: str | None
    """Slug of the guild it was made in."""
    asked: Asked
    """What its author asked for."""
    limits: Limits
    """As they hold for strangers."""
    for_all: bool
    """Whether its audience is every member, or everybody, and its author keeps nobody out for now."""
    kept_out: bool = False
    """Whether its author keeps the viewer out for now, who reads it because they hold a seat."""
    source_id: int | None = None
    """The post that it was made from, where the viewer is delivered that one too."""

    @property
    def open_to_all(self) -> bool:
        """Whether every member may see it and nobody counts them."""
        return self.for_all and self.limits.seats is None


def access_post(
    session: Session,
    viewer: Identity | None,
    book: Book,
    post_id: int,
    now: datetime,
    *,
    via: str = "post",
    with_source: bool = False,
) -> Access:
    """Return a post that the viewer may be delivered, having seated them; raise NotFound for any other.

    A visitor, None, is delivered what is public and takes no seat. ``with_source`` seats the viewer at the
    post that is shown inside it as well, where that one admits them.
    """
    return _admit(session, viewer, book, _WITH_SOURCE if with_source else _BY_ID, post_id, now, via)


def access_posts(
    session: Session,
    viewer: Identity,
    book: Book,
    post_ids: Iterable[int],
    now: datetime,
    *,
    via: str = "post",
) -> dict[int, Access]:
    """Return by id those of some posts that the viewer may be delivered, having seated them at each.

    Of what is not among them the viewer is told what one is told of an unknown id.
    """
    found: dict[int, Access] = {}
    wanted = set(post_ids)
    while wanted:
        bound = {**standpoint(session, viewer, book, now), "wanted": as_array(sorted(wanted))}
        rows = [one for one in _BY_IDS.rows(session, bound) if one.admitted or one.room]
        claims = [_claim(book, one) for one in rows if not one.admitted]
        admitted = {one.id for one in rows if one.admitted}
        admitted |= gate.claim(session, viewer, claims, via=via, epoch=book.epoch, now=now)
        found |= {one.id: _found(book, one, set()) for one in rows if one.id in admitted}
        refused = {one.id: (one.layers, one.reached) for one in rows if one.id not in admitted}
        if not refused:
            break
        again = _BY_IDS.rows(session, {**bound, "wanted": as_array(sorted(refused))})
        # Those that grew narrower between look and claim: the viewer may be one who is still meant.
        wanted = {one.id for one in again if refused[one.id] != (one.layers, one.reached)}
    return found


def _admit(
    session: Session,
    viewer: Identity | None,
    book: Book,
    which: DriverStatement[Any],
    wanted: int,
    now: datetime,
    via: str,
) -> Access:
    bound = {**standpoint(session, viewer, book, now), "wanted": wanted}
    rows = which.rows(session, bound)
    row = next((one for one in rows if one.wanted), None)
    if row is None or not (row.admitted or row.room):
        raise NotFound
    # Gates are locked in order of their posts, so what is shown inside another is claimed together with it.
    admitted = {one.id for one in rows if one.admitted or (viewer is None and one.room)}
    if viewer is not None:
        claims = [_claim(book, one) for one in rows if one.room and not one.admitted]
        admitted |= gate.claim(session, viewer, claims, via=via, epoch=book.epoch, now=now)
    if row.id in admitted:
        return _found(book, row, admitted - {row.id})
    again = which.rows(session, bound)
    if any(one.wanted and (one.layers, one.reached) != (row.layers, row.reached) for one in again):
        # It grew narrower between look and claim, and the viewer may be one who is still meant.
        return _admit(session, viewer, book, which, wanted, now, via)
    raise NotFound


def _claim(book: Book, row: Any) -> gate.Claim:
    limits = limits_of(book, row.guild, Asked.of(row.seats_max, row.more_asked)).for_viewer(friend=row.friend)
    return gate.Claim(row.id, limits, row.gated, row.layers, row.reached)


def _found(book: Book, row: Any, inside: set[int]) -> Access:
    asked = Asked.of(row.seats_max, row.more_asked)
    return Access(
        post_id=row.id,
        author_id=row.author_id,
        guild=row.guild,
        asked=asked,
        limits=limits_of(book, row.guild, asked),
        for_all=row.for_all,
        kept_out=row.kept_out,
        source_id=next(iter(inside), None),
    )
