"""Statements on which all groups agree, and statements that tell one group from the others.

Pure. *Consensus* is group-informed: a statement counts by its geometric mean over the groups, so no group
is outvoted by a larger one. Per group it is the share that agrees times the share that does not disagree,
with the prior of Jeffreys (½), as red-dwarf has it (polis-community/red-dwarf#120); Polis multiplies bare
shares, which sink where groups are many. *Representative* is what Polis calls so: a side that most of the
group takes, and takes more than others do, both beyond accident.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from coop.opinions.answers import Marks
from coop.opinions.pca import Reals
from governance.deliberation.group_tallies import (
    SIGNIFICANT,
    GroupTallies,
    difference_test,
    share,
    share_test,
)

Side = Literal["agree", "disagree"]
SIDES: tuple[Side, Side] = ("agree", "disagree")

JEFFREYS = 0.5
MAJORITY = 0.5
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that stands out, and the side taken."""

    statement: int
    """Its column."""
    side: Side
    score: float
    """Only good for putting findings of one list in order."""


def group_informed(tallies: GroupTallies, side: Side) -> Reals:
    """Return, per statement, how far all groups take a side: from 0 to 1."""
    taken, other = _sides(tallies, side)
    each = share(taken, tallies.seen, JEFFREYS) * (1 - share(other, tallies.seen, JEFFREYS))
    found: Reals = np.exp(np.log(each).mean(axis=0))
    return found


def consensus(tallies: GroupTallies, open_to: Marks, least: int, most: int) -> list[Finding]:
    """Return what all groups agree on and what all reject, the clearest first, ``most`` of each side.

    Most of every group have to take the side, ``least`` of each have to have answered, and the share of all
    of them together may be no accident. ``open_to`` says which statements may be named.
    """
    found: list[Finding] = []
    heard = (tallies.seen >= least).all(axis=0) & open_to
    for side in SIDES:
        taken, _ = _sides(tallies, side)
        common = (share(taken, tallies.seen, JEFFREYS) > MAJORITY).all(axis=0)
        certain = share_test(taken.sum(axis=0), tallies.seen.sum(axis=0)) > SIGNIFICANT
        found += _best(group_informed(tallies, side), heard & common & certain, side, most)
    return found


def representative(tallies: GroupTallies, group: int, open_to: Marks, least: int, most: int) -> list[Finding]:
    """Return the statements that tell a group from the others, the most telling first."""
    seen = tallies.seen[group]
    others_seen = tallies.seen.sum(axis=0) - seen
    found: list[Finding] = []
    for side in SIDES:
        taken = _sides(tallies, side)[0]
        count, others = taken[group], taken.sum(axis=0) - taken[group]
        rate, apart = share_test(count, seen), difference_test(count, seen, others, others_seen)
        ratio = share(count, seen) / share(others, others_seen)
        clear = (rate > SIGNIFICANT) & (apart > SIGNIFICANT) & (seen >= least) & open_to
        found += _best(ratio * apart * share(count, seen) * rate, clear, side, most)
    return sorted(found, key=lambda one: (-one.score, one.statement))[:most]


def _sides(tallies: GroupTallies, side: Side) -> tuple[Reals, Reals]:
    """Return the counts of a side, and of the one against it."""
    both = (tallies.agreed, tallies.disagreed)
    return both if side == "agree" else (both[1], both[0])


def _best(scores: Reals, allowed: Marks, side: Side, most: int) -> Iterator[Finding]:
    ranked = sorted(np.flatnonzero(allowed).tolist(), key=lambda at: (-round(float(scores[at]), _DIGITS), at))
    for statement in ranked[:most]:
        yield Finding(statement, side, round(float(scores[statement]), _DIGITS))
