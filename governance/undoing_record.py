"""The record of what took force and went out of it, checked as the audit reads it.

Pure. Law 2: besides the founding and votes that passed, only what a vote agreed to beforehand writes a
policy: a sunset at its moment, a tripwire once it was crossed, and the end of an emergency measure that was
not ratified. Each writes exactly the text without the clauses that the change still held, less those that
the event names as left: whether these could not have been put back is the one thing that only the rules of
their kind can tell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from coop.book import COOP
from coop.policy_text import leaves, parse, same
from governance import inverse
from governance.facts import RENEWAL
from governance.inverse import Layer
from governance.rules import VotingRules
from governance.tripwires import Tripwire, check

Payload = dict[str, Any]
Policy = tuple[str, str]
"""Scope and kind."""
COVERED = ("repealed", "superseded")


class Vote(Protocol):
    """What the audit knows of one proposal."""

    submission: Payload
    rules: VotingRules
    tally: Payload | None
    over: bool


@dataclass
class _Change:
    """A proposal that brought a version of a policy."""

    vote: Vote
    policy: Policy
    number: int
    enacted_at: datetime | None = None
    renewed_at: datetime | None = None
    undone_as: str | None = None
    crossing_owed: bool = False
    """Whether it was reverted by a tripwire of which nothing has been told yet."""

    @property
    def is_emergency(self) -> bool:
        return bool(self.vote.submission["pace"] == "emergency")

    @property
    def ratified(self) -> bool:
        return self.vote.tally is not None and self.vote.tally["passed"] is True

    @property
    def sunset_at(self) -> datetime | None:
        length, since = self.vote.submission["terms"]["sunset_after"], self.renewed_at or self.enacted_at
        return None if length is None or since is None else since + timedelta(seconds=length)

    def is_gone(self, at: datetime) -> bool:
        """Whether its layer does not stand any more: undone, or due to end while it was covered."""
        if self.undone_as not in COVERED:
            return self.undone_as is not None
        ends_at = self.sunset_at
        return (self.is_emergency and not self.ratified) or (ends_at is not None and ends_at <= at)


@dataclass
class Undoings:
    """What the events have said of changes so far. Proposals are known by id."""

    at: datetime = datetime.min
    """When the event that is being read was written."""
    changes: dict[str, _Change] = field(default_factory=dict)
    layers: dict[Policy, list[Layer]] = field(default_factory=dict)
    texts: dict[Policy, dict[str, Any]] = field(default_factory=dict)
    """What each policy says."""
    newest: dict[Policy, str] = field(default_factory=dict)
    """The change that brought a version of it last."""
    owed: dict[str, tuple[Payload, dict[str, Any]]] = field(default_factory=dict)
    """Proposal → the version that undid it, and what the policy said before, until its end is told."""
    signed: dict[str, set[str]] = field(default_factory=dict)
    council: dict[str, datetime] = field(default_factory=dict)
    """Steward of the coop → when their term ends."""

    def note(self, event: Payload) -> None:
        """Take note of any event of the ledger, in order."""
        told, type = event["payload"], event["type"]
        self.at = datetime.fromisoformat(event["at"])
        if type == "proposal.submitted":
            self.signed[told["proposal"]] = {told["proposer"]}
        elif type == "proposal.sponsored":
            self.signed.setdefault(told["proposal"], set()).add(told["sponsor"])
        elif type == "proposal.unsponsored":
            self.signed.setdefault(told["proposal"], set()).discard(told["sponsor"])
        elif type == "council.seated" and told["scope"] == COOP:
            self.council = dict.fromkeys(told["seated"], datetime.fromisoformat(told["until"]))
        elif type == "council.resigned" and told["scope"] == COOP:
            self.council.pop(told["steward"], None)

    def signature(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check that who signs an emergency measure is a steward in office."""
        signer = str(told["sponsor"] if "sponsor" in told else told["proposer"])
        if vote.submission["pace"] == "emergency" and self.council.get(signer, self.at) <= self.at:
            yield f"{signer} is no steward in office"

    def took_force(self, proposal: str) -> bool:
        """Say whether a change was told to be in force, at any time."""
        change = self.changes.get(proposal)
        return change is not None and change.enacted_at is not None

    def undoes(self, told: Payload) -> bool:
        """Say whether a version takes back what its proposal had brought."""
        return told["cause"] in ("sunset", "tripwire") or (
            told["cause"] == "emergency" and self.took_force(told["proposal"])
        )

    def laid(self, told: Payload, vote: Vote | None) -> Iterator[str]:
        """Check the cause of a version that a vote, stewards or the founding brought, and keep its layer."""
        policy, data = (told["scope"], told["kind"]), parse(told["text"])
        made = inverse.layer(told["number"], self.texts.get(policy, {}), data)
        self.layers.setdefault(policy, []).append(made)
        self.texts[policy] = data
        if vote is None:
            if told["cause"] != "founding":
                yield "no vote brought it"
            return
        change = self.changes[told["proposal"]] = _Change(vote, policy, told["number"])
        self.newest[policy] = told["proposal"]
        if told["cause"] != ("emergency" if change.is_emergency else "enactment"):
            yield f"its cause is not {told['cause']}"
        if change.is_emergency:
            yield from self._measure(told["proposal"], vote)

    def _measure(self, proposal: str, vote: Vote) -> Iterator[str]:
        rules, signed = vote.rules.emergency, self.signed[proposal]
        if len(signed) < rules.stewards:
            yield f"{len(signed)} stewards have signed, and {rules.stewards} had to"
        if vote.submission["kind"] not in rules.kinds or vote.submission["risk_class"] == "D":
            yield "no emergency measure may change this"

    def undid(self, told: Payload) -> Iterator[str]:
        """Keep a version that takes back a change until its end is told."""
        policy = (told["scope"], told["kind"])
        change = self.changes[told["proposal"]]
        if change.policy != policy:
            yield "its proposal is about another policy"
        self.owed[told["proposal"]] = (told, self.texts[policy])
        self.texts[policy] = parse(told["text"])

    def enacted(self, proposal: str) -> None:
        """Take note of when a change took force."""
        if proposal in self.changes:
            self.changes[proposal].enacted_at = self.at

    def undone(self, told: Payload) -> Iterator[str]:
        """Check how a change went out of force: at its moment, for its cause, with the right text."""
        change = self.changes[told["proposal"]]
        if change.enacted_at is None or change.undone_as is not None:
            yield "it was not in force"
        version, before = self.owed.pop(told["proposal"], (None, self.texts[change.policy]))
        if (version or {}).get("sha256") != told.get("sha256"):
            yield "it brought no such version"
        at = datetime.fromisoformat(told["at"])
        if at > self.at:
            yield "its end is told before it came"
        if told["as"] in COVERED:
            yield from self._covered(change, told, at)
        else:
            yield from self._ended(change, told, at, version)
            yield from self._without(change, told, at, before)
        change.undone_as, change.vote.over = told["as"], True

    def _ended(self, change: _Change, told: Payload, at: datetime, version: Payload | None) -> Iterator[str]:
        """Check that it had to end at that moment; a tripwire is told of by the event that follows."""
        cause = "sunset"
        if told["as"] == "sunset":
            if at != change.sunset_at:
                yield "that is not the moment of its sunset"
        elif told["as"] == "reverted" and self._unratified(change, at):
            cause = "emergency"
        else:
            cause, change.crossing_owed = "tripwire", True
        if version is not None and version["cause"] != cause:
            yield f"the cause of its end is {cause}, not {version['cause']}"

    def _unratified(self, change: _Change, at: datetime) -> bool:
        enacted_at, lasts = change.enacted_at, change.vote.rules.emergency.lasts
        counted = change.vote.tally is not None and not change.ratified
        return change.is_emergency and counted and enacted_at is not None and at == enacted_at + lasts

    def _without(self, change: _Change, told: Payload, at: datetime, before: dict[str, Any]) -> Iterator[str]:
        """Check that the policy says what it said without the change, but for the clauses named as left."""
        layers, gone = self.layers[change.policy], self._gone(change.policy, at)
        wanted = inverse.uncovered(layers, gone, before, change.number)
        left = {one["clause"] for one in told["left"]}
        if not left <= wanted.keys():
            yield "clauses are named as left that it did not hold"
        expected = inverse.put(before, {one: wanted[one] for one in wanted if one not in left})
        if not same(leaves(expected), leaves(self.texts[change.policy])):
            yield "its text is not what stood before the change"

    def _covered(self, change: _Change, told: Payload, at: datetime) -> Iterator[str]:
        if change.number in self._surface(change.policy).values():
            yield "it still holds clauses"
        newest = self.changes[self.newest[change.policy]].vote.submission
        if (told["as"] == "repealed") != (newest["target"] == told["proposal"]):
            yield f"it is not {told['as']}"
        if at != self.at or "sha256" in told:
            yield "what is laid over it dates its end, and brings no version of its own"

    def restored(self, told: Payload) -> Iterator[str]:
        """Check that a change is in force again: what was laid over it is gone, and its time is not over."""
        change = self.changes[told["proposal"]]
        shown = change.number in self._surface(change.policy).values()
        if change.undone_as not in COVERED or not shown:
            yield "it is not in force again"
        change.undone_as = None

    def renewed(self, told: Payload, by: Vote) -> Iterator[str]:
        """Check a renewal: a vote on that change that passed, while the change was in force."""
        change, at = self.changes[told["proposal"]], datetime.fromisoformat(told["at"])
        if by.submission["kind"] != RENEWAL or by.submission["target"] != told["proposal"]:
            yield "no vote was about renewing it"
        if by.tally is None or by.tally["passed"] is not True:
            yield "its renewal did not pass"
        ends_at = change.sunset_at
        if change.undone_as is not None or ends_at is None or not at < ends_at or at > self.at:
            yield "it could not be renewed at that moment"
        change.renewed_at = at

    def crossed(self, told: Payload, votes: Mapping[str, Vote]) -> Iterator[str]:
        """Check that a reading crosses a bound that was agreed, and what followed from it."""
        change = self.changes[told["proposal"]]
        agreed = change.vote.submission["terms"]["tripwires"]
        if check(agreed) or not 0 <= told["position"] < len(agreed):
            yield "no such tripwire was agreed"
            return
        tripwire, value = Tripwire.read(agreed[told["position"]]), Decimal(told["value"])
        if tripwire.metric.name != told["metric"] or tripwire.within(value):
            yield "no bound was crossed"
        if told["repeal"] is None:
            if not change.crossing_owed:
                yield "it was not reverted"
            change.crossing_owed = False
            return
        repeal = votes[told["repeal"]].submission
        if (repeal["pace"], repeal["target"]) != ("expedited", told["proposal"]):
            yield "no repeal of it was opened"

    def left_over(self) -> Iterator[str]:
        """Yield what should have been followed by something and was not."""
        for proposal in self.owed:
            yield f"a version takes back proposal {proposal}, and nothing says that it ended"
        for proposal, change in self.changes.items():
            shown = change.number in self._surface(change.policy).values()
            if change.crossing_owed:
                yield f"proposal {proposal} was reverted, and no tripwire was crossed"
            if change.enacted_at is not None and change.undone_as is None and not shown:
                yield f"proposal {proposal} holds no clause any more, and nothing says that it ended"
            if change.undone_as in COVERED and shown:
                yield f"proposal {proposal} is in force again, and nothing says so"

    def _surface(self, policy: Policy) -> dict[str, int]:
        return inverse.surface(self.layers[policy], self._gone(policy, self.at), self.texts[policy])

    def _gone(self, policy: Policy, at: datetime) -> set[int]:
        changes = (change for change in self.changes.values() if change.policy == policy)
        return {change.number for change in changes if change.is_gone(at)}
