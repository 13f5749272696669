"""The record of when votes opened, checked as the audit reads it.

Pure. Law 4: a roll is that of the exact moment at which its vote opens. Law 14: that moment follows from what
was told before: the signature that was needed last, the periods of its class under the rules it opened under,
the last report on it; for an emergency measure, its taking force.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from governance.facts import Facts
from governance.rules import VotingRules
from governance.timeline import ballots_open_at

Payload = dict[str, Any]
SIGNED = ("proposal.submitted", "proposal.sponsored")
"""What tells of a signature; none comes in once there are enough."""


class Vote(Protocol):
    """What the audit knows of one proposal."""

    submission: Payload
    rules: VotingRules


@dataclass
class Openings:
    """What the events have said of it so far. Proposals are known by id."""

    now: datetime | None = None
    """When the event that is being read was written."""
    signed: dict[str, datetime] = field(default_factory=dict)
    """Proposal → when its last signature came in."""
    rehearsed: dict[str, datetime] = field(default_factory=dict)
    """Proposal → when the last report on it came."""
    enacted: dict[str, datetime] = field(default_factory=dict)

    def note(self, event: Payload) -> None:
        """Take note of any event of the ledger, in order."""
        self.now, told = datetime.fromisoformat(event["at"]), event["payload"]
        if event["type"] in SIGNED:
            self.signed[told["proposal"]] = self.now
        elif event["type"] == "proposal.rehearsed":
            self.rehearsed[told["proposal"]] = self.now
        elif event["type"] == "proposal.enacted":
            self.enacted[told["proposal"]] = self.now

    def frozen(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check that a roll is of the moment at which its vote opened, and was not drawn before that."""
        proposal, submission, at = told["proposal"], vote.submission, datetime.fromisoformat(told["at"])
        facts = Facts(
            risk_class=submission["risk_class"],
            created_at=self.signed[proposal],
            pace=submission["pace"],
            entry=submission["entry"],
            sponsored_at=self.signed[proposal],
            rehearsed_at=self.rehearsed.get(proposal),
            enacted_at=self.enacted.get(proposal),
        )
        opened_at = ballots_open_at(facts, vote.rules)
        if at != opened_at:
            yield f"its roll is of {at}, and its vote opened at {opened_at}"
        if self.now is not None and at > self.now:
            yield "its roll was frozen before its vote opened"
