"""What the policy ``moderation`` says of people who look: what may be reported, and how a jury decides.

Pure. Law 1: the grounds of a report, how many of them call a jury, how many jurors sit and for how long, who
cannot judge whom, and how far a jury may go are clauses. Law 13: where a jury does not decide in time, doubt
ends in favour of whoever wrote the thing.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from coop.clauses import Clauses, Duration

Outcome = Literal["none", "label", "collapse", "narrow", "remove"]
"""What a jury does with a thing.

``none``: leaves it as it is. ``label`` and ``collapse`` are what rules do, too. ``narrow``: only whoever
follows its author, or is named in it, sees it. ``remove``: only its author does.
"""
OUTCOMES: tuple[Outcome, ...] = ("none", "label", "collapse", "narrow", "remove")
"""The mildest first."""

Measure = Literal["nothing", "warn", "pause", "suspend"]
"""What a jury does about whoever made a thing.

``warn``: it asks them not to do so again. ``pause``: they publish nothing for some days. ``suspend``: it asks
all of us to suspend them, and a vote decides (``coop/suspensions.py``); the jury itself suspends nobody.
"""
MEASURES: tuple[Measure, ...] = ("nothing", "warn", "pause", "suspend")
"""The mildest first."""

Tie = Literal["blocks", "follows", "answers", "guilds"]
"""What ties a juror to the author: one blocks the other; one follows the other; one answered the other of
late; both are in a guild other than the one whose members judge."""


class Ground(Clauses):
    """A by-law that people judge by, since no rule could: what may be reported, and how far a jury may go."""

    about: str = Field(min_length=1, max_length=300)
    """What is not wanted, in words that everybody reads."""
    outcomes: list[Outcome] = Field(min_length=1, max_length=len(OUTCOMES) - 1)
    """What a jury may choose from, besides leaving it as it is."""
    measures: list[Measure] = Field(default_factory=list, max_length=len(MEASURES) - 1)
    """What it may choose about whoever made it, besides nothing."""
    label: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")] | None = None
    """What its label says."""
    claim: bool = False
    """Whether it is about a right of one's own: then one report calls a jury."""

    @model_validator(mode="after")
    def _says_what_it_may_come_to(self) -> Self:
        if "none" in self.outcomes or "nothing" in self.measures:
            raise ValueError("A jury may always leave things as they are: name what else it may do")
        if len(set(self.outcomes)) != len(self.outcomes) or len(set(self.measures)) != len(self.measures):
            raise ValueError("It names something twice")
        if ("label" in self.outcomes) is (self.label is None):
            raise ValueError("A ground for a label, and no other, names its label")
        return self


class Reports(Clauses):
    """How members call people to look."""

    to_open: int = Field(ge=1, le=100)
    """So many different members' reports of one thing call a jury."""
    per_day: int = Field(ge=1, le=1000)
    """Of one member, in a day's time."""
    again: Duration
    """For so long a thing that a jury left as it is cannot be reported."""
    bad_faith: Duration
    """Whoever juries find again and again to have reported in bad faith reports nothing for so long,"""
    bad_faith_after: int = Field(ge=2, le=10)
    """once that many of their findings (the first one warns)"""
    bad_faith_within: Duration
    """lie within this time."""


class Juries(Clauses):
    """Members drawn by lot, who judge what was reported, what is held, and what is appealed."""

    size: int = Field(ge=3, le=25)
    quorum: int = Field(ge=2, le=25)
    """At least so many of them have to vote; else nothing is done."""
    time: Duration
    """From the draw on, for deliberating and voting."""
    tenure_days: int = Field(ge=0, le=365)
    """Whoever judges has been a member for so long."""
    at_once: int = Field(ge=1, le=20)
    """Cases that one member judges at a time."""
    conflicts: list[Tie] = Field(max_length=4)
    """Whoever is tied to the author like this does not judge them."""
    answered_within: Duration
    """An answer to each other ties two for so long."""

    @model_validator(mode="after")
    def _can_decide(self) -> Self:
        if self.size % 2 == 0:
            raise ValueError("A jury is of an odd number, so that it has a middle")
        if not self.size // 2 < self.quorum <= self.size:
            raise ValueError("A quorum is more than half of a jury")
        return self


class Appeals(Clauses):
    """How a decision is looked at again."""

    per_month: int = Field(ge=1, le=100)
    """Of one member, in 30 days."""
    days: int = Field(ge=1, le=365)
    """For so many days what a jury or a steward decided can be appealed; each rule says so for itself."""


class Emergencies(Clauses):
    """What a steward of a guild may do alone, until a jury has looked."""

    hold: Duration
    """How long at most something made in the guild is held."""
    per_week: int = Field(ge=0, le=100)
    """Of one steward."""


class Pauses(Clauses):
    """Being paused: one reads on, and publishes nothing."""

    length: Duration


class Quality(Clauses):
    """When a rule is shown as poor, with a way to propose its repeal."""

    judged: int = Field(ge=1, le=1000)
    """Of its decisions juries have judged so many at least,"""
    overturned: float = Field(gt=0, le=1)
    """and overturned this share of them."""
    within: Duration
    """What it decided so long ago does not count any more."""


class CaseRules(Clauses):
    """The parts of the moderation policy that are about people who look."""

    grounds: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")], Ground] = Field(
        default_factory=dict
    )
    reports: Reports
    juries: Juries
    appeals: Appeals
    emergencies: Emergencies
    pauses: Pauses
    quality: Quality


def ground_clause(name: str) -> str:
    """Return the pointer that stands for a ground in a receipt."""
    return f"/grounds/{name}/about"
