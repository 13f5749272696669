"""What the voting policy may say: periods, bars, methods and offices.

Pure. Law 1: every number here comes from ``policies/voting.toml`` and the votes that changed it; law 5: a
proposal in flight keeps the version of these rules that it opened under.
"""

import re
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from governance.tally import Bar

NAME = "voting"
"""The kind's name in the policy book."""

RiskClass = Literal["A", "B", "C", "D"]
"""How much a change can do, from a value inside declared bounds (A) to the constitution (D)."""
CLASSES: tuple[RiskClass, ...] = ("A", "B", "C", "D")
ProposalClass = Literal["A", "B", "C", "D", "E"]
"""The class that a proposal goes by: that of its change, or E for an emergency measure."""
ORDINARY: RiskClass = "B"
"""The class, at the least, of the vote that an objection to a change by consent asks for."""

LEAST_PETITIONERS = 2
"""However small a guild is, nobody calls the assembly alone."""

_ISO = re.compile(
    r"P(?=.)(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?)"
)
_SHARE = re.compile(r"(\d{1,6})/(\d{1,6})")


def duration(text: Any) -> timedelta:
    """Return an ISO 8601 duration in weeks, or in days, hours, minutes and seconds.

    Months and years have no fixed length, so they are refused; so is a sign. Raise ValueError.
    """
    found = _ISO.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('Write a duration such as "P7D", "PT12H" or "P1DT6H"')
    return timedelta(**{unit: int(number) for unit, number in found.groupdict(default="0").items()})


def share(value: Any) -> Fraction:
    """Return a share between 0 and 1 exactly: ``0.6`` is 3/5 and ``"2/3"`` is 2/3. Raise ValueError."""
    found: Fraction | None = None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        found = Fraction(str(value))
    elif isinstance(value, str) and (parts := _SHARE.fullmatch(value)) and int(parts[2]):
        found = Fraction(int(parts[1]), int(parts[2]))
    if found is None or found > 1:
        raise ValueError('Write a share from 0 to 1, such as 0.6 or "2/3"')
    return found


Duration = Annotated[timedelta, BeforeValidator(duration)]
Share = Annotated[Fraction, BeforeValidator(share)]


Method = Literal["consent", "majority", "schulze", "median", "approval", "stv"]
"""How votes are counted."""
Pace = Literal["ordinary", "expedited", "emergency", "veto"]
"""Which periods a proposal keeps: its class's, or those of haste that these rules allow."""
Entry = Literal["deliberation", "verification", "voting"]
"""The first period that a proposal goes through, once it has its sponsors."""


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Periods(_Clauses):
    """How long each part of the way takes."""

    deliberate: Duration
    """From the signature that was needed last to the locking of the text."""
    verify: Duration
    """The text is locked; at its end the roll is frozen."""
    vote: Duration
    timelock: Duration
    """From the close of a vote that passed to its enactment."""


class ClassRules(Periods):
    """How proposals of one risk class are decided."""

    method: Literal["consent", "majority"]
    """For one patch to one policy: by consent an objection puts it to an ordinary vote."""
    floor: Share
    """Share of the frozen roll that has to say yes."""
    min: int = Field(ge=1)
    """Fewest who have to say yes, whatever the floor; on a small roll at most half of it, rounded up."""
    threshold: Share
    """Share of those who take a side that has to say yes."""
    guilds: Share | None = None
    """Share of the guilds that took part in which most have to say yes; asked of the coop's votes alone."""
    tenure: Duration
    """How long one has belonged, when the roll is frozen, to be on it."""
    review: Duration | None = None
    """How long after it took force a change is looked at again."""
    sunset: Duration | None = None
    """How long after it took force, or was last renewed, a change ends by itself."""


class Classes(_Clauses):
    """The four risk classes."""

    A: ClassRules
    B: ClassRules
    C: ClassRules
    D: ClassRules

    def of(self, risk_class: RiskClass) -> ClassRules:
        """Return the rules of one class."""
        found: ClassRules = getattr(self, risk_class)
        return found


class Sponsors(_Clauses):
    """How a proposal comes to be discussed by all."""

    count: int = Field(ge=1)
    share: Share
    lapse: Duration
    """How long after submission a proposal waits for its sponsors."""
    drafts: int = Field(ge=1, le=1000)
    """Drafts that one member may keep at one time."""

    def needed(self, members: int) -> int:
        """Return how many signatures put a proposal to ``members`` of its scope.

        The larger of ``count`` and ``share`` of them, rounded up; but never more than half of them, rounded
        up, so that a small scope can propose too; and at least one: the author's own.
        """
        return max(1, min(max(self.count, ceil(self.share * members)), ceil(members / 2)))


class Consent(_Clauses):
    """What ends a decision by consent."""

    objectors: int = Field(ge=1)
    """How many reasoned objections put a change to an ordinary vote of class B."""


class Block(_Clauses):
    """What a reasoned block does."""

    threshold: Share
    """The threshold that one block raises a vote to."""


class Extension(_Clauses):
    """What a late swing does: whoever was surprised by it gets the time to answer."""

    window: Duration
    """A floor that is first reached this late before the close, …"""
    by: Duration
    """… puts the close this long after that moment."""
    most: Share
    """At most so much longer, as a share of the period for voting."""


class Ranked(_Clauses):
    """How rankings of competing patches are counted."""

    strength: Literal["winning votes", "margins"]
    """What a victory of one option over another weighs in Schulze's method; they can elect differently."""


class Petition(_Clauses):
    """How another guild calls the assembly to look at what a guild has passed."""

    share: Share
    """Share of one other guild's members who have to sign during the timelock."""
    vote: Duration
    """How long the assembly then votes on a veto."""
    bar: RiskClass
    """The class whose bar the veto has to reach."""

    def needed(self, members: int) -> int:
        """Return how many of a guild's members call a vote: its share, rounded up; never one alone."""
        return max(LEAST_PETITIONERS, ceil(self.share * members))


class Emergency(_Clauses):
    """What stewards may do at once, for a while."""

    stewards: int = Field(ge=2)
    """How many of the council have to sign."""
    lasts: Duration
    """Then it ends by itself, unless the members ratified it by a vote meanwhile."""
    kinds: list[str]
    """Kinds of policy that a measure may touch."""


class Council(_Clauses):
    """The stewards, whom members elect."""

    seats: int = Field(ge=3)
    term: Duration
    secret_roll: int = Field(ge=2)
    """Votes on people are secret, which a smaller roll than this cannot keep."""
    turnout_from: int = Field(ge=2)
    """How many have voted is told from this number on."""


class Delegating(_Clauses):
    """Voting for another of one's guild. Never in classes C and D, never in votes on people."""

    allowed: bool
    held: int = Field(ge=1)
    """Most that one member may vote for."""
    lasts: Duration


class Juries(_Clauses):
    """Panels drawn by lot, who look closely and tell the others."""

    size: int = Field(ge=3)
    classes: list[RiskClass]
    """Classes of proposals that a panel is drawn for."""


class VotingRules(_Clauses):
    """The voting policy."""

    classes: Classes
    sponsors: Sponsors
    consent: Consent
    block: Block
    extension: Extension
    ranked: Ranked
    expedited: Periods
    petition: Petition
    emergency: Emergency
    council: Council
    delegation: Delegating
    juries: Juries

    def bar(self, risk_class: RiskClass) -> Bar:
        """Return what a count of this class has to reach."""
        rules = self.classes.of(risk_class)
        return Bar(rules.floor, rules.min, rules.threshold, self.block.threshold, rules.guilds)

    def periods(self, risk_class: RiskClass, pace: Pace) -> Periods:
        """Return how long each part of the way takes at a pace."""
        if pace == "expedited":
            return self.expedited
        if pace == "ordinary":
            return self.classes.of(risk_class)
        nothing = timedelta()
        vote = self.petition.vote if pace == "veto" else nothing
        return Periods.model_construct(deliberate=nothing, verify=nothing, vote=vote, timelock=nothing)
