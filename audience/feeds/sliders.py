"""Sliders: how a member turns the weights of a voted profile, and how far.

Pure. Law 1: how far a slider reaches is a clause, ``/profiles/<profile>/range/<signal>``; a signal without
one has no slider. Law 11: every weight says what it was made of. The rule is

    weight = clip(base × 2^position, min, max)

in whole thousandths, for a position from −3 to 3 in halves (2⁻³ … 2³). Rounding and clipping keep order,
so raising a slider never lowers a weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp2

from audience.feeds.rules import WEIGHT_UNIT, Profile, SignalName, range_clause, weight_clause
from coop.errors import Fault, RuleBroken

FURTHEST = 3.0
"""The ends of the scale, either way. It is how a slider is drawn; what limits a weight is the range."""
STEPS = 2
"""Positions to a doubling."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a slider is called, and what turning it up does."""

    name: str
    about: str


LABELS: Mapping[SignalName, Label] = {
    "fresh": Label("Fresh", "What was posted a short while ago."),
    "follow": Label("People I follow", "Posts of people whom you follow, and posts made in your guilds."),
    "conversation": Label("People who answer", "Authors who answer those who reply to them."),
    "finish": Label("Watched to the end", "What is watched to the end more than others of its length."),
    "small": Label("Smaller creators", "Authors whom few have heard yet and who do not post without end."),
    "repost_like": Label("Like what I repost", "Posts whose tags are like those of what you reposted."),
    "topic": Label("More of my tags", "Posts with one of the tags that you chose."),
    "diverse": Label("More diverse", "What is unlike that which you were shown in these last days."),
    "bridge": Label("Helped people understand", "What people who see things differently all found helpful."),
    "near": Label("Closer to home", "Posts from your city, your region or your country."),
    "calm": Label("Calmer", "Less of what strangers are crowding at this moment."),
    "less": Label("Less of what I hid", "Less of the authors and tags that you asked to see less of."),
}
"""By signal, in the words that members see."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One weight in thousandths, and what it was made of."""

    signal: SignalName
    weight: int
    base: int
    """What the profile says."""
    slider: float
    """The member's position from −3 to 3; 0 leaves the base as it is."""
    min: int | None
    """The least and the most that the slider may reach; None where the signal has no slider."""
    max: int | None
    clipped: bool
    """Whether the range stopped the slider."""
    clause: str
    """Pointer of the clause that says the base, in the coop's ``feeds`` policy."""
    range_clauses: tuple[str, ...]
    """Pointers of the clauses that say ``min`` and ``max``; none where there is no slider."""


def weights(name: str, profile: Profile, sliders: Mapping[SignalName, float]) -> dict[SignalName, Weighing]:
    """Return every weight of the profile that bears this name, as sliders turn it; in the policy's order.

    A position for a signal that has no slider, or has lost it to a vote, does nothing.
    """
    return {signal: _weighing(name, profile, signal, sliders.get(signal, 0.0)) for signal in profile.weights}


def _weighing(name: str, profile: Profile, signal: SignalName, position: float) -> Weighing:
    base = round(profile.weights[signal] * WEIGHT_UNIT)
    clause, reach = weight_clause(name, signal), profile.range.get(signal)
    if reach is None:
        return Weighing(signal, base, base, 0.0, None, None, clipped=False, clause=clause, range_clauses=())
    least, most = round(reach.min * WEIGHT_UNIT), round(reach.max * WEIGHT_UNIT)
    wanted = turned(base, position)
    weight = min(max(wanted, least), most)
    ends = (range_clause(name, signal, "min"), range_clause(name, signal, "max"))
    return Weighing(signal, weight, base, position, least, most, weight != wanted, clause, ends)


def turned(base: int, position: float) -> int:
    """Return base × 2^position, in whole thousandths as ``base`` is."""
    return round(base * exp2(position))


def check(profile: Profile, sliders: Mapping[str, float], pointer: str = "/sliders") -> None:
    """Raise RuleBroken where a position is off the scale, or its signal has no slider in the profile.

    Each fault points below ``pointer`` at the signal.
    """
    faults = tuple(
        Fault(f"{pointer}/{signal}", detail)
        for signal, position in sliders.items()
        if (detail := _wrong(profile, signal, position)) is not None
    )
    if faults:
        raise RuleBroken("These sliders cannot be set so.", faults=faults)


def _wrong(profile: Profile, signal: str, position: float) -> str | None:
    if signal not in profile.range:
        return "This profile has no such slider."
    if not -FURTHEST <= position <= FURTHEST or position * STEPS % 1:
        return f"A slider stands from -{FURTHEST:g} to {FURTHEST:g}, in steps of {1 / STEPS:g}."
    return None
