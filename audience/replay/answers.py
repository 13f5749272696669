"""Replies without a database: which would have found room under other limits.

Pure. These are the rules of ``audience/reply_rules.py``: so many live replies to a post, and so many of one
member, whose own post it is not, with a pause between two; what is deleted makes room again, and shortens no
pause. One that waits for a yes is counted for its author alone.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from audience.clauses import strictest
from audience.rules import AT_TIMES


@dataclass(frozen=True, slots=True)
class Room:
    """The limits that hold for the replies to one post; None is no limit."""

    per_post: int | None
    per_member: int | None
    characters: int
    """Longest text."""
    gap: int = 0
    """The pause between two of one member, in the unit of :attr:`Answer.at`."""
    until: int | None = None
    """For how long after publishing, in that unit."""
    at_time: int = AT_TIMES.index("on")
    """Index into ``AT_TIMES``: who may answer at a moment of a post."""
    depth: int | None = None
    """How deep answers stand."""

    def tightened(self, per_post: int, per_member: int, gap: int, until: int, at_time: int) -> "Room":
        """Return the strictest of this and what the author of a post asked for."""
        return Room(
            strictest(self.per_post, per_post),
            strictest(self.per_member, per_member),
            self.characters,
            max(self.gap, gap),
            strictest(self.until, until),
            min(self.at_time, at_time),
            self.depth,
        )


class Answer(NamedTuple):
    """One recorded reply."""

    at: int
    author: int
    characters: int
    deleted_at: int
    """In the unit of ``at``; later than any moment where it still stands."""
    shown: int = 1
    """1 where it is counted for the post; 0 where it waits, or was refused."""
    depth: int = 0
    timed: int = 0
    """1 where it speaks of a moment of the post."""


def allowed(answers: Iterable[Answer], post_author: int, room: Room, published_at: int = 0) -> Iterator[bool]:
    """Say of each reply to a post, the oldest first, whether it would have been taken."""
    live: Counter[int] = Counter()
    last: dict[int, int] = {}
    total = 0
    leaving: list[tuple[int, int, int]] = []
    for answer in answers:
        while leaving and leaving[0][0] <= answer.at:
            _, author, shown = heapq.heappop(leaving)
            live[author] -= 1
            total -= shown
        own = answer.author == post_author
        fits = (
            _fits(answer, room, own=own)
            and (room.until is None or answer.at < published_at + room.until)
            and (room.per_post is None or total < room.per_post)
            and (own or room.per_member is None or live[answer.author] < room.per_member)
            and (own or answer.author not in last or answer.at >= last[answer.author] + room.gap)
        )
        if fits:
            live[answer.author] += 1
            last[answer.author] = answer.at
            total += answer.shown
            heapq.heappush(leaving, (answer.deleted_at, answer.author, answer.shown))
        yield fits


def _fits(answer: Answer, room: Room, *, own: bool) -> bool:
    """Say whether a reply would be taken by itself, however many others there are."""
    who = AT_TIMES[room.at_time]
    return (
        answer.characters <= room.characters
        and (room.depth is None or answer.depth <= room.depth)
        and (not answer.timed or who == "on" or (own and who == "owner"))
    )
