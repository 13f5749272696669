"""The audit: every vote counted again, from an export of the ledger and nothing else.

Pure. Law 4: the roll was published before the ballots, each ballot was committed when it was cast, and the
count reveals them: so the tally, and the text that it put in force, follow from the events alone. Chain
and hashes are :func:`coop.ledger.read`'s part; this asks whether what the events say is right.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from coop import policy_text
from coop.book import COOP
from coop.errors import AllotmentError
from coop.ledger import Problem
from governance.ballot_record import Vote, cast_openly, lent, question
from governance.chosen import patch_of, possible, weightiest
from governance.facts import RENEWAL
from governance.opening_record import Openings
from governance.outcome import counted_from, decide
from governance.patch import patch_hash
from governance.people.record import People
from governance.people.secrecy import SECRET, SUSPENSION
from governance.people.slate import ELECTION
from governance.rehearsal.record import Rehearsals
from governance.relations_record import Relations
from governance.risk import risk_class
from governance.rules import RiskClass, VotingRules
from governance.tally import Bar
from governance.undoing_record import Undoings
from governance.votes import Votes

Payload = dict[str, Any]


def problems(events: Iterable[dict[str, Any]]) -> list[Problem]:
    """Return what does not hold in the events of an export, in their order; empty where all does."""
    audit = _Audit()
    found = []
    for event in events:
        handler = _HANDLERS.get(event["type"])
        try:
            audit.people.note(event)
            audit.undoings.note(event)
            audit.relations.note(event)
            audit.openings.note(event)
            if handler is not None:
                found += [Problem(event["seq"], detail) for detail in handler(audit, event["payload"])]
        except (KeyError, TypeError, ValueError, AttributeError, AllotmentError) as error:
            found.append(Problem(event["seq"], f"it cannot be read: {type(error).__name__}: {error}"))
    return found + [Problem(0, detail) for detail in audit.left_over()]


@dataclass
class _Audit:
    votes: dict[str, Vote] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Hash of a policy's text → the text, of every version so far."""
    heads: dict[tuple[str, str], Payload] = field(default_factory=dict)
    """(scope, kind) → the newest version."""
    people: People = field(default_factory=People)
    undoings: Undoings = field(default_factory=Undoings)
    relations: Relations = field(default_factory=Relations)
    openings: Openings = field(default_factory=Openings)
    rehearsals: Rehearsals = field(default_factory=Rehearsals)

    def left_over(self) -> Iterator[str]:
        """Yield what should have been followed by something and was not."""
        for key, vote in self.votes.items():
            if vote.version is not None and not self.undoings.took_force(key):
                yield f"proposal {key} brought a version and was never enacted"
        yield from self.undoings.left_over()
        yield from self.relations.left_over()

    def submitted(self, told: Payload) -> Iterator[str]:
        """Check a submission: its hash, its risk class, the rules it opened under."""
        if told["proposal"] in self.votes:
            yield f"proposal {told['proposal']} was submitted before"
        yield from _hashed(told)
        rules = VotingRules.model_validate(policy_text.parse(self.texts[told["voting_sha256"]]))
        self.votes[told["proposal"]] = Vote(told, rules, _bar(told, rules))
        # A guild's bounds stand in another policy, which may move while a request is under way.
        if told["scope"] == COOP:
            risk = self.relations.heaviest(told, self._risk(told), self.votes)
            if risk != told["risk_class"]:
                yield f"its risk class is {risk}, not {told['risk_class']}"
        yield from self.relations.submitted(told, self.votes)
        yield from self.undoings.signature(self.votes[told["proposal"]], told)

    def amended(self, told: Payload) -> Iterator[str]:
        """Check an amendment: its hash, and a class that is that of its patch or else has not fallen."""
        vote = self.votes[told["proposal"]]
        yield from self.relations.amended(vote, told)
        before = vote.submission["risk_class"]
        vote.submission = vote.submission | told
        vote.bar = _bar(vote.submission, vote.rules)
        yield from _hashed(vote.submission)
        if vote.submission["scope"] == COOP:
            risk = weightiest((self._risk(vote.submission), before))
            if risk != told["risk_class"]:
                yield f"its risk class is {risk}, not {told['risk_class']}"

    def _risk(self, told: Payload) -> RiskClass:
        """Return the class of the weightiest of the patches that can take force."""
        if told["kind"] in _NO_POLICY:
            return _NO_POLICY[told["kind"]](self, told)
        before = self.texts[told["base_sha256"]]
        old = policy_text.parse(before)
        patches = possible(told["method"], told["options"], told["patch"]).values()
        texts = [policy_text.parse(policy_text.apply(before, patch)) for patch in patches]
        bounds = old.get("bounds", {}).get("coop", {})
        return weightiest(risk_class(told["kind"], old, new, bounds) for new in texts)

    def frozen(self, told: Payload) -> Iterator[str]:
        """Check a roll: one a proposal, of the moment its vote opened, each member on it once."""
        vote = self.votes[told["proposal"]]
        if vote.roll is not None:
            yield "its roll was frozen before"
        vote.roll = frozenset(told["roll"])
        vote.guilds = told.get("guilds", {})
        if len(vote.roll) != len(told["roll"]):
            yield "a member is on the roll twice"
        yield from self.openings.frozen(vote, told)
        yield from self.people.frozen(vote, told)
        yield from self.rehearsals.opened(vote.submission)

    def cast(self, told: Payload) -> Iterator[str]:
        """Check a ballot: on the roll, in time, for this patch and its rehearsal, numbered in order."""
        vote, voter = self.votes[told["proposal"]], told["voter"]
        if vote.tally is not None or vote.over:
            yield f"the ballot of {voter} came after the vote"
        if vote.roll is None or voter not in vote.roll:
            yield f"{voter} is not on the roll"
        if told["patch_sha256"] != vote.submission["patch_sha256"]:
            yield f"the ballot of {voter} is for another patch"
        yield from self.rehearsals.cast(told)
        if told["version"] != vote.casts.get(voter, {"version": 0})["version"] + 1:
            yield f"a version of the ballot of {voter} is missing or doubled"
        vote.casts[voter] = told

    def tallied(self, told: Payload) -> Iterator[str]:
        """Count again: every newest ballot revealed as it was cast, the bar and the tally as recorded."""
        vote, votes = self.votes[told["proposal"]], Votes()
        if vote.tally is not None or vote.over:
            yield "it was counted before, or had ended"
        if Bar.from_json(told["bar"]) != vote.bar:
            yield "the bar is not that of the rules it opened under"
        if vote.submission["kind"] in SECRET:
            yield from self.people.told(vote, told, votes)
        else:
            yield from cast_openly(vote, told["ballots"], votes)
            yield from self.people.delegated(vote, told)
            yield from lent(vote, told, votes)
        expected = decide(question(vote), votes).as_json()
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
        if self.undoings.undoes(told):
            yield from self.undoings.undid(told)
        else:
            if told["proposal"] is not None:
                yield from self._follows(told, "" if head is None else head["text"])
            elif head is not None:
                yield "no vote brought it, and it is no founding text"
            yield from self.undoings.laid(told, self.votes.get(told["proposal"]))
        self.heads[key] = told
        self.texts[told["sha256"]] = told["text"]

    def _follows(self, told: Payload, before: str) -> Iterator[str]:
        vote = self.votes[told["proposal"]]
        submission = vote.submission
        at_once = submission["pace"] == "emergency" and vote.tally is None
        if vote.over or not (at_once or (vote.tally or {}).get("passed") is True):
            yield "its proposal did not pass"
        if (submission["scope"], submission["kind"]) != (told["scope"], told["kind"]):
            yield "its proposal is about another policy"
        counted = None if vote.tally is None else counted_from(vote.tally)
        patch = patch_of(submission["method"], submission["options"], submission["patch"], counted)
        asked = policy_text.apply(before, patch)
        if policy_text.parse(asked) != policy_text.parse(told["text"]):
            yield "its text is not what the patch makes of the version before"
        vote.version = told

    def enacted(self, told: Payload) -> Iterator[str]:
        """Check an enactment: once, and of the version that the proposal brought."""
        vote = self.votes[told["proposal"]]
        if vote.over or self.undoings.took_force(told["proposal"]):
            yield "it had ended or been enacted before"
        if vote.submission["kind"] in _NO_POLICY:
            if "sha256" in told or vote.tally is None or vote.tally["passed"] is not True:
                yield "it did not pass, or is no change of a policy"
        elif vote.version is None or vote.version["sha256"] != told["sha256"]:
            yield "it brought no such version"
        yield from self.relations.enacted(told, self.votes)
        self.undoings.enacted(told["proposal"])
        vote.over = vote.submission["pace"] != "emergency"

    def ended(self, told: Payload) -> Iterator[str]:
        """Check an end: once, and rejected only by a count."""
        vote = self.votes[told["proposal"]]
        if vote.over or self.undoings.took_force(told["proposal"]):
            yield "it had ended or been enacted before"
        rejected = vote.tally is not None and not vote.tally["passed"]
        if (told["as"] == "rejected") != rejected:
            yield f"it ended as {told['as']}, which its count does not say"
        yield from self.relations.ended(vote, told, self.votes)
        vote.over = True


def _hashed(told: Payload) -> Iterator[str]:
    expected = patch_hash(
        scope=told["scope"],
        kind=told["kind"],
        base_sha256=told["base_sha256"],
        patch=told["patch"],
        method=told["method"],
        options=told["options"],
        target=told["target"],
        terms=told["terms"],
        proposer=told["proposer"],
        nonce=told["nonce"],
    )
    if expected != told["patch_sha256"]:
        yield "its hash is not that of its patch"


def _bar(told: Payload, rules: VotingRules) -> Bar:
    """Return what a proposal's count has to reach; guilds are asked of the coop's votes alone."""
    bar = rules.bar(told["risk_class"])
    return bar if told["scope"] == COOP else replace(bar, guilds=None)


_NO_POLICY: dict[str, Callable[[_Audit, Payload], RiskClass]] = {
    "question": lambda audit, told: "B",
    "veto": lambda audit, told: audit.votes[told["proposal"]].rules.petition.bar,
    ELECTION: lambda audit, told: "C",
    SUSPENSION: lambda audit, told: "C",
    RENEWAL: lambda audit, told: audit.votes[told["target"]].submission["risk_class"],
}
"""What gives the class of each kind of proposal that changes no policy, where the coop decides it."""

_HANDLERS: dict[str, Callable[[_Audit, Payload], Iterator[str]]] = {
    "policy.version": _Audit.version,
    "proposal.submitted": _Audit.submitted,
    "roll.frozen": _Audit.frozen,
    "ballot.cast": _Audit.cast,
    "proposal.tallied": _Audit.tallied,
    "proposal.enacted": _Audit.enacted,
    "proposal.ended": _Audit.ended,
    "proposal.sponsored": lambda audit, told: audit.undoings.signature(audit.votes[told["proposal"]], told),
    "proposal.amended": _Audit.amended,
    "proposal.rehearsed": lambda audit, told: audit.rehearsals.rehearsed(told),
    "proposal.objected": lambda audit, told: audit.relations.objected(audit.votes[told["proposal"]], told),
    "proposal.petitioned": lambda audit, told: audit.relations.petitioned(
        audit.votes[told["proposal"]], told
    ),
    "veto.called": lambda audit, told: audit.relations.called(told, audit.votes),
    "proposal.undone": lambda audit, told: audit.undoings.undone(told),
    "proposal.restored": lambda audit, told: audit.undoings.restored(told),
    "proposal.renewed": lambda audit, told: audit.undoings.renewed(told, audit.votes[told["by"]]),
    "tripwire.crossed": lambda audit, told: audit.undoings.crossed(told, audit.votes),
    "candidate.stood": lambda audit, told: audit.people.stood(audit.votes[told["proposal"]], told),
    "candidate.stepped_down": lambda audit, told: audit.people.stepped_down(
        audit.votes[told["proposal"]], told
    ),
    "ballot.marked": lambda audit, told: audit.people.marks(audit.votes[told["proposal"]], told),
    "council.seated": lambda audit, told: audit.people.seated(audit.votes[told["proposal"]], told),
    "member.suspended": lambda audit, told: audit.people.suspended(audit.votes[told["proposal"]], told),
    "member.suspension_ended": lambda audit, told: audit.people.suspension_ended(told),
    "delegation.given": lambda audit, told: audit.people.given(told),
    "delegation.ended": lambda audit, told: audit.people.taken_back(told),
    "jury.drawn": lambda audit, told: audit.people.jury(audit.votes[told["proposal"]], told),
    "jury.declined": lambda audit, told: audit.people.declined(told),
    "jury.verdict": lambda audit, told: audit.people.verdict(told),
}
