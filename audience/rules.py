"""What the policies ``audience`` and ``feeds`` may say.

Pure. Law 1: how far a post travels, how fast strangers arrive and what a feed weighs are clauses, read
from here; there is no second place that knows a number. Every model is strict and refuses clauses that
nothing enforces, so a vote can never pass a rule without effect.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from coop.book import PolicyKind
from coop.errors import Fault
from coop.policy_text import leaves, token

AUDIENCE = "audience"
FEEDS = "feeds"

OPEN: Literal["open"] = "open"
"""What a clause says that sets no limit."""

Cap = Annotated[int, Field(ge=1, le=1_000_000_000)] | Literal["open"]
"""A number of people or things, or no limit at all."""

SignalName = Literal["fresh", "follow", "conversation", "small"]
ProfileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]

WEIGHT_UNIT = 1000
"""Weights are whole thousandths, so that an explanation adds up in whole numbers (law 11)."""

_DURATION = re.compile(r"P(?:(?P<days>\d{1,5})D)?(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?)?")


def _duration(value: object) -> timedelta:
    """Read a duration of ISO 8601 in days, hours and minutes, such as ``P1DT12H``."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("A duration is written as ISO 8601 has it, such as PT36H or P30D")
    length = timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})
    if not length:
        raise ValueError("This duration is empty")
    return length


Duration = Annotated[timedelta, BeforeValidator(_duration)]


def limit_of(cap: int | str) -> int | None:
    """Return a cap as a number, or None where it is open."""
    return None if isinstance(cap, str) else cap


def strictest(*limits: int | None) -> int | None:
    """Return the smallest of some limits, of which None sets none (law 8)."""
    set_ones = [limit for limit in limits if limit is not None]
    return min(set_ones) if set_ones else None


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bound(_Clauses):
    """What a clause may be set to: a range for numbers, a list for words."""

    min: int | float | None = None
    max: int | float | None = None
    one_of: list[Any] | None = None

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.min is None and self.max is None and self.one_of is None:
            raise ValueError("A bound needs min, max or one_of")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("Nothing lies between this min and this max")
        return self


class CoopBounds(_Clauses):
    """Declared bounds of a kind that only the coop sets."""

    coop: dict[str, Bound] = Field(default_factory=dict)
    """By the clause's pointer: what an ordinary vote of the coop may set it to."""


class Bounds(CoopBounds):
    """Declared bounds of a kind that guilds may set too."""

    guild: dict[str, Bound] = Field(default_factory=dict)
    """By the clause's pointer: what a guild may set it to for the posts made in it."""


class Posts(_Clauses):
    """What one post may hold."""

    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""
    names: int = Field(ge=1, le=1000)
    """Most guilds and members that one audience may name."""


class Seats(_Clauses):
    """How many distinct members may view a post."""

    ceiling: Cap
    """The most that an author may set."""
    default: Cap
    """For a post whose author sets no number."""

    @field_validator("default")
    @classmethod
    def _fits(cls, default: int | str, info: ValidationInfo) -> int | str:
        ceiling = info.data.get("ceiling", OPEN)
        if ceiling != OPEN and (default == OPEN or default > ceiling):
            raise ValueError(f"The default cannot be above the ceiling, which is {ceiling}")
        return default


class Arrivals(_Clauses):
    """How fast strangers may arrive at a post; whoever is seated is never delayed."""

    per_minute: Cap
    burst: int = Field(ge=1, le=1_000_000)
    """How many may come at once, after a lull."""


class Replies(_Clauses):
    """How many replies a post may gather."""

    per_post: Cap
    per_member: Cap
    """Of one member to one post."""
    characters: int = Field(ge=1, le=60_000)
    """Longest text, in characters."""


class AudienceRules(_Clauses):
    """The audience policy: how far a post may travel."""

    posts: Posts
    seats: Seats
    arrivals: Arrivals
    replies: Replies
    bounds: Bounds = Field(default_factory=Bounds)


def _whole_thousandths(value: float) -> float:
    if abs(value * WEIGHT_UNIT - round(value * WEIGHT_UNIT)) > 1e-6:
        raise ValueError("A weight has at most three decimals, so that explanations add up exactly")
    return value


Weight = Annotated[float, Field(ge=0, le=100), BeforeValidator(_whole_thousandths)]


class Follow(_Clauses):
    """The signal ``follow``."""

    same_guild: float = Field(ge=0, le=1)
    """What a post made in one of the reader's guilds counts, where following its author counts 1."""


class Conversation(_Clauses):
    """The signal ``conversation``."""

    halfway: float = Field(gt=0, le=10_000)
    """How many distinct people an author must have answered to count one half."""


class Small(_Clauses):
    """The signal ``small``."""

    posts_a_week: float = Field(gt=0, le=10_000)
    """Up to so many posts in seven days count in full; beyond, each counts less."""
    reach: float = Field(ge=0, le=100)
    """How much each distinct viewer of the last 28 days damps: 1 ÷ log₂(2 + reach × viewers)."""


class Measures(_Clauses):
    """The numbers inside the signals, one for all profiles."""

    follow: Follow
    conversation: Conversation
    small: Small


class Profile(_Clauses):
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


class FeedRules(_Clauses):
    """The feeds policy: by which recipes a page is made."""

    signals: Measures
    profiles: dict[ProfileName, Profile] = Field(min_length=1)
    bounds: CoopBounds = Field(default_factory=CoopBounds)


def weight_clause(profile: str, signal: str) -> str:
    """Return the pointer of the clause that weighs a signal in a profile."""
    return f"/profiles/{profile}/weights/{signal}"


def charter(rules: AudienceRules | FeedRules) -> list[Fault]:
    """Return the declared bounds that speak of no clause, and so would bind nothing."""
    known = leaves(rules.model_dump(exclude={"bounds"}))
    declared = rules.bounds.model_dump()
    return [
        Fault(f"/bounds/{scope}/{token(clause)}", "There is no such clause to set bounds to.")
        for scope, bounds in declared.items()
        for clause in bounds
        if clause not in known
    ]


KINDS = (
    PolicyKind(AUDIENCE, AudienceRules, charter, guild=True),
    PolicyKind(FEEDS, FeedRules, charter),
)
"""What ``app.py`` registers."""
