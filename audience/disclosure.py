"""Disclosure: how numbers of people are told to an author, so that none of them speaks of one person.

Pure. Law 7: an author is told of numbers and never of a person. Law 1: the smallest number that is told,
``least`` below, is the clause ``/reach/least_told``. How many came, answered or wait is told by these rules
wherever it is shown, so that two places never tell more together than each by itself:

- It is rounded down to a multiple of ``least``, and below that not told; nobody is told like a few, for the
  step from nobody to somebody would say that whoever was meant has come. Between two reports a number stays
  as it is or moves by whole steps.
- A part of a whole (those who came by one feed) is told only as far as at least ``least`` numbers remain
  possible for the rest, even for whoever knows the whole.
- That a post is full is told, and then its seats are too: it says why nobody else comes, readers are told how
  big the room is, and whoever is turned away finds out. So a post that was published with three seats tells
  nothing until all three are taken. Seats that were lowered afterwards, to fewer than ``least``, tell
  nothing: lowering them one by one would count who came.
- How many like or repost a post is told to its author in steps too, and what they did themself is not among
  them, for they could take it away. Where the clause says that all readers are told, the number is as public
  as it is exact, and whoever watches it may guess at a name: that is what was voted for. Even so it is told
  only once ``least`` members have been given the post: of one that was meant for a few, it would be an answer
  to who among them. Replies are counted to whom they are shown, so their number tells nothing more.
- That a share of the seats narrowed a post is told as soon as its seats are told at all.

This is suppression and rounding as statistical offices publish frequency tables (A. Hundepool et al.,
*Statistical Disclosure Control*, Wiley 2012, chapter 5). Its limit is theirs: whoever knows all but one of
those who are counted can see in a step that the last one is among them.
"""

from collections.abc import Mapping
from typing import NamedTuple


def in_steps(number: int, least: int) -> int | None:
    """Return the greatest multiple of ``least`` that a number reaches; None where it is smaller, or 0."""
    return None if number < least else number - number % least


def parts(cells: Mapping[str, int], whole: int, least: int) -> dict[str, int | None]:
    """Return parts of a whole as they may be told, each at least as great as what is told of it.

    Whatever the whole holds besides is a part too. Where fewer than ``least`` numbers would remain possible
    for it the greatest of the parts is told a step lower.
    """
    told = {name: in_steps(number, least) for name, number in cells.items()}
    known = {name: number for name, number in told.items() if number is not None}
    if known and whole - sum(known.values()) < least - 1:
        greatest = max(known, key=lambda name: (known[name], name))
        told[greatest] = in_steps(known[greatest] - least, least)
    return told


def gestures(number: int, seen: int, least: int, *, public: bool) -> int | None:
    """Return how many like or repost a post as one is told; None where that is not told.

    ``seen`` is how many members have been given it, counted up to ``least``; ``public`` says that its number
    is told to all its readers, else it is told to its author, whose own is not in it.
    """
    if public:
        return number if seen >= least else None
    return in_steps(number, least)


class Seats(NamedTuple):
    """The seats of a post as its author is told of them."""

    taken: int | None
    """At least so many are; None where they are too few to be told."""
    full: bool
    """Whether the author is told that all are."""


def seats(taken: int, cap: int | None, published: int | None, least: int) -> Seats:
    """Return what an author is told of the seats of a post.

    ``cap`` is how many it has now, None without a limit; ``published`` how many its author asked for when it
    was published.
    """
    told = in_steps(taken, least)
    if cap is None or taken < cap or (told is None and cap != published):
        return Seats(told, full=False)
    return Seats(max(cap, told or 0), full=True)
