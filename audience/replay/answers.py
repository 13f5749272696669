"""Replies without a database: which would have found room under other limits.

Pure. These are the rules of ``audience/replies.py``: so many live replies to a post, and so many of one
member, whose own post it is not; what is deleted makes room again.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Room:
    """The limits that hold for the replies to one post; None is no limit."""

    per_post: int | None
    per_member: int | None
    characters: int
    """Longest text."""


class Answer(NamedTuple):
    """One recorded reply."""

    at: int
    author: int
    characters: int
    deleted_at: int
    """In the unit of ``at``; later than any moment where it still stands."""


def allowed(answers: Iterable[Answer], post_author: int, room: Room) -> Iterator[bool]:
    """Say of each reply to a post, the oldest first, whether it would have been taken."""
    live: Counter[int] = Counter()
    total = 0
    leaving: list[tuple[int, int]] = []
    for answer in answers:
        while leaving and leaving[0][0] <= answer.at:
            live[heapq.heappop(leaving)[1]] -= 1
            total -= 1
        fits = (
            answer.characters <= room.characters
            and (room.per_post is None or total < room.per_post)
            and (
                room.per_member is None
                or answer.author == post_author
                or live[answer.author] < room.per_member
            )
        )
        if fits:
            live[answer.author] += 1
            total += 1
            heapq.heappush(leaving, (answer.deleted_at, answer.author))
        yield fits
