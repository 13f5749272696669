"""What the voting policy may say: periods, bars and sponsors, by risk class.

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


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ClassRules(_Clauses):
    """How proposals of one risk class are decided."""

    deliberate: Duration
    """From the signature that was needed last to the locking of the text."""
    verify: Duration
    """The text is locked; at its end the roll is frozen."""
    vote: Duration
    timelock: Duration
    """From the close of a vote that passed to its enactment."""
    floor: Share
    """Share of the frozen roll that has to say yes."""
    min: int = Field(ge=1)
    """Fewest who have to say yes, whatever the floor; on a small roll at most half of it, rounded up."""
    threshold: Share
    """Share of those who take a side that has to say yes."""
    tenure: Duration
    """How long one has belonged, when the roll is frozen, to be on it."""


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

    def needed(self, members: int) -> int:
        """Return how many signatures put a proposal to ``members`` of its scope.

        The larger of ``count`` and ``share`` of them, rounded up; but never more than half of them, rounded
        up, so that a small scope can propose too; and at least one: the author's own.
        """
        return max(1, min(max(self.count, ceil(self.share * members)), ceil(members / 2)))


class Block(_Clauses):
    """What a reasoned block does."""

    threshold: Share
    """The threshold that one block raises a vote to."""


class VotingRules(_Clauses):
    """The voting policy."""

    classes: Classes
    sponsors: Sponsors
    block: Block

    def bar(self, risk_class: RiskClass) -> Bar:
        """Return what a count of this class has to reach."""
        rules = self.classes.of(risk_class)
        return Bar(rules.floor, rules.min, rules.threshold, self.block.threshold)
