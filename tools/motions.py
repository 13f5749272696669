"""What a story tells of a proposal: its text, what was said of it, and how it was voted on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from governance.deliberation.arguments import Stance
from governance.deliberation.statements import Answer
from governance.rules import Method
from governance.tally import Choice


@dataclass(frozen=True, slots=True)
class Voice:
    """What some members voted."""

    handles: str
    """Parted by spaces, in the order in which they voted."""
    choice: Choice
    marks: tuple[int, ...] | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """An argument, whom it helped, and who answered it."""

    by: str
    stance: Stance
    body: str
    helped: str = ""
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """A statement, and who said what to it; its author agrees."""

    by: str
    words: str
    agree: str = ""
    disagree: str = ""
    passed: str = ""

    def answers(self) -> list[tuple[str, Answer]]:
        """Return who answered what, in that order."""
        said = {Answer.AGREE: f"{self.by} {self.agree}", Answer.DISAGREE: self.disagree}
        return [
            (handle, answer)
            for answer, handles in (said | {Answer.PASS: self.passed}).items()
            for handle in handles.split()
        ]


@dataclass(frozen=True, slots=True)
class Check:
    """A sense-check on the scale of five steps, asked by the proposal's author."""

    question: str
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """An amendment that the author accepted: another value of the clause."""

    by: str
    value: Any
    because: str


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection, which puts a decision by consent to an ordinary vote."""

    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Motion:
    """A proposal of the story, and what became of it."""

    days_ago: float
    author: str
    kind: str
    title: str
    rationale: str
    sponsors: tuple[str, ...] = ()
    clause: str = ""
    """What it sets, if it is one patch; another has options."""
    value: Any = None
    method: Method | None = None
    options: Any = None
    tripwires: tuple[dict[str, Any], ...] = ()
    remarks: tuple[Remark, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    check: Check | None = None
    amended: Amended | None = None
    objected: Objected | None = None
    votes: tuple[Voice, ...] = ()
    outcome: str = ""
    """What its author says came of it."""


@dataclass(frozen=True, slots=True)
class Election:
    """An election of stewards: who stands and what they say, and the ballots, by handle."""

    days_ago: float
    author: str
    title: str
    rationale: str
    sponsors: tuple[str, ...]
    candidates: tuple[tuple[str, str], ...]
    ballots: tuple[tuple[str, str], ...]
    """Voter, and candidates from the most preferred on, parted by spaces."""
