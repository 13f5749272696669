"""The words in which pages tell of states, classes and choices. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from governance.lifecycle import State
from governance.rules import RiskClass
from governance.tally import Choice


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state is named, what happens at its end, and what it means."""

    name: str
    means: str
    ends: str = ""


STATES: dict[State, StateWords] = {
    State.DRAFT: StateWords("Draft", "Only its author sees it."),
    State.SPONSORING: StateWords("Seeking sponsors", "Members sign it to put it to everybody.", "Lapses"),
    State.DELIBERATION: StateWords("Deliberation", "Everybody has time to think it over.", "Ends"),
    State.VERIFICATION: StateWords("Verification", "At its end the roll is frozen.", "Voting opens"),
    State.VOTING: StateWords("Voting", "Whoever is on the roll may vote, and vote again.", "Voting closes"),
    State.TIMELOCK: StateWords("Passed, waiting", "It passed and takes force by itself.", "Takes force"),
    State.IN_FORCE: StateWords("In force", "It is the rule now."),
    State.REJECTED: StateWords("Rejected", "The vote did not reach what it had to."),
    State.WITHDRAWN: StateWords("Withdrawn", "Its author took it back."),
    State.LAPSED: StateWords("Lapsed", "It did not find its sponsors in time."),
    State.CONFLICTED: StateWords("Conflicted", "Another vote changed the text it was written against."),
    State.CANCELLED: StateWords("Cancelled", "It was ended before it could be decided."),
    State.ENACTMENT_FAILED: StateWords("Not enacted", "It passed and the policy could not stand with it."),
}

CLASSES: dict[RiskClass, str] = {
    "A": "values inside the bounds that the policy declares",
    "B": "how things are shown and how far they travel",
    "C": "who belongs",
    "D": "how we decide, and the bounds themselves",
}

CHOICES: dict[Choice, tuple[str, str]] = {
    Choice.FOR: ("For", "I want this change."),
    Choice.AGAINST: ("Against", "I do not want this change."),
    Choice.ABSTAIN: ("Abstain", "I take no side; it counts neither way."),
    Choice.BLOCK: ("Block", "Against, for a reason and by a clause: more of us must say yes then."),
}

LIMITS = {
    "seats": "Members who may view it",
    "arrivals": "Strangers let in a minute",
    "burst": "Strangers let in at once",
    "replies": "Replies",
    "replies_each": "Replies of one member",
}
"""What a post's limits are called."""


def share(part: Fraction) -> str:
    """Return a share as people read it: ``60 %``, or ``2/3`` where it is no whole number of hundredths."""
    hundredths = part * 100
    return f"{hundredths.numerator} %" if hundredths.denominator == 1 else str(part)


def exact(number: int, places: int) -> str:
    """Return a whole number of ``10 ** -places`` as a decimal, every digit of it: sums of them add up."""
    whole, rest = divmod(abs(number), 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    return f"{'-' if number < 0 else ''}{whole}{'.' if digits else ''}{digits}"
