"""Outcomes: what the votes of a jury come to.

Pure. Outcomes are ordered from the mildest to the strictest. A jury does what its median ballot says, the
milder of the two middle ones where the ballots are even: no stricter outcome has more than half of the
ballots behind it, and over single-peaked preferences it beats every other in a pair (D. Black, "On the
Rationale of Group Decision-making", Journal of Political Economy 56, 1948). So a ballot that asks for more
never makes the outcome milder.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from audience.moderation.case_rules import MEASURES, OUTCOMES, Measure, Outcome

Step = TypeVar("Step", bound=str)


class Vote(NamedTuple):
    """What one ballot says."""

    outcome: Outcome
    measure: Measure
    bad_faith: bool
    """Whether it finds that the reports were made in bad faith."""


class Decided(NamedTuple):
    """What a jury decided."""

    outcome: Outcome
    measure: Measure
    bad_faith: bool
    tally: dict[str, dict[str, int]]
    """How many ballots said what, by question."""


def decided(votes: Sequence[Vote], quorum: int) -> Decided | None:
    """Return what some ballots come to; None where they are fewer than ``quorum``, which is at least 1."""
    if len(votes) < quorum:
        return None
    outcome = median([one.outcome for one in votes], OUTCOMES)
    blamed = sum(one.bad_faith for one in votes)
    return Decided(
        outcome=outcome,
        # Nobody is blamed for what was left as it is.
        measure="nothing" if outcome == "none" else median([one.measure for one in votes], MEASURES),
        # Who reported what a jury acts on reported it for good reason.
        bad_faith=outcome == "none" and 2 * blamed > len(votes),
        tally={
            "outcome": dict(Counter(one.outcome for one in votes)),
            "measure": dict(Counter(one.measure for one in votes)),
            "bad_faith": {"yes": blamed, "no": len(votes) - blamed},
        },
    )


def median(said: Sequence[Step], steps: Sequence[Step]) -> Step:
    """Return the lower median of some steps of an order; raise ValueError where there are none."""
    if not said:
        raise ValueError("nothing was said")
    return sorted(said, key=steps.index)[(len(said) - 1) // 2]


def milder(one: Outcome, other: Outcome) -> bool:
    """Say whether an outcome is milder than another."""
    return OUTCOMES.index(one) < OUTCOMES.index(other)
