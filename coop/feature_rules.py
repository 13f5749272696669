"""What the policy ``features`` may say: how people are measured, and who holds which feature, and how long.

Pure. Law 1: how far back something counts, what counts once, and every condition are clauses. The lengths
are whole days, because what is measured ends with a day. That conditions can be asked is seen to where the
metrics are known that they speak of (``audience/features/charter.py``).
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from coop.clauses import Bounds, Clauses, Duration
from coop.holdings import Holder

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
    reports: Windowed
    """What juries found of one's own things, on reports."""


FeatureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
"""Of a feature: small letters and underscores."""
Condition = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""A condition in CEL over the metrics of whoever holds the feature; see docs/features.md."""


class Limits(Clauses):
    """How much a condition may ask for."""

    cost: int = Field(ge=1, le=10_000)
    """Steps that one condition may take; a step is a metric or a comparison."""


class Budget(Clauses):
    """How much of a feature a guild has, for all of its members together."""

    unit: str = Field(min_length=1, max_length=40)
    """What is counted, as a plural: ``minutes``."""
    amount: int = Field(ge=1, le=1_000_000_000)
    per: Days
    """How long it is for. Periods follow one another without a gap, the same for every guild."""


class AtOnce(Clauses):
    """How many of what a feature opens a guild may have open at one moment."""

    unit: str = Field(min_length=1, max_length=40)
    """What is counted, as a plural: ``rooms``."""
    amount: int = Field(ge=1, le=1_000_000)


class Terms(Clauses):
    """When one kind of holder gains, keeps and loses a feature."""

    grant_when: Condition
    """It is gained on the first night on which this holds, together with what keeps it."""
    keep_when: Condition
    """Where it fails, the grace begins; it ends where this holds again, and else with the loss."""
    lose_when: Condition | None = None
    """Where this holds, the feature is lost that night, without a grace."""
    grace_days: int = Field(ge=0, le=366)
    """From the first night on which what keeps it fails."""
    budget: Budget | None = None
    """Of a guild alone."""
    at_once: AtOnce | None = None
    """Of a guild alone; left out, as many as there are."""
    expires: Days | None = None
    """How long one grant lasts; then it has to be gained anew."""


class Feature(Clauses):
    """One feature."""

    about: str = Field(min_length=1, max_length=300)
    """What it lets its holders do, as an end of "Who holds it may …"."""
    member: Terms | None = None
    guild: Terms | None = None

    @model_validator(mode="after")
    def _has_a_holder(self) -> Self:
        if self.member is None and self.guild is None:
            raise ValueError("A feature is held by members, by guilds or by both")
        return self

    def terms(self, holder: Holder) -> Terms | None:
        """Return the terms of one kind of holder; None where that kind cannot hold it."""
        return self.member if holder == "member" else self.guild


class FeatureRules(Clauses):
    """``policies/features.toml``."""

    metrics: Metrics
    limits: Limits
    features: dict[FeatureName, Feature] = Field(default_factory=dict)
    held: dict[FeatureName, bool] = Field(default_factory=dict)
    """Features that a guild is given by a vote, whatever conditions it meets besides: whether it was. A guild
    says so for itself; for those that say nothing it is as the coop says."""
    bounds: Bounds = Field(default_factory=Bounds)


def clause_of(feature: str, holder: Holder, clause: str) -> str:
    """Return the pointer of one clause of a feature's terms, such as ``keep_when``."""
    return f"/features/{feature}/{holder}/{clause}"


def vote_clause(feature: str) -> str:
    """Return the pointer of the clause by which a guild is given a feature."""
    return f"/held/{feature}"
