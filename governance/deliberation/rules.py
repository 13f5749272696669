"""What the deliberation policy may say: how we talk, rehearse and are told, before and after we vote.

Pure. Law 1: every number here comes from ``policies/deliberation.toml`` and the votes that changed it. How a
vote is counted stands in the voting policy; nothing here decides a proposal.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coop.errors import Fault
from coop.policy_text import leaves, token
from governance.rules import Duration

NAME = "deliberation"
"""The kind's name in the policy book."""


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Arguments(_Clauses):
    """Arguments for and against, questions, and the replies to them."""

    characters: int = Field(ge=100, le=20_000)
    per_member: int = Field(ge=1, le=1000)
    """Arguments of one member on one proposal; replies count apart, as many again."""
    depth: int = Field(ge=1, le=10)
    """How deep replies go; 1 lets arguments be answered, and no answer."""


class Rounds(_Clauses):
    """Where each speaks once before anyone speaks twice."""

    waits: Duration
    """How long after its first turn a round waits for those who have not spoken in it."""


class Facilitation(_Clauses):
    """What a facilitator sums up, and what is said of how it ended."""

    characters: int = Field(ge=100, le=20_000)


class Amendments(_Clauses):
    """Changes to a proposal while it is talked over."""

    per_member: int = Field(ge=1, le=100)
    """Open ones of one member on one proposal."""
    characters: int = Field(ge=100, le=20_000)
    """Of the reasons for one, and of those for rejecting it."""


class Statements(_Clauses):
    """Short statements that each can agree with, disagree with or pass."""

    characters: int = Field(ge=20, le=500)
    per_member: int = Field(ge=1, le=200)
    """Of one member on one proposal."""


class Map(_Clauses):
    """The opinion map. It informs and decides nothing."""

    participants: int = Field(ge=5, le=1000)
    """Fewest who have to take part before it is drawn."""
    votes: int = Field(ge=1, le=100)
    """How many statements one has to have answered to be on it, or all where there are fewer."""
    group: int = Field(ge=5, le=100)
    """Smallest group that is shown."""
    groups: int = Field(ge=2, le=10)
    """Most groups that are looked for."""
    filled_to: int = Field(ge=0, le=100)
    """Where fewer people have answered that many, those who answered most are taken in up to this number."""
    findings: int = Field(ge=1, le=50)
    """Most statements that are named for a group, and of those that all agree on or reject."""


class Checks(_Clauses):
    """Sense-checks: quick polls that decide nothing."""

    per_proposal: int = Field(ge=0, le=100)
    lasts: Duration
    characters: int = Field(ge=20, le=1000)
    """Of the question, and of each option."""
    options: int = Field(ge=2, le=20)
    """Most that one may offer."""
    hidden_below: int = Field(ge=5, le=100)
    """Before so many have answered, nobody is told what."""


class Rehearsals(_Clauses):
    """How a patch is tried on what really happened."""

    days: int = Field(ge=7, le=90)
    """How far back."""
    sample: int = Field(ge=20, le=2000)
    """Members whose pages are made anew where the feeds change."""
    hidden_below: int = Field(ge=2, le=100)
    """Smaller numbers of people are not told."""
    per_member_day: int = Field(ge=1, le=1000)
    """Drafts that one member may have rehearsed in 24 hours."""


class Notices(_Clauses):
    """When members are told what concerns them."""

    closing: Duration
    """How long before the close those who have not voted are reminded."""
    review: Duration
    """How long before a review or a sunset everybody is reminded."""
    kept: Duration
    """How long notices and the log of a webhook stay; what lies further back is not told any more."""
    webhooks: int = Field(ge=0, le=100)
    """Addresses that one member may have decisions sent to."""


class Bound(_Clauses):
    """What an ordinary vote may set a clause to."""

    min: int | None = None
    max: int | None = None
    one_of: list[Any] | None = None

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.min is None and self.max is None and self.one_of is None:
            raise ValueError("A bound needs min, max or one_of")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("Nothing lies between this min and this max")
        return self


class Bounds(_Clauses):
    """Declared bounds, by the pointer of the clause."""

    coop: dict[str, Bound] = Field(default_factory=dict)


class DeliberationRules(_Clauses):
    """The deliberation policy."""

    arguments: Arguments
    rounds: Rounds
    facilitation: Facilitation
    amendments: Amendments
    statements: Statements
    map: Map
    checks: Checks
    rehearsals: Rehearsals
    notices: Notices
    bounds: Bounds = Field(default_factory=Bounds)


def deliberation_charter(rules: DeliberationRules) -> list[Fault]:
    """Return the declared bounds that speak of no clause, and so would bind nothing."""
    known = leaves(rules.model_dump(exclude={"bounds"}))
    return [
        Fault(f"/bounds/coop/{token(clause)}", "There is no such clause to set bounds to.")
        for clause in rules.bounds.coop
        if clause not in known
    ]
