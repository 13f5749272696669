"""Lines that two texts share, in the order in which both have them.

Pure. What stands alike at both ends is taken first; then the lines that each text has once, as far as they
keep their order (the patience method of Bram Cohen); then what is left between, by ``difflib``, where that is
short. So texts of any length are compared in a moment, however they were made.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

DEPTH = 8
"""How often what stands between lines that are matched is looked at for such lines again."""
CLOSELY = 40_000
"""Pairs of lines that ``difflib`` is given at most: at worst it takes far longer than there are pairs."""


class Run(NamedTuple):
    """Lines that follow one another in both texts."""

    old: int
    """Place of the first in the old text."""
    new: int
    number: int


class _Part(NamedTuple):
    """A part of both texts, from a line up to another one."""

    old: int
    old_end: int
    new: int
    new_end: int
    deeper: int


def matched(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Return the runs that two texts share, in order; none touches the next in both."""
    found: list[Run] = []
    parts = [_Part(0, len(old), 0, len(new), DEPTH)]
    while parts:
        part = _trimmed(old, new, parts.pop(), found)
        if part.old == part.old_end or part.new == part.new_end:
            continue
        anchors = _anchors(old, new, part) if part.deeper else []
        if anchors:
            found += anchors
            parts += _between(part, anchors)
        elif (part.old_end - part.old) * (part.new_end - part.new) <= CLOSELY:
            found += _closely(old, new, part)
    return _joined(found)


def _trimmed(old: Sequence[str], new: Sequence[str], part: _Part, found: list[Run]) -> _Part:
    """Add what stands alike at both ends of a part to what was found, and return what is left of it."""
    a, a_end, b, b_end, deeper = part
    while a < a_end and b < b_end and old[a] == new[b]:
        a, b = a + 1, b + 1
    while a_end > a and b_end > b and old[a_end - 1] == new[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    runs = (Run(part.old, part.new, a - part.old), Run(a_end, b_end, part.old_end - a_end))
    found += [run for run in runs if run.number]
    return _Part(a, a_end, b, b_end, deeper)


def _anchors(old: Sequence[str], new: Sequence[str], part: _Part) -> list[Run]:
    """Return the lines that stand once in each side of a part, as many as keep their order."""
    once = [
        {line for line, number in Counter(text[start:end]).items() if number == 1}
        for text, start, end in ((old, part.old, part.old_end), (new, part.new, part.new_end))
    ]
    shared = once[0] & once[1]
    place = {new[at]: at for at in range(part.new, part.new_end) if new[at] in shared}
    pairs = [(at, place[old[at]]) for at in range(part.old, part.old_end) if old[at] in shared]
    return [Run(a, b, 1) for a, b in _rising(pairs)]


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return as many pairs as rise in both numbers, of those that rise in the first."""
    last: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(last, place)
        before.append(at[length - 1] if length else None)
        if length == len(last):
            last.append(place)
            at.append(index)
        else:
            last[length], at[length] = place, index
    found = []
    step = at[-1] if at else None
    while step is not None:
        found.append(pairs[step])
        step = before[step]
    return found[::-1]


def _between(part: _Part, anchors: Sequence[Run]) -> list[_Part]:
    """Return the parts between anchors, and those before the first and after the last."""
    starts = [(part.old, part.new), *((one.old + 1, one.new + 1) for one in anchors)]
    ends = [*((one.old, one.new) for one in anchors), (part.old_end, part.new_end)]
    return [
        _Part(a, a_end, b, b_end, part.deeper - 1)
        for (a, b), (a_end, b_end) in zip(starts, ends, strict=True)
        if a < a_end and b < b_end
    ]


def _closely(old: Sequence[str], new: Sequence[str], part: _Part) -> list[Run]:
    sides = old[part.old : part.old_end], new[part.new : part.new_end]
    blocks = SequenceMatcher(None, *sides, autojunk=False).get_matching_blocks()
    return [Run(part.old + one.a, part.new + one.b, one.size) for one in blocks if one.size]


def _joined(runs: list[Run]) -> list[Run]:
    """Return runs in order, those that touch in both texts as one."""
    found: list[Run] = []
    for run in sorted(runs):
        last = found[-1] if found else Run(0, 0, 0)
        if found and (run.old - last.number, run.new - last.number) == (last.old, last.new):
            found[-1] = last._replace(number=last.number + run.number)
        else:
            found.append(run)
    return found
