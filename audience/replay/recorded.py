"""Recorded events as columns of numbers, read in chunks of posts.

Times are microseconds since 2000-01-01 UTC, as PostgreSQL keeps them. Law 7: nothing of what a post says is
read here, only how long it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from audience.replay.columns import Bools, Ints, columns

POSTS_AT_ONCE = 20_000
"""How many posts' views are held at one time."""
NOBODY = 0
"""What stands for no guild."""
OPEN = 2**31 - 1
"""What stands for a number that sets no limit."""
NEVER_S = 10**11
"""What stands for a length of time that does not end, in seconds: three thousand years."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where ids count their milliseconds from."""

_POSTS = """
SELECT array_agg(id), array_agg(author_id), array_agg(coalesce(guild_id, 0)),
       array_agg(coalesce(seats_max, 0)::bigint), array_agg(coalesce(per_minute, 0)::bigint),
       array_agg(coalesce(burst, 0)::bigint), array_agg(all_wait::int::bigint), array_agg(wide::int::bigint),
       array_agg((NOT plain OR NOT lock_any <@ '{0,1}')::int::bigint),
       array_agg(char_length(body)::bigint), array_agg(char_length(teaser)::bigint), array_agg(names::bigint),
       array_agg(tags::bigint), array_agg(coalesce((audience->'replies'->>'max')::bigint, %(open)s)),
       array_agg(coalesce((audience->'replies'->>'per_member')::bigint, %(open)s)),
       array_agg(coalesce((audience->'replies'->>'gap_s')::bigint, 0)),
       array_agg(coalesce(extract(epoch FROM (audience->'replies'->>'until')::interval)::bigint, %(never)s)),
       array_agg(CASE audience->'replies'->>'at_time'
                 WHEN 'off' THEN 0 WHEN 'owner' THEN 1 ELSE 2 END::bigint),
       array_agg(coalesce(least(deleted_at, held_at), 'infinity')), array_agg(unfed::int::bigint)
FROM post WHERE id >= %(first)s AND id < %(last)s GROUP BY id >> 48
"""

_LOCKS = """
SELECT array_agg(key), array_agg(id)
FROM post, unnest(lock_any) AS key
WHERE id >= %(first)s AND id < %(last)s AND plain AND NOT lock_any <@ '{0,1}' GROUP BY id >> 48
"""

_SEATS = """
SELECT array_agg(post_id), array_agg(member_id), array_agg(at)
FROM seat WHERE post_id >= %(first)s AND post_id <= %(last)s AND at < %(until)s
"""

_NO_INDEX_SCAN = text("SET LOCAL enable_indexscan = off")
_INDEX_SCAN = text("SET LOCAL enable_indexscan = on")

_REPLIES = """
SELECT array_agg(id), array_agg(post_id), array_agg(author_id), array_agg(char_length(body)::bigint),
       array_agg((state = 'shown')::int::bigint), array_agg(coalesce(parent_id, 0)), array_agg(depth::bigint),
       array_agg((at_ms IS NOT NULL)::int::bigint), array_agg(coalesce(deleted_at, 'infinity'))
FROM reply WHERE id >= %(first)s AND id < %(last)s GROUP BY id >> 48
"""

_RELATIONS = """
SELECT array_agg(member_id), array_agg(other_id), array_agg(since)
FROM relation WHERE kind = %(kind)s AND since < %(until)s GROUP BY member_id >> 16
"""

_MEMBERSHIPS = """
SELECT array_agg(member_id), array_agg(guild_id), array_agg(joined_at),
       array_agg(coalesce(left_at, 'infinity'))
FROM guild_membership WHERE joined_at < %(until)s GROUP BY member_id >> 16
"""


def microseconds(moment: datetime) -> int:
    """Return a moment as the columns hold it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts in order of their ids, which is the order in which they were made."""

    id: Ints
    author: Ints
    guild: Ints
    """Of the guild it was made in, or :data:`NOBODY`."""
    seats_max: Ints
    """What its author asked for, as the next three; 0 where they asked for nothing."""
    per_minute: Ints
    burst: Ints
    all_wait: Ints
    wide: Ints
    """1 where it was published by the wide ceiling of seats."""
    narrowed: Bools
    """Whether it is for some and not for the whole coop."""
    characters: Ints
    teaser: Ints
    """In characters."""
    names: Ints
    """How many groups of people its audience names."""
    tags: Ints
    replies_max: Ints
    """Most replies, as its author asked when publishing it; :data:`OPEN` where they asked for no limit."""
    replies_each: Ints
    """Most replies of one member."""
    replies_gap: Ints
    """Seconds between two of one member."""
    replies_until: Ints
    """Seconds after publishing; :data:`NEVER_S` where they set no end."""
    replies_at_time: Ints
    """Index into ``AT_TIMES``: who may answer at a moment of it."""
    deleted_at: Ints
    """When it was deleted, or since when it is held back; later than any moment where it is neither."""
    unfed: Bools
    """Whether the rules of moderation keep it out of feeds, as it stands now."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class Seats:
    """Views, by post and then in the order in which they came."""

    post: Ints
    """Index into the posts."""
    member: Ints
    at: Ints


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers in the order in which they were written."""

    id: Ints
    post_id: Ints
    author: Ints
    characters: Ints
    shown: Ints
    """1 where all who see the post see it: it did not wait for a yes, or was given one."""
    parent: Ints
    """Id of the reply that it answers; 0 where it answers the post."""
    depth: Ints
    timed: Ints
    """1 where it speaks of a moment of the post."""
    deleted_at: Ints


@dataclass(frozen=True, slots=True)
class Spans:
    """Pairs of ids in order, and from when to when each held. Each pair is there once."""

    first: Ints
    second: Ints
    since: Ints
    until: Ints

    def held(self, first: Ints, second: Ints, at: Ints | int) -> Bools:
        """Say of each of some pairs whether it held at a moment of its own."""
        if not len(self.first):
            return np.zeros(len(first), np.bool_)
        width = int(self.second.max()) + 1
        codes = self.first * width + self.second
        wanted = np.where(second < width, first * width + second, -1)
        place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        found: Bools = (codes[place] == wanted) & (self.since[place] <= at) & (at < self.until[place])
        return found

    def of(self, first: int, at: int) -> Ints:
        """Return the second of every pair that one id was the first of at a moment."""
        begin, end = np.searchsorted(self.first, [first, first + 1])
        mine = slice(begin, end)
        found: Ints = self.second[mine][(self.since[mine] <= at) & (at < self.until[mine])]
        return found

    @property
    def turned(self) -> "Spans":
        """The same pairs, read from the other side."""
        return _spans(self.second, self.first, self.since, self.until)


def posts(session: Session, first: int, last: int) -> Posts:
    """Return the posts whose ids are from ``first`` to below ``last``."""
    names = [field.name for field in fields(Posts)]
    bound = {"first": first, "last": last, "open": OPEN, "never": NEVER_S}
    found = columns(session, _POSTS, len(names), bound)
    order = np.argsort(found[0])
    by_name: dict[str, Any] = {name: one[order] for name, one in zip(names, found, strict=True)}
    for name in ("narrowed", "unfed"):
        by_name[name] = by_name[name].astype(np.bool_)
    return Posts(**by_name)


def seats(session: Session, made: Posts, until: datetime) -> Iterator[Seats]:
    """Yield the views of posts before ``until``, some thousands of posts at a time."""
    for start in range(0, len(made), POSTS_AT_ONCE):
        ids = made.id[start : start + POSTS_AT_ONCE]
        bound = {"first": int(ids[0]), "last": int(ids[-1]), "until": until}
        post_id, member, at = _in_bitmap_order(session, bound)
        place = np.minimum(np.searchsorted(ids, post_id), len(ids) - 1)
        ours = ids[place] == post_id
        place, member, at = place[ours], member[ours], at[ours]
        order = _in_order(place, at, member)
        yield Seats(place[order] + start, member[order], at[order])


def _in_order(place: Ints, at: Ints, member: Ints) -> Ints:
    """Return the order of views by post, time and member; a member decides only where two came at once.

    Posts of one part fit 15 bits, and microseconds of four years 47: one number sorts ten times as fast.
    """
    code = place << 47 | (at - at.min()) if len(at) else at
    order = np.argsort(code)
    sorted_ = code[order]
    if (sorted_[1:] == sorted_[:-1]).any():
        return np.lexsort((member, at, place))
    return order


def _in_bitmap_order(session: Session, bound: Mapping[str, Any]) -> list[Ints]:
    """Read one part of the views by a bitmap: a plain index scan would go to the table once a view."""
    session.execute(_NO_INDEX_SCAN)
    found = columns(session, _SEATS, 3, bound)
    session.execute(_INDEX_SCAN)
    return found


def locks(session: Session, first: int, last: int) -> tuple[Ints, Ints]:
    """Return the keys that open posts which are not for the whole coop, in order, and the post of each.

    Posts that ask for more than one of some keys are left out.
    """
    keys, post_id = columns(session, _LOCKS, 2, {"first": first, "last": last})
    order = np.lexsort((post_id, keys))
    return keys[order], post_id[order]


def of_guild(made: Posts, guild_id: int) -> Posts:
    """Return the posts that were made in one guild."""
    inside = made.guild == guild_id
    return Posts(*(getattr(made, name)[inside] for name in Posts.__slots__))


def replies(session: Session, first: int, last: int) -> Replies:
    """Return the replies whose ids are from ``first`` to below ``last``."""
    found = columns(session, _REPLIES, len(fields(Replies)), {"first": first, "last": last})
    order = np.argsort(found[0])
    return Replies(*(one[order] for one in found))


def relations(session: Session, kind: str, until: datetime) -> Spans:
    """Return who follows, or blocks, whom; of what ended before now nothing is on record."""
    member, other, since = columns(session, _RELATIONS, 3, {"kind": kind, "until": until})
    return _spans(member, other, since, np.full(len(member), np.iinfo(np.int64).max))


def memberships(session: Session, until: datetime) -> Spans:
    """Return who belonged to which guild, and when; of one who left and came back, since they came back."""
    return _spans(*columns(session, _MEMBERSHIPS, 4, {"until": until}))


def _spans(first: Ints, second: Ints, since: Ints, until: Ints) -> Spans:
    order = np.lexsort((second, first))
    return Spans(first[order], second[order], since[order], until[order])
