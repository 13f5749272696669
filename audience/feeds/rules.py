"""What the policy ``feeds`` may say: by which recipes a page is made.

Pure. Law 1: what a feed weighs is clauses, read from here.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from audience.clauses import Clauses, CoopBounds, Duration

FEEDS = "feeds"

SignalName = Literal["fresh", "follow", "conversation", "small"]
ProfileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]

WEIGHT_UNIT = 1000
"""Weights are whole thousandths, so that an explanation adds up in whole numbers (law 11)."""


def _whole_thousandths(value: float) -> float:
    if abs(value * WEIGHT_UNIT - round(value * WEIGHT_UNIT)) > 1e-6:
        raise ValueError("A weight has at most three decimals, so that explanations add up exactly")
    return value


Weight = Annotated[float, Field(ge=0, le=100), BeforeValidator(_whole_thousandths)]


class Follow(Clauses):
    """The signal ``follow``."""

    same_guild: float = Field(ge=0, le=1)
    """What a post made in one of the reader's guilds counts, where following its author counts 1."""


class Conversation(Clauses):
    """The signal ``conversation``."""

    halfway: float = Field(gt=0, le=10_000)
    """How many distinct people an author must have answered to count one half."""


class Small(Clauses):
    """The signal ``small``."""

    posts_a_week: float = Field(gt=0, le=10_000)
    """Up to so many posts in seven days count in full; beyond, each counts less."""
    reach: float = Field(ge=0, le=100)
    """How much each distinct viewer of the last 28 days damps: 1 ÷ log₂(2 + reach × viewers)."""


class Measures(Clauses):
    """The numbers inside the signals, one for all profiles."""

    follow: Follow
    conversation: Conversation
    small: Small


class Profile(Clauses):
    """One named recipe for a feed."""

    about: str = Field(min_length=1, max_length=300)
    """What it does, in a sentence for its readers."""
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
    weights: dict[SignalName, Weight] = Field(min_length=1)
    """By signal; a signal that is not named counts nothing."""

    @field_validator("page")
    @classmethod
    def _fits(cls, page: int, info: ValidationInfo) -> int:
        if page > info.data.get("pool", page):
            raise ValueError("A page cannot hold more posts than the pool")
        return page


class FeedRules(Clauses):
    """The feeds policy: by which recipes a page is made."""

    signals: Measures
    profiles: dict[ProfileName, Profile] = Field(min_length=1)
    bounds: CoopBounds = Field(default_factory=CoopBounds)


def weight_clause(profile: str, signal: str) -> str:
    """Return the pointer of the clause that weighs a signal in a profile."""
    return f"/profiles/{profile}/weights/{signal}"
