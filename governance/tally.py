"""Counting: whether a proposal passed, exactly, and in words.

Pure. The pass rule is ``For ≥ max(min′, ⌈floor × roll⌉)`` and ``For/(For+Against) ≥ t``, where ``min′`` is
``min`` capped at half the roll, rounded up. Law 4: the same ballots give the same tally anywhere, so the
arithmetic is in fractions. One more Against or Abstain can never turn fail into pass, as it can under a
quorum of turnout, and one more For can never turn pass into fail. Where guilds are asked, more than half of
those who take a side have to say yes in a share of the guilds that took part.
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
    RANKED = "ranked"
    APPROVED = "approved"
    NAMED = "named"
    """These three are for other methods than a majority; see :mod:`governance.outcome`."""


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
    guilds: Fraction | None = None
    """Share of the guilds that took part in which most of those who took a side have to say yes."""

    def need(self, roll: int) -> int:
        """Return how many have to say yes on a roll of this size: at least one."""
        return max(1, min(self.minimum, ceil(Fraction(roll, 2))), ceil(self.floor * roll))

    def as_json(self) -> dict[str, Any]:
        """Return the bar for the ledger, shares as text: ``{"floor": "1/10", …}``."""
        told = {
            "floor": str(self.floor),
            "min": self.minimum,
            "threshold": str(self.threshold),
            "block": str(self.block),
        }
        return told if self.guilds is None else told | {"guilds": str(self.guilds)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the bar that :meth:`as_json` wrote. Raise KeyError, TypeError or ValueError."""
        guilds = told.get("guilds")
        return cls(
            Fraction(told["floor"]),
            int(told["min"]),
            Fraction(told["threshold"]),
            Fraction(told["block"]),
            None if guilds is None else Fraction(guilds),
        )


@dataclass(frozen=True, slots=True)
class Guilds:
    """How the guilds stood, where most of them have to agree."""

    took_part: int
    """Guilds of which somebody took a side."""
    in_favour: int
    """Those in which more said yes than no."""
    share: Fraction
    """Share of those that took part that had to be in favour."""

    @property
    def agree(self) -> bool:
        """Whether enough are in favour; where no guild took part, there is none to ask."""
        return self.in_favour >= self.share * self.took_part


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
    guilds: Guilds | None = None
    """None where guilds are not asked."""

    @property
    def reason(self) -> str:
        """Say why it passed or failed."""
        sided = self.for_ + self.against + self.block
        raised = f", raised to it by {_ballots(self.block, 'block')}" if self.block else ""
        return (
            f"{'Passed' if self.passed else 'Rejected'}: {self.for_} of {self.roll} on the roll said yes, "
            f"where {self.need} had to; that is {self.for_} of the {sided} who took a side, "
            f"where {self.threshold} had to{raised}{self._of_guilds()}."
        )

    def _of_guilds(self) -> str:
        asked = self.guilds
        if asked is None:
            return ""
        return f"; and {asked.in_favour} of {asked.took_part} guilds, where {asked.share} had to"

    def as_json(self) -> dict[str, Any]:
        """Return the tally for the ledger and for receipts; no number in it is a float."""
        told: dict[str, Any] = {
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
        if self.guilds is not None:
            told["guilds"] = {
                "took_part": self.guilds.took_part,
                "in_favour": self.guilds.in_favour,
                "share": str(self.guilds.share),
            }
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the tally that :meth:`as_json` wrote."""
        asked = told.get("guilds")
        return cls(
            for_=told["for"],
            against=told["against"],
            abstain=told["abstain"],
            block=told["block"],
            roll=told["roll"],
            need=told["need"],
            threshold=Fraction(told["threshold"]),
            passed=told["passed"],
            guilds=None
            if asked is None
            else Guilds(asked["took_part"], asked["in_favour"], Fraction(asked["share"])),
        )


def count(
    votes: Mapping[str, int],
    roll: int,
    bar: Bar,
    guilds: Mapping[int, Mapping[str, int]] | None = None,
) -> Tally:
    """Return the tally of ``votes`` (choice → how many final ballots) on a frozen roll of this size.

    ``guilds`` holds the same of each guild's members, by any name of the guild; it is read where the bar
    asks for most of the guilds. A member of two guilds counts in both.
    """
    in_favour, against, block = (
        votes.get(choice, 0) for choice in (Choice.FOR, Choice.AGAINST, Choice.BLOCK)
    )
    threshold = max(bar.threshold, bar.block) if block else bar.threshold
    need = bar.need(roll)
    sided = in_favour + against + block
    asked = None if bar.guilds is None else _guilds(guilds or {}, bar.guilds)
    return Tally(
        for_=in_favour,
        against=against,
        abstain=votes.get(Choice.ABSTAIN, 0),
        block=block,
        roll=roll,
        need=need,
        threshold=threshold,
        passed=in_favour >= need
        and Fraction(in_favour, sided) >= threshold
        and (asked is None or asked.agree),
        guilds=asked,
    )


def _guilds(votes: Mapping[int, Mapping[str, int]], share: Fraction) -> Guilds:
    """Return how the guilds stood; a guild whose members all abstained took no part."""
    sides = [
        (chosen.get(Choice.FOR, 0), chosen.get(Choice.AGAINST, 0) + chosen.get(Choice.BLOCK, 0))
        for chosen in votes.values()
    ]
    took_part = [side for side in sides if any(side)]
    return Guilds(len(took_part), sum(yes > no for yes, no in took_part), share)


def _ballots(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
