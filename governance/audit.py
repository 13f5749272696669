"""The audit: every vote counted again, from an export of the ledger and nothing else.

Pure. Law 4: the roll was published before the ballots, each ballot was committed when it was cast, and the
count reveals them: so the tally, and the text that it put in force, follow from the events alone. Chain
and hashes are :func:`coop.ledger.read`'s part; this asks whether what the events say is right.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from coop import policy_text
from coop.book import COOP
from coop.errors import AllotmentError
from coop.ledger import Problem
from governance.commitment import commitment
from governance.patch import patch_hash
from governance.risk import risk_class
from governance.rules import RiskClass, VotingRules
from governance.tally import Bar, count

Payload = dict[str, Any]


def problems(events: Iterable[dict[str, Any]]) -> list[Problem]:
    """Return what does not hold in the events of an export, in their order; empty where all does."""
    audit = _Audit()
    found = []
    for event in events:
        handler = _HANDLERS.get(event["type"])
        if handler is None:
            continue
        try:
            found += [Problem(event["seq"], detail) for detail in handler(audit, event["payload"])]
        except (KeyError, TypeError, ValueError, AttributeError, AllotmentError) as error:
            found.append(Problem(event["seq"], f"it cannot be read: {type(error).__name__}: {error}"))
    return found + [Problem(0, detail) for detail in audit.left_over()]


@dataclass
class _Vote:
    """What the events have said of one proposal so far."""

    submission: Payload
    bar: Bar
    roll: frozenset[str] | None = None
    casts: dict[str, Payload] = field(default_factory=dict)
    """Voter → the newest ballot."""
    tally: Payload | None = None
    over: bool = False
    version: Payload | None = None


@dataclass
class _Audit:
    votes: dict[str, _Vote] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Hash of a policy's text → the text, of every version so far."""
    heads: dict[tuple[str, str], Payload] = field(default_factory=dict)
    """(scope, kind) → the newest version."""

    def left_over(self) -> Iterator[str]:
        """Yield what should have been followed by something and was not."""
        for key, vote in self.votes.items():
            if vote.version is not None and not vote.over:
                yield f"proposal {key} brought a version and was never enacted"

    def submitted(self, told: Payload) -> Iterator[str]:
        """Check a submission: its hash, its risk class, the rules it opened under."""
        if told["proposal"] in self.votes:
            yield f"proposal {told['proposal']} was submitted before"
        expected = patch_hash(
            scope=told["scope"],
            kind=told["kind"],
            base_sha256=told["base_sha256"],
            patch=told["patch"],
            proposer=told["proposer"],
            nonce=told["nonce"],
        )
        if expected != told["patch_sha256"]:
            yield "its hash is not that of its patch"
        rules = VotingRules.model_validate(policy_text.parse(self.texts[told["voting_sha256"]]))
        self.votes[told["proposal"]] = _Vote(told, rules.bar(told["risk_class"]))
        # A guild's bounds stand in another policy, which may move while a request is under way.
        if told["scope"] == COOP and self._risk(told) != told["risk_class"]:
            yield f"its risk class is {self._risk(told)}, not {told['risk_class']}"

    def _risk(self, told: Payload) -> RiskClass:
        before = self.texts[told["base_sha256"]]
        old = policy_text.parse(before)
        new = policy_text.parse(policy_text.apply(before, told["patch"]))
        return risk_class(told["kind"], old, new, old.get("bounds", {}).get("coop", {}))

    def frozen(self, told: Payload) -> Iterator[str]:
        """Check a roll: one a proposal, each member on it once."""
        vote = self.votes[told["proposal"]]
        if vote.roll is not None:
            yield "its roll was frozen before"
        vote.roll = frozenset(told["roll"])
        if len(vote.roll) != len(told["roll"]):
            yield "a member is on the roll twice"

    def cast(self, told: Payload) -> Iterator[str]:
        """Check a ballot: on the roll, in time, for this patch, numbered in order."""
        vote, voter = self.votes[told["proposal"]], told["voter"]
        if vote.tally is not None or vote.over:
            yield f"the ballot of {voter} came after the vote"
        if vote.roll is None or voter not in vote.roll:
            yield f"{voter} is not on the roll"
        if told["patch_sha256"] != vote.submission["patch_sha256"]:
            yield f"the ballot of {voter} is for another patch"
        if told["version"] != vote.casts.get(voter, {"version": 0})["version"] + 1:
            yield f"a version of the ballot of {voter} is missing or doubled"
        vote.casts[voter] = told

    def tallied(self, told: Payload) -> Iterator[str]:
        """Count again: every newest ballot revealed as it was cast, the bar and the tally as recorded."""
        vote, ballots = self.votes[told["proposal"]], told["ballots"]
        if vote.tally is not None or vote.over:
            yield "it was counted before, or had ended"
        voters = Counter(ballot["voter"] for ballot in ballots)
        yield from (f"{voter} is counted {times} times" for voter, times in voters.items() if times > 1)
        yield from (f"the ballot of {voter} is not counted" for voter in sorted(vote.casts.keys() - voters))
        for ballot in ballots:
            yield from _revealed(ballot, vote.casts.get(ballot["voter"]))
        if Bar.from_json(told["bar"]) != vote.bar:
            yield "the bar is not that of the rules it opened under"
        votes = Counter(ballot["choice"] for ballot in ballots)
        expected = count(votes, len(vote.roll or ()), vote.bar).as_json()
        if expected != told["tally"]:
            yield f"the tally is wrong: counted again it is {expected}"
        vote.tally = told["tally"]

    def version(self, told: Payload) -> Iterator[str]:
        """Check a policy version: the next number, and the very text that a passed vote asks for."""
        key = (told["scope"], told["kind"])
        head = self.heads.get(key)
        if policy_text.sha256(told["text"]) != told["sha256"]:
            yield "its hash is not that of its text"
        if told["number"] != (1 if head is None else head["number"] + 1):
            yield "a version before it is missing"
        if told["proposal"] is not None:
            yield from self._follows(told, "" if head is None else head["text"])
        elif head is not None:
            yield "no vote brought it, and it is no founding text"
        self.heads[key] = told
        self.texts[told["sha256"]] = told["text"]

    def _follows(self, told: Payload, before: str) -> Iterator[str]:
        vote = self.votes[told["proposal"]]
        if vote.over or vote.tally is None or vote.tally["passed"] is not True:
            yield "its proposal did not pass"
        submission = vote.submission
        if (submission["scope"], submission["kind"]) != (told["scope"], told["kind"]):
            yield "its proposal is about another policy"
        asked = policy_text.apply(before, submission["patch"])
        if policy_text.parse(asked) != policy_text.parse(told["text"]):
            yield "its text is not what the patch makes of the version before"
        vote.version = told

    def enacted(self, told: Payload) -> Iterator[str]:
        """Check an enactment: once, and of the version that the proposal brought."""
        vote = self.votes[told["proposal"]]
        if vote.over:
            yield "it had ended or been enacted before"
        if vote.version is None or vote.version["sha256"] != told["sha256"]:
            yield "it brought no such version"
        vote.over = True

    def ended(self, told: Payload) -> Iterator[str]:
        """Check an end: once, and rejected only by a count."""
        vote = self.votes[told["proposal"]]
        if vote.over:
            yield "it had ended or been enacted before"
        rejected = vote.tally is not None and not vote.tally["passed"]
        if (told["as"] == "rejected") != rejected:
            yield f"it ended as {told['as']}, which its count does not say"
        vote.over = True


def _revealed(ballot: Payload, cast: Payload | None) -> Iterator[str]:
    voter = ballot["voter"]
    if cast is None:
        yield f"{voter} is counted and never voted"
        return
    if ballot["version"] != cast["version"]:
        yield f"the ballot of {voter} is not their newest"
    found = commitment(ballot["choice"], ballot["reason"], ballot["clause"], ballot["nonce"])
    if found != cast["commitment"]:
        yield f"the ballot of {voter} is not the one they cast"


_HANDLERS: dict[str, Callable[[_Audit, Payload], Iterator[str]]] = {
    "policy.version": _Audit.version,
    "proposal.submitted": _Audit.submitted,
    "roll.frozen": _Audit.frozen,
    "ballot.cast": _Audit.cast,
    "proposal.tallied": _Audit.tallied,
    "proposal.enacted": _Audit.enacted,
    "proposal.ended": _Audit.ended,
}
