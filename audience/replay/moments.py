"""Moments: what a feed would have known at some moments of the past.

Pure, from columns of recorded events. At each moment it is what ``feeds/candidates.py`` and
``feeds/author_signals.py`` would have read then: how many seats of a post were taken, and of each author
the posts of a week, the distinct viewers and the distinct people answered of four; of authors, only with
posts that are for the whole coop.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from audience.feeds.author_signals import FOUR_WEEKS, WEEK
from audience.replay.recorded import Bools, Ints, Posts, Replies, Seats, microseconds
from coop.ids import first_id_at

SECOND = 1_000_000
"""In the unit of the columns."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What was known of authors at one moment, by the author's place in ``Past.authors``."""

    posts_7d: Ints
    viewers_28d: Ints
    answered_28d: Ints


@dataclass(frozen=True, slots=True)
class Past:
    """The posts that could be offered, and what was known of them at each moment."""

    posts: Posts
    authors: Ints
    """Ids of all who wrote one, in order."""
    author_place: Ints
    """Of each post: its author's place in ``authors``."""
    moments: tuple[datetime, ...]
    """Whole seconds, in order."""
    taken: list[Ints]
    """At each moment: the seats of each post."""
    signals: list[Signals]
    """At each moment."""
    seen: dict[int, tuple[Ints, Ints]]
    """Of each member looked at: the posts they came to, by place, and when."""

    def live(self, moment: datetime) -> Bools:
        """Say of each post whether it was there at a moment: made before it, not deleted by then."""
        found: Bools = self.posts.deleted_at > microseconds(moment)
        found[np.searchsorted(self.posts.id, first_id_at(moment)) :] = False
        return found


def past(
    posts: Posts, seats: Iterable[Seats], replies: Replies, moments: tuple[datetime, ...], looking: list[int]
) -> Past:
    """Return the past at some moments, for the members who are looked at.

    ``seats`` comes in parts and is gone through once.
    """
    authors, author_place = np.unique(posts.author, return_inverse=True)
    taken = [np.zeros(len(posts), np.int64) for _ in moments]
    viewing = _Viewing(moments)
    seen: list[tuple[Ints, Ints, Ints]] = []
    wanted = np.array(sorted(looking), np.int64)
    for chunk in seats:
        for counted, moment in zip(taken, moments, strict=True):
            counted += np.bincount(chunk.post[chunk.at < microseconds(moment)], minlength=len(posts))
        told = ~posts.narrowed[chunk.post]
        viewing.add(author_place[chunk.post[told]], chunk.member[told], chunk.at[told])
        theirs = np.isin(chunk.member, wanted)
        seen.append((chunk.member[theirs], chunk.post[theirs], chunk.at[theirs]))
    viewers = viewing.distinct(len(authors))
    made = Past(posts, authors, author_place, moments, taken, [], _by_member(seen, looking))
    for moment, viewed in zip(moments, viewers, strict=True):
        made.signals.append(Signals(_posting(made, moment), viewed, answered(made, replies, moment)))
    return made


def _by_member(seen: list[tuple[Ints, Ints, Ints]], looking: list[int]) -> dict[int, tuple[Ints, Ints]]:
    member, post, at = (
        np.concatenate([part[place] for part in seen]) if seen else np.empty(0, np.int64)
        for place in range(3)
    )
    return {one: (post[member == one], at[member == one]) for one in looking}


class _Viewing:
    """Who came to whose posts, kept in twelve bytes a view until all are read."""

    def __init__(self, moments: tuple[datetime, ...]) -> None:
        self.origin = microseconds(moments[0]) if moments else 0
        self.moments = [(microseconds(moment) - self.origin) // SECOND for moment in moments]
        self.codes: list[Ints] = []
        self.seconds: list[np.typing.NDArray[np.int32]] = []

    def add(self, author: Ints, member: Ints, at: Ints) -> None:
        seconds = (at - self.origin) // SECOND
        kept = seconds >= -(FOUR_WEEKS // timedelta(seconds=1))
        self.codes.append(author[kept] << 40 | member[kept])
        self.seconds.append(seconds[kept].astype(np.int32))

    def distinct(self, authors: int) -> list[Ints]:
        """Return, at each moment, the distinct members who came to each author's posts in four weeks."""
        if not self.codes:
            return [np.zeros(authors, np.int64) for _ in self.moments]
        codes = np.concatenate(self.codes)
        self.codes.clear()
        seconds = np.concatenate(self.seconds)
        self.seconds.clear()
        found = []
        for moment in self.moments:
            inside = codes[(seconds >= moment - FOUR_WEEKS // timedelta(seconds=1)) & (seconds < moment)]
            inside.sort()
            first = inside[np.r_[np.ones(min(1, len(inside)), np.bool_), inside[1:] != inside[:-1]]]
            found.append(np.bincount(first >> 40, minlength=authors))
        return found


def _posting(made: Past, moment: datetime) -> Ints:
    """Return how many posts of a week each author had at a moment."""
    recent = made.live(moment) & ~made.posts.narrowed & (made.posts.id >= first_id_at(moment - WEEK))
    return np.bincount(made.author_place[recent], minlength=len(made.authors))


def answered(made: Past, replies: Replies, moment: datetime) -> Ints:
    """Return how many distinct repliers of four weeks each author had answered at a moment.

    An author answered someone where they wrote under the same post after them.
    """
    if not len(made.posts):
        return np.zeros(len(made.authors), np.int64)
    live = (replies.id < first_id_at(moment)) & (replies.deleted_at > microseconds(moment))
    place = np.minimum(np.searchsorted(made.posts.id, replies.post_id), len(made.posts) - 1)
    live &= (made.posts.id[place] == replies.post_id) & ~made.posts.narrowed[place]
    ids, place, writer = replies.id[live], place[live], replies.author[live]
    own = made.posts.author[place] == writer
    last = np.zeros(len(made.posts), np.int64)
    np.maximum.at(last, place[own], ids[own])
    heard = ~own & (ids >= first_id_at(moment - FOUR_WEEKS)) & (last[place] > ids)
    pairs = np.unique(made.author_place[place[heard]] << 40 | writer[heard])
    return np.bincount(pairs >> 40, minlength=len(made.authors))
