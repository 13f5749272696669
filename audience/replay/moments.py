"""Moments: what a feed would have known at some moments of the past.

Pure, from columns of recorded events. At each moment it is what ``feeds/candidates.py`` and
``feeds/author_signals.py`` would have read then: how many seats of a post were taken, and of each author
the posts, the distinct viewers and the distinct people answered, each as far back as some clauses count; of
authors, only with posts that are for the whole coop.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from audience.feeds.signal_rules import Windows
from audience.replay.columns import Bools, Ints
from audience.replay.recorded import Posts, Replies, Seats, microseconds
from coop.ids import first_id_at

SECOND = 1_000_000
"""In the unit of the columns."""
_MEMBER_BITS = 40
"""Bits of a pair of numbers that are the id of a member; the others are the author's place."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What was known of authors at one moment, by the author's place in ``Past.authors``."""

    posts: Ints
    viewers: Ints
    answered: Ints


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
    signals: Mapping[Windows, list[Signals]]
    """At each moment, by how far back it is counted."""
    seen: dict[int, tuple[Ints, Ints]]
    """Of each member looked at: the posts they came to, by place, and when."""

    def viewers(self, windows: Windows, moment: int, authors: Collection[int]) -> dict[int, int]:
        """Return how many distinct viewers each of some authors had, by their ids; ``moment`` is an index."""
        ids = sorted(authors)
        found = self.signals[windows][moment].viewers[np.searchsorted(self.authors, ids)]
        return dict(zip(ids, found.tolist(), strict=True))

    def live(self, moment: datetime) -> Bools:
        """Say of each post whether it was there at a moment: made before it, not deleted by then."""
        found: Bools = self.posts.deleted_at > microseconds(moment)
        found[np.searchsorted(self.posts.id, first_id_at(moment)) :] = False
        return found


def past(
    posts: Posts,
    seats: Iterable[Seats],
    replies: Replies,
    moments: tuple[datetime, ...],
    looking: list[int],
    windows: Collection[Windows],
) -> Past:
    """Return the past at some moments, for the members who are looked at, counted as far back as ``windows``.

    ``seats`` comes in parts and is gone through once.
    """
    authors, author_place = np.unique(posts.author, return_inverse=True)
    taken = [np.zeros(len(posts), np.int64) for _ in moments]
    lengths = {one.viewers for one in windows}
    viewing = _Viewing(moments, max(lengths, default=timedelta()))
    seen: list[tuple[Ints, Ints, Ints]] = []
    wanted = np.array(sorted(looking), np.int64)
    for chunk in seats:
        for counted, moment in zip(taken, moments, strict=True):
            counted += np.bincount(chunk.post[chunk.at < microseconds(moment)], minlength=len(posts))
        told = ~posts.narrowed[chunk.post]
        viewing.add(author_place[chunk.post[told]], chunk.member[told], chunk.at[told])
        theirs = np.isin(chunk.member, wanted)
        seen.append((chunk.member[theirs], chunk.post[theirs], chunk.at[theirs]))
    viewers = viewing.distinct(len(authors), lengths)
    made = Past(posts, authors, author_place, moments, taken, {}, _by_member(seen, looking))
    signals = {
        one: [
            Signals(_posting(made, moment, one.posts), viewed, answered(made, replies, moment, one.answers))
            for moment, viewed in zip(moments, viewers[one.viewers], strict=True)
        ]
        for one in windows
    }
    return replace(made, signals=signals)


def _by_member(seen: list[tuple[Ints, Ints, Ints]], looking: list[int]) -> dict[int, tuple[Ints, Ints]]:
    member, post, at = (
        np.concatenate([part[place] for part in seen]) if seen else np.empty(0, np.int64)
        for place in range(3)
    )
    return {one: (post[member == one], at[member == one]) for one in looking}


class _Viewing:
    """Who came to whose posts, kept in twelve bytes a view until all are read."""

    def __init__(self, moments: tuple[datetime, ...], longest: timedelta) -> None:
        self.first = -_in_seconds(longest)
        self.origin = microseconds(moments[0]) if moments else 0
        self.moments = [(microseconds(moment) - self.origin) // SECOND for moment in moments]
        self.codes: list[Ints] = []
        self.seconds: list[np.typing.NDArray[np.int32]] = []

    def add(self, author: Ints, member: Ints, at: Ints) -> None:
        seconds = (at - self.origin) // SECOND
        kept = seconds >= self.first
        self.codes.append(author[kept] << _MEMBER_BITS | member[kept])
        self.seconds.append(seconds[kept].astype(np.int32))

    def distinct(self, authors: int, lengths: Collection[timedelta]) -> dict[timedelta, list[Ints]]:
        """Return the distinct members who came to each author's posts: by how far back, at each moment."""
        if not self.codes:
            return {length: [np.zeros(authors, np.int64) for _ in self.moments] for length in lengths}
        codes = np.concatenate(self.codes)
        self.codes.clear()
        seconds = np.concatenate(self.seconds)
        self.seconds.clear()
        return {
            length: [self._counted(codes, seconds, length, moment, authors) for moment in self.moments]
            for length in lengths
        }

    @staticmethod
    def _counted(
        codes: Ints, seconds: np.typing.NDArray[np.int32], length: timedelta, moment: int, authors: int
    ) -> Ints:
        inside = codes[(seconds >= moment - _in_seconds(length)) & (seconds < moment)]
        inside.sort()
        first = inside[np.r_[np.ones(min(1, len(inside)), np.bool_), inside[1:] != inside[:-1]]]
        return np.bincount(first >> _MEMBER_BITS, minlength=authors)


def _in_seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def _posting(made: Past, moment: datetime, length: timedelta) -> Ints:
    """Return how many posts that were no older than ``length`` each author had at a moment."""
    recent = made.live(moment) & ~made.posts.narrowed & (made.posts.id >= first_id_at(moment - length))
    return np.bincount(made.author_place[recent], minlength=len(made.authors))


def answered(made: Past, replies: Replies, moment: datetime, length: timedelta) -> Ints:
    """Return how many distinct people each author had answered at a moment, no longer ago than ``length``.

    An author answers whoever wrote the reply, under a post of the author's, that their own reply answers.
    """
    if not len(made.posts) or not len(replies.id):
        return np.zeros(len(made.authors), np.int64)
    live = (replies.id < first_id_at(moment)) & (replies.deleted_at > microseconds(moment))
    live &= replies.shown == 1
    place = np.minimum(np.searchsorted(made.posts.id, replies.post_id), len(made.posts) - 1)
    live &= (made.posts.id[place] == replies.post_id) & ~made.posts.narrowed[place]
    own = made.posts.author[place] == replies.author
    heard = np.minimum(np.searchsorted(replies.id, replies.parent), len(replies.id) - 1)
    answers = live & own & (replies.id >= first_id_at(moment - length))
    answers &= (replies.id[heard] == replies.parent) & live[heard] & ~own[heard]
    pairs = np.unique(made.author_place[place[answers]] << _MEMBER_BITS | replies.author[heard[answers]])
    return np.bincount(pairs >> _MEMBER_BITS, minlength=len(made.authors))
