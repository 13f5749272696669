"""What the policy ``features`` may say: for now, how that is measured by which features are gained and lost.

Pure. Law 1: how far back something counts, and what counts once, are clauses. The lengths are whole days,
because what is measured ends with a day.
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from coop.clauses import Clauses, CoopBounds, Duration, bounds_of_nothing
from coop.errors import Fault

FEATURES = "features"
"""The kind's name in the policy book."""

LONGEST = timedelta(days=366)
"""Nothing counts that is older: a night has to be enough to count it."""


def _whole_days(length: timedelta) -> timedelta:
    if length % timedelta(days=1) or length > LONGEST:
        raise ValueError("This is a number of whole days, from P1D to P366D")
    return length


Days = Annotated[Duration, AfterValidator(_whole_days)]
"""A number of whole days."""


class Windowed(Clauses):
    """Something that is counted over some last days."""

    window: Days
    """How many last days."""


class Exchanges(Windowed):
    """When two members are in exchange: each answers the other, by a reply to a post or to a reply.

    An exchange is made, and counts in the window, when its second answer is.
    """

    within: Days
    """Their two answers lie no further apart."""
    every: Days
    """Of one pair one exchange counts in each such part of the window, counted back from its end."""

    @model_validator(mode="after")
    def _fits_the_window(self) -> Self:
        if self.every > self.window:
            raise ValueError("A pair counts once at least in the window, so every cannot be longer than it")
        return self


class Metrics(Clauses):
    """How that is measured by which features are gained and lost."""

    exchanges: Exchanges
    activity: Windowed
    """Posts, the days on which one wrote something, and a guild's members who did."""
    answers: Windowed
    """The people who answered one."""
    reach: Windowed
    """The people who took a seat at one's posts, of whatever age."""


class FeatureRules(Clauses):
    """``policies/features.toml``."""

    metrics: Metrics
    bounds: CoopBounds = Field(default_factory=CoopBounds)


def feature_charter(rules: FeatureRules) -> list[Fault]:
    """Return the declared bounds that would bind nothing."""
    return bounds_of_nothing(rules)
