"""Where it stands: the way a proposal goes, what it waits for, and how it ends."""

from dataclasses import dataclass
from datetime import datetime

from governance.case import Case
from governance.conflicts import Rival
from governance.dossier import Dossier
from governance.facts import OVER, State
from web import paths
from web.paths import Step
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a proposal has come."""

    steps: list[Step]
    held: bool
    """Whether the vote waits for the rehearsal."""
    extended: bool
    """Whether its close was put off by a late swing."""
    veto_closes_at: datetime | None
    """When the assembly's vote on it closes, while that is not known."""
    others: bool
    """Whether it waits for others that have to pass together with it."""
    rivals: list[Rival]
    """Others under way that would set the same clauses, while it is undecided."""
    successor: int | None
    """The proposal that goes on from it."""


def load(sight: Sight, found: Dossier) -> Section:
    """Return how far it has come."""
    case = sight.case
    times, waiting = case.times, case.stage.state is State.TIMELOCK
    told = Standing(
        steps=paths.steps(case),
        held=times is not None and times.held and case.stage.state is State.VERIFICATION,
        extended=_extended(case),
        veto_closes_at=case.facts.veto_closes_at if waiting else None,
        others=waiting and case.facts.joint is not None and case.facts.joint.due_at is None,
        rivals=found.rivals if case.facts.enacted_at is None and case.stage.state not in OVER else [],
        successor=found.successor,
    )
    return Section("standing", "Where it stands", "proposal/standing.html", told)


def _extended(case: Case) -> bool:
    times = case.times
    if times is None or case.facts.floor_at is None:
        return False
    periods = case.rules.periods(case.facts.risk_class, case.facts.pace)
    return times.closes_at > times.voting_at + periods.vote
