"""The life of a proposal: which state it is in, computed from facts and time.

Pure. Law 14: state is a function of facts and time. Jobs only write down what this module already says,
so a late, doubled or missed job changes no outcome.

``draft → sponsoring → deliberation → verification → voting → timelock → in_force``, and out of force as
``sunset``, ``reverted``, ``repealed`` or ``superseded``; a vote that passed is in timelock until it is
enacted. The other ends are withdrawn, lapsed, conflicted, rejected, vetoed, cancelled, superseded and
enactment_failed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from governance.facts import OVER, Facts, Joint, State
from governance.rules import VotingRules
from governance.timeline import (
    Timeline,
    broken_at,
    conflict_at,
    ratification_closes_at,
    sunset_at,
    timeline,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The state at one moment, since when, until when, and what may follow."""

    state: State
    since: datetime
    until: datetime | None = None
    """None where only an act, and not time, changes it."""
    next: tuple[State, ...] = ()


def takes_ballots(facts: Facts, rules: VotingRules, now: datetime) -> bool:
    """Say whether ballots are taken at ``now``."""
    found = stage(facts, rules, now)
    if facts.pace == "emergency":
        return found.state is State.IN_FORCE and found.until is not None and facts.tally is None
    return found.state is State.VOTING


def stage(facts: Facts, rules: VotingRules, now: datetime) -> Stage:
    """Return where the proposal stands at ``now``.

    Raise ValueError where voting is over and the facts hold no tally: without one there is no answer.
    """
    if facts.undone_as is not None and facts.undone_at is not None:
        return Stage(facts.undone_as, facts.undone_at)
    if facts.enacted_at is not None:
        return _in_force(facts, facts.enacted_at, rules, now)
    if facts.ended_as is not None and facts.ended_at is not None:
        return Stage(facts.ended_as, facts.ended_at)
    if facts.submitted_at is None:
        return Stage(State.DRAFT, facts.created_at, None, (State.SPONSORING,))
    times = timeline(facts, rules)
    if times is None:
        return _sponsoring(facts, facts.submitted_at + rules.sponsors.lapse, now)
    if facts.pace == "emergency":
        return Stage(State.TIMELOCK, times.due_at, times.due_at, (State.IN_FORCE, State.CONFLICTED))
    return _before_the_close(facts, times, now) or _after_the_close(facts, times, now)


def joint_of(others: Iterable[tuple[Stage, Timeline | None]]) -> Joint:
    """Return what has become of the others of a joint proposal, each seen by itself."""
    due: list[datetime] = []
    broken: list[datetime] = []
    undecided = False
    for stage, times in others:
        if stage.state in (State.TIMELOCK, State.IN_FORCE) and times is not None:
            due.append(times.due_at)
        elif stage.state in OVER:
            broken.append(stage.since)
        else:
            undecided = True
    return Joint(
        due_at=None if undecided or broken else max(due, default=None),
        broken_at=min(broken, default=None),
    )


def state(facts: Facts, rules: VotingRules, now: datetime) -> State:
    """Return the state alone; see :func:`stage`."""
    return stage(facts, rules, now).state


def _sponsoring(facts: Facts, lapses_at: datetime, now: datetime) -> Stage:
    ends = {State.LAPSED: lapses_at, State.CANCELLED: broken_at(facts)}
    return _first_end(ends, now) or Stage(
        State.SPONSORING,
        facts.submitted_at or facts.created_at,
        lapses_at,
        (State.DELIBERATION, State.LAPSED),
    )


def _first_end(ends: Mapping[State, datetime | None], now: datetime) -> Stage | None:
    """Return the first of the ends that have come by ``now``."""
    come = [Stage(state, at) for state, at in ends.items() if at is not None and now >= at]
    return min(come, key=lambda end: end.since, default=None)


def _before_the_close(facts: Facts, times: Timeline, now: datetime) -> Stage | None:
    ends = {State.CONFLICTED: conflict_at(facts, times), State.CANCELLED: broken_at(facts)}
    end = _first_end(ends, now)
    if end is not None and (times.held or end.since < times.closes_at):
        return end
    if now < times.verification_at:
        return Stage(State.DELIBERATION, times.deliberation_at, times.verification_at, (State.VERIFICATION,))
    if now < times.voting_at or times.held:
        until = None if times.held and now >= times.voting_at else times.voting_at
        return Stage(State.VERIFICATION, times.verification_at, until, (State.VOTING, State.CONFLICTED))
    if now < times.closes_at:
        return Stage(State.VOTING, times.voting_at, times.closes_at, (State.TIMELOCK, State.REJECTED))
    return None


def _after_the_close(facts: Facts, times: Timeline, now: datetime) -> Stage:
    if facts.tally is None:
        raise ValueError("voting is over: the facts need a tally")
    if not facts.tally.passed:
        return Stage(State.REJECTED, times.closes_at)
    ends = {
        State.CONFLICTED: conflict_at(facts, times),
        State.VETOED: facts.veto_closes_at if facts.vetoed else None,
        State.CANCELLED: broken_at(facts),
    }
    end = _first_end(ends, now)
    if end is not None:
        return end
    follows = (State.IN_FORCE, State.CONFLICTED, State.VETOED, State.CANCELLED)
    waits = facts.joint is not None and facts.joint.due_at is None
    return Stage(State.TIMELOCK, times.closes_at, None if waits else times.due_at, follows)


def _in_force(facts: Facts, enacted_at: datetime, rules: VotingRules, now: datetime) -> Stage:
    ratified_by = ratification_closes_at(facts, rules)
    if ratified_by is not None:
        if now < ratified_by:
            return Stage(State.IN_FORCE, enacted_at, ratified_by, (State.REVERTED, State.REPEALED))
        if facts.tally is None:
            raise ValueError("the vote to ratify is over: the facts need a tally")
        if not facts.tally.passed:
            return Stage(State.REVERTED, ratified_by)
    ends_at = sunset_at(facts)
    if ends_at is not None and now >= ends_at:
        return Stage(State.SUNSET, ends_at)
    follows = (State.REPEALED, State.REVERTED, State.SUPERSEDED)
    return Stage(State.IN_FORCE, enacted_at, ends_at, (State.SUNSET, *follows) if ends_at else follows)
