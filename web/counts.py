"""A recorded count as it is drawn: bars, duels of a ranking, the rounds of an election. Pure.

What is drawn is what the ledger was told of the count, and nothing is computed but lengths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

Verdict = Literal["won", "lost", "level"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One of several things that were counted."""

    label: str
    number: str
    width: float
    """In percent of the length that stands for most."""
    chosen: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """Things that were counted, side by side."""

    bars: list[Bar]
    need: float | None
    """Where the line lies that had to be reached, in percent; None where there is none."""
    action: str = ""
    """What happened then, for people."""


@dataclass(frozen=True, slots=True)
class Side:
    """How one choice of a ranking stood against leaving things as they are."""

    label: str
    above: int
    """Ballots that put it above, …"""
    below: int
    """… and below."""
    passed: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Duel:
    """One choice against another."""

    other: str
    number: int
    """Ballots that put the first above the other."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Count:
    """A count by another method than for and against."""

    sides: list[Side]
    duels: list[tuple[str, list[Duel | None]]]
    """Row by row of the beat matrix, in the order of the result; None where a choice meets itself."""
    rounds: list[Bars]
    quota: int | None
    middle: str | None
    """The number in the middle of those named."""
    below: int
    above: int


def count(tally: Mapping[str, Any], labels: tuple[str, ...]) -> Count:
    """Return the count of a tally that names its method; ``labels`` are those of its choices, in order."""
    result = tally["result"]
    told = result["count"] or {}
    chosen = {labels[place] for place in result["chosen"]}
    rounds = told.get("rounds", [])
    return Count(
        sides=[_side(one, chosen) for one in result.get("choices", [])],
        duels=_duels(told) if "pairwise" in told else [],
        rounds=[_round(one, told, tally, chosen) for one in rounds],
        quota=told.get("quota"),
        middle=str(told["value"]) if "value" in told else None,
        below=told.get("below", 0),
        above=told.get("above", 0),
    )


def guilds(tally: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the share of guilds in favour and the share that had to be, in percent; None if not asked."""
    asked = tally.get("guilds") or tally.get("result", {}).get("guilds")
    if asked is None:
        return None
    share = 100 * asked["in_favour"] / asked["took_part"] if asked["took_part"] else 0.0
    return round(share, 2), round(float(100 * Fraction(asked["share"])), 2)


def _side(told: Mapping[str, Any], chosen: set[str]) -> Side:
    return Side(told["label"], told["for"], told["against"], told["passed"], told["label"] in chosen)


def _duels(told: Mapping[str, Any]) -> list[tuple[str, list[Duel | None]]]:
    pairwise, ranking = told["pairwise"], told["ranking"]
    return [
        (one, [None if one == other else _duel(pairwise, one, other) for other in ranking]) for one in ranking
    ]


def _duel(pairwise: Mapping[str, Mapping[str, int]], one: str, other: str) -> Duel:
    own, against = pairwise[one][other], pairwise[other][one]
    verdict: Verdict = "won" if own > against else "lost" if own < against else "level"
    return Duel(other, own, verdict)


def _round(
    told: Mapping[str, Any], counted: Mapping[str, Any], tally: Mapping[str, Any], chosen: set[str]
) -> Bars:
    """Return one round of an election, or the approvals of a vote: most first.

    The line is the quota, or how many had to approve; approvals of people have none.
    """
    votes = {label: Decimal(str(number)) for label, number in told["tally"].items()}
    line = counted.get("quota") if "seats" in counted and "quota" in counted else None
    if counted["method"] == "approval" and counted["seats"] == 1 and "for" in tally["result"]:
        line = tally["need"]
    longest = max([*votes.values(), Decimal(line or 0), Decimal(1)])
    bars = [
        Bar(label, _plain(number), round(float(100 * number / longest), 2), label in chosen)
        for label, number in sorted(votes.items(), key=lambda one: -one[1])
    ]
    need = None if line is None else round(float(100 * Decimal(line) / longest), 2)
    return Bars(bars, need, told["action"])


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"
