"""What a ballot may say, by the method that counts it.

Pure. Options stand in the proposal as it was submitted; a ballot names them by their place. A ballot that
says anything else, names an option twice or one that there is not, is refused when it is cast, so the count
meets none.

Rankings and approvals are of ``{"choices": [{"label": …}, …]}``; each choice of competing patches has its
``patch``, but the first, which leaves things as they are. An election has its ``seats`` besides. A number is
named within what :class:`governance.ranges.Range` writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from coop.errors import Fault, RuleBroken
from governance.methods import ranking
from governance.ranges import Range
from governance.rules import Method
from governance.tally import Choice

AS_IT_IS = 0
"""In a ranking: the place of the choice that leaves things as they are."""


def labels(options: Any) -> tuple[str, ...]:
    """Return what the choices are called, in order; empty where there are none yet."""
    return tuple(choice["label"] for choice in options.get("choices", ()))


@dataclass(frozen=True, slots=True)
class Said:
    """What a ballot says, whatever counts it."""

    choice: Choice
    reason: str = ""
    clause: str = ""
    """For a block: the clause it rests on."""
    marks: bytes | None = None
    """Options ranked or approved; see :mod:`governance.methods.ranking`."""
    value: Decimal | None = None
    """The number named."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the commitment covers it and as the count reveals it."""
        told: dict[str, Any] = {"choice": self.choice.value, "reason": self.reason, "clause": self.clause}
        if self.marks is not None:
            told["marks"] = list(self.marks)
        if self.value is not None:
            told["value"] = format(self.value.normalize(), "f")
        return told


def said(
    method: Method,
    options: Any,
    choice: Choice,
    reason: str = "",
    clause: str = "",
    marks: Sequence[int] | None = None,
    value: Decimal | None = None,
) -> Said:
    """Return what a ballot says; raise RuleBroken where it says what its proposal does not ask.

    ``marks`` are places of options, counted from 0.
    """
    choices, read = ANSWERS[method]
    if choice not in choices:
        raise RuleBroken(WRONG, faults=(Fault("/choice", _not_offered(method, choice, choices)),))
    found = Said(choice, reason, clause)
    if choice in (Choice.RANKED, Choice.APPROVED, Choice.NAMED):
        return read(options, found, marks, value)
    if marks is not None or value is not None:
        raise RuleBroken(WRONG, faults=(Fault("/choice", "This choice ranks and names nothing."),))
    return found


WRONG = "This ballot does not answer what is asked."


def _not_offered(method: Method, choice: Choice, choices: Sequence[Choice]) -> str:
    if method == "consent" and choice is Choice.BLOCK:
        return "This is decided by consent: object to it instead, with a reason and a clause."
    return f"Here one chooses one of {', '.join(choices)}."


Reader = Callable[[Any, Said, Sequence[int] | None, Decimal | None], Said]
"""Adds what was ranked, approved or named; raises RuleBroken where that is no answer."""


def _nothing_more(options: Any, found: Said, marks: Sequence[int] | None, value: Decimal | None) -> Said:
    return found


def _marks(options: Any, found: Said, marks: Sequence[int] | None, value: Decimal | None) -> Said:
    """Read a ranking, or what is approved."""
    if marks is None or value is not None:
        detail = "Give the places of the choices, counted from 0, and nothing else."
        raise RuleBroken(WRONG, faults=(Fault("/marks", detail),))
    encode = ranking.encode if found.choice is Choice.RANKED else ranking.encode_approvals
    return replace(found, marks=encode(marks, len(labels(options)), "/marks"))


def _value(options: Any, found: Said, marks: Sequence[int] | None, value: Decimal | None) -> Said:
    """Read a number for a clause."""
    if value is None or marks is not None:
        raise RuleBroken(WRONG, faults=(Fault("/value", "Name a number, and nothing else."),))
    return replace(found, value=Decimal(Range.of(options).read(value)))


RANKING = (Choice.RANKED, Choice.ABSTAIN)
SIDES = (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)
ANSWERS: Mapping[Method, tuple[tuple[Choice, ...], Reader]] = {
    "consent": (SIDES, _nothing_more),
    "majority": ((*SIDES, Choice.BLOCK), _nothing_more),
    "schulze": (RANKING, _marks),
    "median": ((Choice.NAMED, Choice.ABSTAIN), _value),
    "approval": ((Choice.APPROVED, Choice.ABSTAIN), _marks),
    "stv": (RANKING, _marks),
}
"""By method: which choices a ballot has, and what reads the rest of it."""
