"""Merging two texts that were both made from a third: line by line, and nothing of either is lost.

Pure. This is diff3 as S. Khanna, K. Kunal and B. C. Pierce describe it ("A formal investigation of diff3",
FSTTCS 2007): lines that all three share stand fast. Between them the side that changed something says what is
there; where both did, differently, the two clash, and people decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audience.cowriting.lines import matched


@dataclass(frozen=True, slots=True)
class Clash:
    """A part that both changed, each in their own way."""

    base: str
    """As it was before, its lines joined; empty where both put something in at one place."""
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What two texts come to."""

    text: str
    """With every part on which they agree; where they clash it is as in ``one``."""
    clashes: tuple[Clash, ...] = ()


def merge(base: str, one: str, other: str) -> Merged:
    """Return what two texts come to that were both made from ``base``."""
    kept: list[str] = []
    clashes = []
    for part in _parts(*(text.split("\n") for text in (base, one, other))):
        was, here, there = part
        if here == was:
            kept += there
        elif there in (was, here):
            kept += here
        else:
            kept += here
            clashes.append(Clash(*("\n".join(side) for side in part)))
    return Merged("\n".join(kept), tuple(clashes))


_Part = tuple[Sequence[str], Sequence[str], Sequence[str]]


def _parts(base: Sequence[str], one: Sequence[str], other: Sequence[str]) -> Iterator[_Part]:
    """Yield the three texts part by part: lines that all share, and what stands between such lines."""
    here, there = _places(base, one), _places(base, other)
    a = b = c = 0
    for fast in [*(line for line in range(len(base)) if line in here and line in there), len(base)]:
        b_end, c_end = here.get(fast, len(one)), there.get(fast, len(other))
        if (a, b, c) != (fast, b_end, c_end):
            yield base[a:fast], one[b:b_end], other[c:c_end]
        if fast < len(base):
            yield (base[fast : fast + 1],) * 3
        a, b, c = fast + 1, b_end + 1, c_end + 1


def _places(base: Sequence[str], text: Sequence[str]) -> dict[int, int]:
    """Return where lines of the base stand in a text, as far as they are matched."""
    return {run.old + step: run.new + step for run in matched(base, text) for step in range(run.number)}
