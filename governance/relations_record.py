"""The record of what proposals have to do with each other, checked as the audit reads it.

Pure. A change by consent ends as superseded once enough of those who may vote have objected, and no sooner;
what goes on from it, or from one that was overtaken, is of no lighter class. What a guild has passed is
vetoed by a vote that enough members of another guild called, and by nothing else, and does not take force
before that vote. Of joint proposals none takes force unless each has passed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from coop.book import COOP
from governance.facts import VETO
from governance.rules import CLASSES, ORDINARY, RiskClass, VotingRules

Payload = dict[str, Any]


class Vote(Protocol):
    """What the audit knows of one proposal."""

    submission: Payload
    rules: VotingRules
    roll: frozenset[str] | None
    tally: Payload | None
    over: bool


Votes = Mapping[str, Vote]
"""Proposals by id."""


@dataclass
class _Stay:
    """When a member last entered a guild, and left it. Moments are stamps, which sort as text."""

    since: str
    until: str | None = None

    def covers(self, at: str) -> bool:
        """Say whether they belonged to it at a moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass
class Relations:
    """What the events have said of them so far. Proposals are known by id."""

    now: str = ""
    """When the event that is being read was written."""
    guilds: dict[str, dict[str, _Stay]] = field(default_factory=dict)
    """Guild → member → their last stay."""
    objectors: dict[str, list[str]] = field(default_factory=dict)
    petitioners: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(Proposal, guild) → who signed in its name."""
    vetoes: dict[str, str] = field(default_factory=dict)
    """Proposal → the vote on vetoing it."""
    joint: dict[str, set[str]] = field(default_factory=dict)
    """First of some that pass together → all of them, each followed by what goes on from it."""
    in_force: set[str] = field(default_factory=set)

    def note(self, event: Payload) -> None:
        """Take note of who belongs to which guild, by any event of the ledger, in order."""
        self.now, told = event["at"], event["payload"]
        if event["type"] in ("guild.founded", "guild.joined"):
            member = told["founder" if event["type"] == "guild.founded" else "member"]
            self.guilds.setdefault(told["guild"], {})[member] = _Stay(self.now)
        elif event["type"] == "guild.left":
            self.guilds[told["guild"]][told["member"]].until = self.now

    def heaviest(self, told: Payload, found: RiskClass, votes: Votes) -> RiskClass:
        """Return the class of a submission whose change alone would be of class ``found``."""
        if told["origin"] is None or told["sponsors_needed"]:
            return found
        classes = [found, votes[told["origin"]].submission["risk_class"]]
        if told["origin"] in self.objectors:
            classes.append(ORDINARY)
        return max(classes, key=CLASSES.index)

    def submitted(self, told: Payload, votes: Votes) -> Iterator[str]:
        """Note a submission; what goes on from one that is joint takes its place."""
        if told["joint"] is not None:
            together = self.joint.setdefault(told["joint"], set())
            together.discard(told["origin"] or "")
            together.add(told["proposal"])
        if told["kind"] == VETO and votes[told["target"]].submission["scope"] == COOP:
            yield "a veto is of what a guild has passed"

    def amended(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check an amendment: of a text that is not locked yet, and to no lighter a class."""
        if vote.roll is not None or vote.over:
            yield "it was amended after its text was locked"
        before = vote.submission["risk_class"]
        if CLASSES.index(told["risk_class"]) < CLASSES.index(before):
            yield f"its class fell from {before} to {told['risk_class']}"

    def objected(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check an objection: to a change by consent that is open, once by each, of those on the roll."""
        objectors, member = self.objectors.setdefault(told["proposal"], []), told["objector"]
        if vote.submission["method"] != "consent" or vote.tally is not None or vote.over:
            yield "it is not open, or not decided by consent"
        if vote.roll is not None and member not in vote.roll:
            yield f"{member} objected and is not on the roll"
        if member in objectors:
            yield f"{member} objected twice"
        objectors.append(member)

    def petitioned(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check a signature: of another guild, once by each, against what a guild has passed."""
        signed = self.petitioners.setdefault((told["proposal"], told["guild"]), [])
        if vote.submission["scope"] in (COOP, f"guild:{told['guild']}"):
            yield "a petition is of another guild, against what a guild has passed"
        if vote.over or (vote.tally is not None and vote.tally["passed"] is not True):
            yield "what is petitioned against has not passed, or is over"
        everybody = [
            one
            for (about, _), names in self.petitioners.items()
            if about == told["proposal"]
            for one in names
        ]
        if told["petitioner"] in everybody:
            yield f"{told['petitioner']} signed twice"
        signed.append(told["petitioner"])

    def called(self, told: Payload, votes: Votes) -> Iterator[str]:
        """Check a veto's call: one a proposal, by enough of a guild, to a vote on that proposal.

        Whoever has left the guild does not count, and the guild is counted as it stands at the call.
        """
        veto = votes[told["veto"]].submission
        if told["proposal"] in self.vetoes:
            yield "a veto on it was called before"
        if (veto["kind"], veto["target"]) != (VETO, told["proposal"]):
            yield "what was called is no vote on vetoing it"
        people = self.guilds.get(told["guild"], {})
        signed = [one for one in self.petitioners.get((told["proposal"], told["guild"]), ()) if one in people]
        staying = sum(people[one].until is None for one in signed)
        members = sum(stay.covers(self.now) for stay in people.values())
        needed = votes[told["proposal"]].rules.petition.needed(members)
        if staying < needed:
            yield f"{told['guild']} had not petitioned for it: {staying} of {members}, where {needed} had to"
        self.vetoes[told["proposal"]] = told["veto"]

    def enacted(self, told: Payload, votes: Votes) -> Iterator[str]:
        """Check that nothing stood against its taking force."""
        proposal, submission = told["proposal"], votes[told["proposal"]].submission
        self.in_force.add(proposal)
        veto = self.vetoes.get(proposal)
        if veto is not None and (votes[veto].tally or {}).get("passed") is not False:
            yield "it was vetoed, or the vote on that was not over"
        for other in sorted(self.joint.get(submission["joint"], set()) - {proposal}):
            if (votes[other].tally or {}).get("passed") is not True:
                yield f"proposal {other} had to pass together with it, and has not"

    def ended(self, vote: Vote, told: Payload, votes: Votes) -> Iterator[str]:
        """Check an end that others brought about."""
        proposal, ended_as = told["proposal"], told["as"]
        if ended_as == "superseded":
            objectors = self.objectors.get(proposal, ())
            if len(objectors) < vote.rules.consent.objectors:
                yield "too few had objected to it"
        if ended_as == "vetoed":
            veto = votes.get(self.vetoes.get(proposal, ""))
            if veto is None or (veto.tally or {}).get("passed") is not True:
                yield "no vote has vetoed it"

    def left_over(self) -> Iterator[str]:
        """Yield which of those that take force together did without the others."""
        for together in self.joint.values():
            missing = sorted(together - self.in_force)
            if missing and together & self.in_force:
                yield f"proposal {missing[0]} did not take force together with the others"
