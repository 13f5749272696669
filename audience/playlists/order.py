"""Order: where a post comes to stand among the posts of a list when it is moved.

Pure. Whoever moves one speaks of what they see; whatever else there is keeps its place beside what stood
before it, and is told to nobody (law 7). What comes of it is always the same posts in another order.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from coop.errors import Fault, RuleBroken

GAP = 2**20
"""Between the positions of two posts that came one after another: room for others to be moved there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is to stand: exactly one of these is said."""

    before: int | None = None
    """Directly before this post."""
    after: int | None = None
    """Directly after this post."""
    number: int | None = None
    """At this place, from 1, among those that whoever moves it sees; beyond the last it is the last."""


def moved(order: Sequence[int], seen: Set[int], post: int, to: Place) -> list[int]:
    """Return the posts of a list in their order after one of them was moved.

    ``seen`` are those that whoever moves it sees, ``post`` among them. Raise RuleBroken where the place is
    not one, or is beside a post that is not there for them.
    """
    if sum(one is not None for one in (to.before, to.after, to.number)) != 1:
        raise _broken("", "Say before which post, after which, or at which place.")
    rest = [one for one in order if one != post]
    among = [one for one in rest if one in seen]
    if to.number is not None:
        if to.number < 1:
            raise _broken("/number", "Places are counted from 1.")
        if to.number > len(among):
            at = rest.index(among[-1]) + 1 if among else len(rest)
        else:
            at = rest.index(among[to.number - 1])
    else:
        anchor, pointer = (to.before, "/before") if to.after is None else (to.after, "/after")
        if anchor == post:
            return list(order)
        if anchor not in among:
            raise _broken(pointer, "There is no such post in this list that you can see.")
        at = rest.index(anchor) + (0 if to.after is None else 1)
    return [*rest[:at], post, *rest[at:]]


def position(before: int | None, after: int | None) -> int | None:
    """Return a position between two, None standing for either end; None where there is no room between them.

    Positions are above 0.
    """
    low = before or 0
    if after is None:
        return low + GAP
    return (low + after) // 2 if after - low > 1 else None


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("It cannot be moved there.", faults=(Fault(pointer, detail),))
