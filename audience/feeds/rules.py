"""What the policy ``feeds`` may say: by which recipes a page is made.

Pure. Law 1: what a feed weighs is clauses, read from here.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from audience.feeds.own_rules import External, Own, free_name
from audience.feeds.signal_rules import Measures
from coop.clauses import Clauses, CoopBounds, Duration

FEEDS = "feeds"

SignalName = Literal[
    "fresh",
    "follow",
    "conversation",
    "finish",
    "small",
    "repost_like",
    "topic",
    "diverse",
    "bridge",
    "near",
    "calm",
    "less",
]
ProfileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$"), AfterValidator(free_name)]
Among = Literal["everyone", "followed", "guilds"]
"""Whose posts a profile is made from: all that the reader may see, those of people whom they follow, those
made in their guilds."""
SlotName = Literal["discovery", "bridging"]
RangeEnd = Literal["min", "max"]

WEIGHT_UNIT = 1000
"""Weights are whole thousandths, so that an explanation adds up in whole numbers (law 11)."""


def _whole_thousandths(value: float) -> float:
    if abs(value * WEIGHT_UNIT - round(value * WEIGHT_UNIT)) > 1e-6:
        raise ValueError("A weight has at most three decimals, so that explanations add up exactly")
    return value


Weight = Annotated[float, Field(ge=0, le=100), AfterValidator(_whole_thousandths)]


class Discovery(Clauses):
    """Whose posts may take a place that is kept for discovery."""

    viewers: int = Field(ge=1, le=1_000_000)
    """Authors whom fewer distinct members than this have viewed within ``/signals/small/viewers_window``."""


class Bridging(Clauses):
    """Whose posts may take a place that is kept for bridging."""

    least: float = Field(gt=0, le=1)
    """Authors who have helped others to understand at least so much; 0 is too little evidence."""


class Slots(Clauses):
    """Places of a page that are kept for some authors, as far as there are posts of theirs."""

    discovery: int = Field(ge=0, le=100)
    bridging: int = Field(ge=0, le=100)
    """Where an author is both small and a bridger, these come first."""


class Range(Clauses):
    """Between which weights a member's slider may set a signal."""

    min: Weight
    max: Weight

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.min > self.max:
            raise ValueError("Nothing lies between this min and this max")
        return self


class Profile(Clauses):
    """One named recipe for a feed."""

    about: str = Field(min_length=1, max_length=300)
    """What it does, in a sentence for its readers."""
    among: Among
    depth: int = Field(ge=1, le=20_000)
    """How many of the newest unseen posts are looked through for those with room."""
    pool: int = Field(ge=1, le=2000)
    """How many of those with room, the newest, are weighed for a page."""
    page: int = Field(ge=1, le=100)
    """Most posts on a page."""
    horizon: Duration
    """How old a post may be and still be offered."""
    half_life: Duration
    """The age at which ``fresh`` has fallen to one half."""
    per_author: int = Field(ge=1, le=100)
    """Most posts of one author on a page."""
    slots: Slots
    weights: dict[SignalName, Weight] = Field(min_length=1)
    """By signal; a signal that is not named counts nothing."""
    range: dict[SignalName, Range] = Field(default_factory=dict)
    """By signal: how far a member's slider reaches. A signal without a range has no slider."""

    @field_validator("page")
    @classmethod
    def _fits(cls, page: int, info: ValidationInfo) -> int:
        if page > info.data.get("pool", page):
            raise ValueError("A page cannot hold more posts than the pool")
        return page

    @field_validator("slots")
    @classmethod
    def _fit(cls, slots: Slots, info: ValidationInfo) -> Slots:
        kept = slots.discovery + slots.bridging
        if kept > info.data.get("page", kept):
            raise ValueError("No more places can be kept than a page has")
        return slots

    @field_validator("range")
    @classmethod
    def _hold_the_weights(
        cls, ranges: dict[SignalName, Range], info: ValidationInfo
    ) -> dict[SignalName, Range]:
        """Without a slider a profile is as it was voted, so every weight lies in its own range."""
        if "weights" not in info.data:
            return ranges
        for signal, one in ranges.items():
            weight = info.data["weights"].get(signal)
            if weight is None:
                raise ValueError(f"There is no weight of {signal} for a slider to move")
            if not one.min <= weight <= one.max:
                raise ValueError(
                    f"The weight of {signal} is {weight:g}, outside what its slider reaches: "
                    f"{one.min:g} to {one.max:g}"
                )
        return ranges


class FeedRules(Clauses):
    """The feeds policy: by which recipes a page is made."""

    default: ProfileName
    """The profile of whoever has chosen none."""
    signals: Measures
    discovery: Discovery
    bridging: Bridging
    own: Own
    external: External
    profiles: dict[ProfileName, Profile] = Field(min_length=1)
    bounds: CoopBounds = Field(default_factory=CoopBounds)

    @field_validator("profiles")
    @classmethod
    def _hold_the_default(
        cls, profiles: dict[ProfileName, Profile], info: ValidationInfo
    ) -> dict[ProfileName, Profile]:
        if info.data.get("default", next(iter(profiles))) not in profiles:
            raise ValueError(f"There is no profile {info.data['default']}, which /default names")
        return profiles


def weight_clause(profile: str, signal: str) -> str:
    """Return the pointer of the clause that weighs a signal in a profile."""
    return f"/profiles/{profile}/weights/{signal}"


def range_clause(profile: str, signal: str, end: RangeEnd) -> str:
    """Return the pointer of the clause that ends the reach of a signal's slider in a profile."""
    return f"/profiles/{profile}/range/{signal}/{end}"


def slot_clause(profile: str, slot: str) -> str:
    """Return the pointer of the clause that keeps places of a profile's page."""
    return f"/profiles/{profile}/slots/{slot}"
