"""Counting: whether a proposal passed, exactly, and in words.

Pure. The pass rule is ``For ≥ max(min′, ⌈floor × roll⌉)`` and ``For/(For+Against) ≥ t``, where ``min′`` is
``min`` capped at half the roll, rounded up. Law 4: the same ballots give the same tally anywhere, so the
arithmetic is in fractions. One more Against or Abstain can never turn fail into pass, as it can under a
quorum of turnout, and one more For can never turn pass into fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any, Self


class Choice(StrEnum):
    """What a ballot says."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    BLOCK = "block"
    """Against, with a reason and the clause it rests on; it raises the threshold."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a count has to reach."""

    floor: Fraction
    """Share of the roll that has to say yes."""
    minimum: int
    """Fewest who have to say yes, capped at half the roll, rounded up."""
    threshold: Fraction
    """Share of those who took a side that has to say yes."""
    block: Fraction
    """The threshold where anyone blocks."""

    def need(self, roll: int) -> int:
        """Return how many have to say yes on a roll of this size: at least one."""
        return max(1, min(self.minimum, ceil(Fraction(roll, 2))), ceil(self.floor * roll))

    def as_json(self) -> dict[str, Any]:
        """Return the bar for the ledger, shares as text: ``{"floor": "1/10", …}``."""
        return {
            "floor": str(self.floor),
            "min": self.minimum,
            "threshold": str(self.threshold),
            "block": str(self.block),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the bar that :meth:`as_json` wrote. Raise KeyError, TypeError or ValueError."""
        return cls(
            Fraction(told["floor"]), int(told["min"]), Fraction(told["threshold"]), Fraction(told["block"])
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """A count and what follows from it."""

    for_: int
    against: int
    abstain: int
    block: int
    roll: int
    need: int
    """How many had to say yes."""
    threshold: Fraction
    """Share of those who took a side that had to say yes, raised if somebody blocked."""
    passed: bool

    @property
    def reason(self) -> str:
        """Say why it passed or failed."""
        sided = self.for_ + self.against + self.block
        raised = f", raised to it by {_ballots(self.block, 'block')}" if self.block else ""
        return (
            f"{'Passed' if self.passed else 'Rejected'}: {self.for_} of {self.roll} on the roll said yes, "
            f"where {self.need} had to; that is {self.for_} of the {sided} who took a side, "
            f"where {self.threshold} had to{raised}."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the tally for the ledger and for receipts; no number in it is a float."""
        return {
            "for": self.for_,
            "against": self.against,
            "abstain": self.abstain,
            "block": self.block,
            "roll": self.roll,
            "need": self.need,
            "threshold": str(self.threshold),
            "passed": self.passed,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the tally that :meth:`as_json` wrote."""
        return cls(
            for_=told["for"],
            against=told["against"],
            abstain=told["abstain"],
            block=told["block"],
            roll=told["roll"],
            need=told["need"],
            threshold=Fraction(told["threshold"]),
            passed=told["passed"],
        )


def count(votes: Mapping[str, int], roll: int, bar: Bar) -> Tally:
    """Return the tally of ``votes`` (choice → how many final ballots) on a frozen roll of this size."""
    in_favour, against, block = (
        votes.get(choice, 0) for choice in (Choice.FOR, Choice.AGAINST, Choice.BLOCK)
    )
    threshold = max(bar.threshold, bar.block) if block else bar.threshold
    need = bar.need(roll)
    sided = in_favour + against + block
    return Tally(
        for_=in_favour,
        against=against,
        abstain=votes.get(Choice.ABSTAIN, 0),
        block=block,
        roll=roll,
        need=need,
        threshold=threshold,
        passed=in_favour >= need and Fraction(in_favour, sided) >= threshold,
    )


def _ballots(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
