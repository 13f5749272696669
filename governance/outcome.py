"""Outcomes: what follows from the ballots of a vote, by the method that it is counted by.

Pure. Law 4: the same ballots give the same outcome anywhere, in whole numbers. The methods themselves stand
in :mod:`governance.methods`, the rule for and against in :mod:`governance.tally`.

Whatever the method, leaving things as they are is never voted away by fewer than it takes to change them by
a vote for and against: each choice is held against it by the bar of the proposal's class, and those who
prefer things as they are count against. So one more ballot for them can never turn fail into pass.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from governance.facts import Counted
from governance.methods import approval, median, schulze, stv, ties
from governance.methods.median import Number
from governance.methods.ranking import Profile
from governance.options import AS_IT_IS, labels
from governance.ranges import Range
from governance.rules import Method
from governance.tally import Choice, Tally, count
from governance.votes import Question, Votes

Sides = Mapping[str, int]
"""How many are for a change and against it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a vote by another method than for and against."""

    method: Method
    passed: bool
    reason: str
    """Why it passed or failed, in a sentence."""
    roll: int
    ballots: int
    """How many took part: ranked, approved or named something."""
    need: int
    """How many had to prefer what was chosen, or to take part in an election."""
    result: dict[str, Any]
    """``chosen``: the places of what was chosen among the choices, none where nothing was; ``count``: the
    count as its method tells it; and what the method has besides. No number in it is a float."""

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places of what was chosen, in order; empty for a number and where nothing was."""
        return tuple(self.result["chosen"])

    def as_json(self) -> dict[str, Any]:
        """Return the outcome for the ledger and for receipts."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the outcome that :meth:`as_json` wrote."""
        return cls(**told)


def decide(question: Question, votes: Votes) -> Counted:
    """Return what follows from the votes."""
    method = _METHODS.get(question.method)
    if method is not None:
        return method(question, votes)
    guilds = {name: own.choices for name, own in enumerate(votes.guilds.values())}
    return count(votes.choices, question.roll, question.bar, guilds)


def counted_from(told: Mapping[str, Any]) -> Counted:
    """Return the outcome that was written down as JSON; a vote for and against names no method."""
    return Outcome.from_json(told) if "method" in told else Tally.from_json(told)


def _against_as_it_is(question: Question, sides: Sides, by_guild: Iterable[Sides]) -> Tally:
    """Return how a change stands against things as they are, by the pass rule for and against."""
    return count(sides, question.roll, question.bar, dict(enumerate(by_guild)))


def _sided(pairs: Iterable[tuple[bool, int]]) -> Counter[str]:
    """Return how many are for and against."""
    found = Counter[str]()
    for in_favour, number in pairs:
        found[Choice.FOR if in_favour else Choice.AGAINST] += number
    return found


def _standing(tally: Tally) -> dict[str, Any]:
    """Return how a change stood, for the ledger."""
    told = tally.as_json()
    names = ("for", "against", "threshold", "guilds", "passed")
    return {name: told[name] for name in names if name in told}


def _verdict(passed: bool) -> str:
    return "Passed" if passed else "Rejected"


def _sentence(passed: bool, what: str, tally: Tally, preferred: str) -> str:
    sided = tally.for_ + tally.against
    asked = tally.guilds
    guilds = (
        f"; and {asked.in_favour} of {asked.took_part} guilds, where {asked.share} had to" if asked else ""
    )
    return (
        f"{_verdict(passed)}: {what}. {tally.for_} of {tally.roll} on the roll {preferred}, "
        f"where {tally.need} had to; that is {tally.for_} of the {sided} who took a side, "
        f"where {tally.threshold} had to{guilds}."
    )


def _nobody(question: Question) -> Outcome:
    return _outcome(question, False, "Rejected: nobody took part.", 0, {"chosen": [], "count": None})


def _ranked(question: Question, votes: Votes) -> Outcome:
    """Count rankings of choices, the first of which is to leave things as they are.

    A choice that does not reach its bar against that one is left out; of the others, Schulze's method elects
    (as in Debian's constitution, A.5). For are the ballots that rank it above leaving things as they are,
    Against those that rank it below. Were the bar asked of the winner alone, one more ballot that ranks
    things as they are first could move the victory from a choice that misses its bar to one that reaches it.
    """
    names = labels(question.options)
    beats = _pairwise(votes, names)
    by_guild = [_pairwise(own, names) for own in votes.guilds.values()]
    tallies = {
        option: _against_as_it_is(question, _over(beats, option), [_over(own, option) for own in by_guild])
        for option in range(AS_IT_IS + 1, len(names))
    }
    kept = [AS_IT_IS, *(option for option, tally in tallies.items() if tally.passed)]
    lots = ties.draw(question.seed, names)
    counted = schulze.from_pairwise(
        beats[np.ix_(kept, kept)],
        [lots[option] for option in kept],
        "margins" if question.strength == "margins" else "winning",
    )
    winner = kept[counted.ranking[0]]
    passed = winner != AS_IT_IS
    if passed:
        what = f"“{names[winner]}” comes first"
        reason = _sentence(True, what, tallies[winner], f"put it above “{names[AS_IT_IS]}”")
    else:
        reason = f"Rejected: no choice reached what it had to against “{names[AS_IT_IS]}”."
    result = {
        "chosen": [winner] if passed else [],
        "choices": [{"label": names[option], **_standing(tally)} for option, tally in tallies.items()],
        "count": counted.as_json([names[option] for option in kept]),
    }
    return _outcome(question, passed, reason, votes.marks.total(), result)


def _pairwise(votes: Votes, names: Sequence[str]) -> schulze.Matrix:
    return schulze.pairwise(Profile.of(votes.marks.items(), len(names)))


def _over(beats: schulze.Matrix, option: int) -> dict[str, int]:
    return {Choice.FOR: int(beats[option, AS_IT_IS]), Choice.AGAINST: int(beats[AS_IT_IS, option])}


def _named(question: Question, votes: Votes) -> Outcome:
    """Count the numbers that ballots name for a clause: it becomes their lower median.

    For are the ballots that name a number on the median's side of the present one, Against all others; so
    as many as the bar asks for want to leave the present number, and in this direction. A median that is
    the present number is a rejection.
    """
    asked = Range.of(question.options)
    numbers = {value: asked.read(value) for value in votes.values}
    named = [numbers[value] for value in votes.values.elements()]
    if not named:
        return _nobody(question)
    counted = median.median(named, asked.low, asked.high)
    away = partial(_away, asked.present, counted.value)
    tally = _against_as_it_is(question, away(votes), map(away, votes.guilds.values()))
    value, present = asked.told(counted.value), asked.told(asked.present)
    what = f"of {counted.voters} numbers the middle one is {value}, and it is {present} now"
    side = "more" if counted.value > asked.present else "less"
    reason = _sentence(tally.passed, what, tally, f"named {side}")
    if counted.value == asked.present:
        reason = f"Rejected: of {counted.voters} numbers the middle one is {value}, as it is."
    result = {"chosen": [], **_standing(tally), "count": counted.as_json()}
    return _outcome(question, tally.passed, reason, counted.voters, result)


def _away(present: Number, middle: Number, votes: Votes) -> Counter[str]:
    """Return how many named a number on the side of ``middle``, seen from the present one."""
    higher, lower = middle > present, middle < present
    return _sided(
        ((higher and value > present) or (lower and value < present), number)
        for value, number in votes.values.items()
    )


def _approved(question: Question, votes: Votes) -> Outcome:
    """Count approvals: the most approved choice passes if it reaches the bar.

    For are the ballots that approve it, Against those that approve others or none; whoever abstains takes
    no part. Choices that are level are parted by the draw. In an election it elects; see :func:`_elected`.
    Of a vote on a member nothing is counted where too few took part: the numbers could tell who said what.
    """
    if "seats" in question.options:
        return _elected(question, votes)
    names, ballots, need = labels(question.options), votes.marks.total(), question.bar.need(question.roll)
    if "member" in question.options and ballots < need:
        reason = f"Rejected: {ballots} of {question.roll} on the roll took part, where {need} had to say yes."
        return _outcome(question, False, reason, ballots, {"chosen": [], "count": None})
    counted = approval.count(Profile.of(votes.marks.items(), len(names)), 1, ties.draw(question.seed, names))
    (winner,) = counted.winners
    approving = partial(_approving, winner)
    tally = _against_as_it_is(question, approving(votes), map(approving, votes.guilds.values()))
    what = f"“{names[winner]}” is approved by most"
    reason = _sentence(tally.passed, what, tally, "approved it")
    result = {
        "chosen": [winner] if tally.passed else [],
        **_standing(tally),
        "count": counted.as_json(names),
    }
    return _outcome(question, tally.passed, reason, votes.marks.total(), result)


def _approving(option: int, votes: Votes) -> Counter[str]:
    return _sided((option in marks, number) for marks, number in votes.marks.items())


def _elected(question: Question, votes: Votes) -> Outcome:
    """Count an election: it is valid where as many take part as the bar asks to say yes.

    By the single transferable vote or by approval; those elected stand in order. Guilds are not asked. Where
    too few take part nothing is counted, for the numbers could tell how each of them voted.
    """
    names, ballots, need = labels(question.options), votes.marks.total(), question.bar.need(question.roll)
    took_part = f"{ballots} of {question.roll} on the roll took part, where {need} had to."
    if ballots < need:
        return _outcome(question, False, f"Rejected: {took_part}", ballots, {"chosen": [], "count": None})
    profile, lots = Profile.of(votes.marks.items(), len(names)), ties.draw(question.seed, names)
    seats, method = question.options["seats"], stv if question.method == "stv" else approval
    counted: stv.Count | approval.Approval = method.count(profile, seats, lots)
    elected = ", ".join(names[option] for option in counted.winners)
    reason = f"Passed: elected {elected}; {took_part}"
    result = {"chosen": list(counted.winners), "count": counted.as_json(names)}
    return _outcome(question, True, reason, ballots, result)


def _outcome(question: Question, passed: bool, reason: str, ballots: int, result: dict[str, Any]) -> Outcome:
    need = question.bar.need(question.roll)
    return Outcome(question.method, passed, reason, question.roll, ballots, need, result)


_METHODS: Mapping[Method, Callable[[Question, Votes], Outcome]] = {
    "schulze": _ranked,
    "median": _named,
    "approval": _approved,
    "stv": _elected,
}
"""What counts by each method, besides for and against."""
