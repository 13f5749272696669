"""Facts: what has happened to a proposal, from which its state is computed, and the states there are.

Pure. Law 14: a proposal's state is nowhere stored; these and the time are all that decide it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from governance.rules import Entry, Pace, RiskClass

VETO = "veto"
"""The kind of proposal by which the assembly decides on what a guild has passed."""
RENEWAL = "renewal"
"""The kind of proposal by which a change in force goes on when its time would be over."""


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SPONSORING = "sponsoring"
    DELIBERATION = "deliberation"
    VERIFICATION = "verification"
    VOTING = "voting"
    TIMELOCK = "timelock"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CONFLICTED = "conflicted"
    CANCELLED = "cancelled"
    VETOED = "vetoed"
    SUPERSEDED = "superseded"
    """Another proposal carries on what this one began, or has since set every clause that it set."""
    ENACTMENT_FAILED = "enactment_failed"
    SUNSET = "sunset"
    REVERTED = "reverted"
    REPEALED = "repealed"


BEFORE_VOTING = frozenset({State.DRAFT, State.SPONSORING, State.DELIBERATION, State.VERIFICATION})
"""While it is in one of these, nobody has voted and the author may withdraw it."""
UNDONE = frozenset({State.SUNSET, State.REVERTED, State.REPEALED})
"""It took force and has gone out of it; so has one that was superseded after it took force."""
OVER = frozenset(
    {
        State.REJECTED,
        State.WITHDRAWN,
        State.LAPSED,
        State.CONFLICTED,
        State.CANCELLED,
        State.VETOED,
        State.SUPERSEDED,
        State.ENACTMENT_FAILED,
    }
)
"""It has ended, and all but one that was superseded later never took force."""


class Counted(Protocol):
    """The result of a count, by whatever method."""

    @property
    def passed(self) -> bool:
        """Whether it decides for a change."""

    @property
    def reason(self) -> str:
        """Why it passed or failed, in a sentence."""

    def as_json(self) -> dict[str, Any]:
        """Return it for the ledger and for receipts; no number in it is a float."""


@dataclass(frozen=True, slots=True)
class Joint:
    """What has become of the other proposals that have to pass together with one."""

    due_at: datetime | None = None
    """When the last of them is due; None while one is undecided."""
    broken_at: datetime | None = None
    """When the first of them ended without passing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened to a proposal."""

    risk_class: RiskClass
    created_at: datetime
    pace: Pace = "ordinary"
    entry: Entry = "deliberation"
    submitted_at: datetime | None = None
    sponsored_at: datetime | None = None
    """When the signature that was needed last came in."""
    base_moved_at: datetime | None = None
    """When the policy it changes took its next version, whoever brought that."""
    rehearsal_needed: bool = False
    rehearsed_at: datetime | None = None
    floor_at: datetime | None = None
    """When enough first said yes; known from the last day of voting on."""
    tally: Counted | None = None
    """The count of the vote; known once voting is over."""
    veto_closes_at: datetime | None = None
    """When the assembly's vote on it closes, where it was called."""
    vetoed: bool = False
    """Whether that vote has closed and passed."""
    joint: Joint | None = None
    """None for a proposal that stands alone."""
    unheld_at: datetime | None = None
    """When its vote would have opened, where it is an election that could not be held."""
    ended_as: State | None = None
    ended_at: datetime | None = None
    enacted_at: datetime | None = None
    renewed_at: datetime | None = None
    review_after: timedelta | None = None
    sunset_after: timedelta | None = None
    undone_as: State | None = None
    undone_at: datetime | None = None
