"""The record of one vote's ballots, counted again as the audit reads it.

Pure. Law 4: the count reveals everybody's newest ballot, once, as it was committed when it was cast, and each
says what its proposal asks.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from coop.errors import AllotmentError
from governance import options
from governance.commitment import commitment
from governance.options import Said
from governance.rules import VotingRules
from governance.tally import Bar, Choice
from governance.votes import Question, Votes

Payload = dict[str, Any]
SAID = ("choice", "reason", "clause", "marks", "value")
"""What a revealed ballot says."""


@dataclass
class Vote:
    """What the events have said of one proposal so far."""

    submission: Payload
    rules: VotingRules
    bar: Bar
    roll: frozenset[str] | None = None
    guilds: dict[str, list[str]] = field(default_factory=dict)
    """Voter → their guilds, where most of the guilds have to agree."""
    casts: dict[str, Payload] = field(default_factory=dict)
    """Voter → the newest ballot."""
    tally: Payload | None = None
    over: bool = False
    version: Payload | None = None


def question(vote: Vote) -> Question:
    """Return what is asked of whoever counts this vote."""
    told = vote.submission
    return Question(
        method=told["method"],
        options=told["options"],
        roll=len(vote.roll or ()),
        bar=vote.bar,
        seed=told["patch_sha256"],
        strength=vote.rules.ranked.strength,
    )


def cast_openly(vote: Vote, ballots: list[Payload], votes: Votes) -> Iterator[str]:
    """Add the ballots to the votes; yield where it is not everybody's newest one, once, as it was cast."""
    voters = Counter(ballot["voter"] for ballot in ballots)
    yield from (f"{voter} is counted {times} times" for voter, times in voters.items() if times > 1)
    yield from (f"the ballot of {voter} is not counted" for voter in sorted(vote.casts.keys() - voters))
    for ballot in ballots:
        yield from _revealed(ballot, vote.casts.get(ballot["voter"]))
        yield from _counted(vote, ballot, votes)


def lent(vote: Vote, told: Payload, votes: Votes) -> Iterator[str]:
    """Add what a delegate's ballot says for each who had let them vote; yield where that is not asked."""
    ballots = {ballot["voter"]: ballot for ballot in told["ballots"]}
    for one in told.get("delegated", ()):
        yield from _counted(vote, ballots[one["by"]], votes)


def _revealed(ballot: Payload, cast: Payload | None) -> Iterator[str]:
    voter = ballot["voter"]
    if cast is None:
        yield f"{voter} is counted and never voted"
        return
    if ballot["version"] != cast["version"]:
        yield f"the ballot of {voter} is not their newest"
    said = {name: ballot[name] for name in SAID if name in ballot}
    found = commitment(said, ballot["nonce"])
    if found != cast["commitment"]:
        yield f"the ballot of {voter} is not the one they cast"


def _counted(vote: Vote, ballot: Payload, votes: Votes) -> Iterator[str]:
    """Add a ballot to the votes, once it was found to say what its proposal asks."""
    try:
        said = _said(vote.submission, ballot)
    except (AllotmentError, ValueError, TypeError, ArithmeticError):
        yield f"the ballot of {ballot['voter']} says what is not asked"
        return
    asked = vote.guilds.get(ballot["voter"], ()) if vote.bar.guilds is not None else ()
    votes.add(said.choice, 1, said.marks, said.value, asked)


def _said(submission: Payload, ballot: Payload) -> Said:
    value = ballot.get("value")
    return options.said(
        submission["method"],
        submission["options"],
        Choice(ballot["choice"]),
        ballot["reason"],
        ballot["clause"],
        ballot.get("marks"),
        None if value is None else Decimal(value),
    )
