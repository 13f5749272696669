"""The life of a proposal: which state it is in, computed from facts and time.

Pure. Law 14: state is a function of facts and time. Jobs only write down what this module already says,
so a late, doubled or missed job changes no outcome.

``draft → sponsoring → deliberation → verification → voting → timelock → in_force``; a vote that passed is
in timelock until it is enacted. The other ends are withdrawn, lapsed, conflicted, rejected, cancelled and
enactment_failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from governance.rules import ClassRules, RiskClass, VotingRules
from governance.tally import Tally


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
    ENACTMENT_FAILED = "enactment_failed"


BEFORE_VOTING = frozenset({State.DRAFT, State.SPONSORING, State.DELIBERATION, State.VERIFICATION})
"""While it is in one of these, nobody has voted and the author may withdraw it."""
OVER = frozenset(
    {State.REJECTED, State.WITHDRAWN, State.LAPSED, State.CONFLICTED, State.CANCELLED, State.ENACTMENT_FAILED}
)
"""It has ended without taking force."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened to a proposal."""

    risk_class: RiskClass
    created_at: datetime
    submitted_at: datetime | None = None
    sponsored_at: datetime | None = None
    """When the signature that was needed last came in."""
    base_moved_at: datetime | None = None
    """When the policy it changes took its next version, whoever brought that."""
    tally: Tally | None = None
    """The count of the vote; known once voting is over."""
    ended_as: State | None = None
    ended_at: datetime | None = None
    enacted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each period of a sponsored proposal begins, by the rules it opened under."""

    deliberation_at: datetime
    verification_at: datetime
    voting_at: datetime
    """The roll is frozen as of this moment."""
    closes_at: datetime
    """The first moment at which no ballot is taken any more."""
    due_at: datetime
    """A vote that passed takes force from here on."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The state at one moment, since when, until when, and what may follow."""

    state: State
    since: datetime
    until: datetime | None = None
    """None where only an act, and not time, changes it."""
    next: tuple[State, ...] = ()


def timeline(sponsored_at: datetime, rules: ClassRules) -> Timeline:
    """Return when the periods begin for a proposal sponsored at ``sponsored_at``."""
    verification_at = sponsored_at + rules.deliberate
    voting_at = verification_at + rules.verify
    closes_at = voting_at + rules.vote
    return Timeline(sponsored_at, verification_at, voting_at, closes_at, closes_at + rules.timelock)


def conflict_at(facts: Facts, times: Timeline) -> datetime | None:
    """Return when the proposal is found to rest on a text that is no longer in force, if it does.

    That is looked for at the end of verification and holds at any moment after it.
    """
    return None if facts.base_moved_at is None else max(facts.base_moved_at, times.voting_at)


def stage(facts: Facts, rules: VotingRules, now: datetime) -> Stage:
    """Return where the proposal stands at ``now``.

    Raise ValueError where voting is over and the facts hold no tally: without one there is no answer.
    """
    if facts.enacted_at is not None:
        return Stage(State.IN_FORCE, facts.enacted_at)
    if facts.ended_as is not None and facts.ended_at is not None:
        return Stage(facts.ended_as, facts.ended_at)
    if facts.submitted_at is None:
        return Stage(State.DRAFT, facts.created_at, None, (State.SPONSORING,))
    if facts.sponsored_at is None:
        return _sponsoring(facts.submitted_at, rules.sponsors.lapse, now)
    times = timeline(facts.sponsored_at, rules.classes.of(facts.risk_class))
    return _before_the_close(facts, times, now) or _after_the_close(facts, times, now)


def state(facts: Facts, rules: VotingRules, now: datetime) -> State:
    """Return the state alone; see :func:`stage`."""
    return stage(facts, rules, now).state


def _sponsoring(submitted_at: datetime, lapse: timedelta, now: datetime) -> Stage:
    lapses_at = submitted_at + lapse
    if now >= lapses_at:
        return Stage(State.LAPSED, lapses_at)
    return Stage(State.SPONSORING, submitted_at, lapses_at, (State.DELIBERATION, State.LAPSED))


def _before_the_close(facts: Facts, times: Timeline, now: datetime) -> Stage | None:
    if now < times.verification_at:
        return Stage(State.DELIBERATION, times.deliberation_at, times.verification_at, (State.VERIFICATION,))
    if now < times.voting_at:
        follows = (State.VOTING, State.CONFLICTED)
        return Stage(State.VERIFICATION, times.verification_at, times.voting_at, follows)
    conflict = conflict_at(facts, times)
    if conflict is not None and conflict < times.closes_at and now >= conflict:
        return Stage(State.CONFLICTED, conflict)
    if now < times.closes_at:
        return Stage(State.VOTING, times.voting_at, times.closes_at, (State.TIMELOCK, State.REJECTED))
    return None


def _after_the_close(facts: Facts, times: Timeline, now: datetime) -> Stage:
    if facts.tally is None:
        raise ValueError("voting is over: the facts need a tally")
    if not facts.tally.passed:
        return Stage(State.REJECTED, times.closes_at)
    conflict = conflict_at(facts, times)
    if conflict is not None and now >= conflict:
        return Stage(State.CONFLICTED, conflict)
    return Stage(State.TIMELOCK, times.closes_at, times.due_at, (State.IN_FORCE, State.CONFLICTED))
