"""The path of a proposal: which stages lie behind it, where it stands, and what is ahead. Pure."""

from dataclasses import dataclass
from datetime import datetime

from governance.case import Case
from governance.facts import OVER, UNDONE, State

STAGES = (
    State.SPONSORING,
    State.DELIBERATION,
    State.VERIFICATION,
    State.VOTING,
    State.TIMELOCK,
    State.IN_FORCE,
)
AT_ONCE = frozenset({State.SPONSORING, State.IN_FORCE})
"""Those of an emergency measure."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on the path."""

    state: State
    where: str
    """``done``, ``here``, ``ahead``, or ``ended`` where the path breaks off."""
    at: datetime | None
    """When it began or will begin; None where that is not known yet."""


def steps(case: Case) -> list[Step]:
    """Return the path of a proposal as it stands."""
    stage, begins, stages = case.stage, _begins(case), _stages(case)
    if stage.state in OVER | UNDONE:
        behind = [
            Step(state, "done", begins[state])
            for state in stages
            if (at := begins[state]) is not None and at < stage.since
        ]
        return [*behind, Step(stage.state, "ended", stage.since)]
    found = [Step(state, "ahead", begins[state]) for state in stages]
    if stage.state is State.DRAFT:
        return [Step(State.DRAFT, "here", stage.since), *found]
    here = stages.index(stage.state)
    last = "done" if stage.state is State.IN_FORCE else "here"
    for index in range(here + 1):
        state = stages[index]
        found[index] = Step(state, last if index == here else "done", begins[state])
    return found


def _stages(case: Case) -> tuple[State, ...]:
    """Return the stages that it goes through: an emergency measure is voted on once it is in force."""
    if case.facts.pace != "emergency":
        return STAGES
    return tuple(state for state in STAGES if state in AT_ONCE or state is case.stage.state)


def _begins(case: Case) -> dict[State, datetime | None]:
    times = case.times
    return {
        State.SPONSORING: case.facts.submitted_at,
        State.DELIBERATION: None if times is None else times.deliberation_at,
        State.VERIFICATION: None if times is None else times.verification_at,
        State.VOTING: None if times is None else times.voting_at,
        State.TIMELOCK: None if times is None else times.closes_at,
        State.IN_FORCE: case.facts.enacted_at or (None if times is None else times.due_at),
    }
