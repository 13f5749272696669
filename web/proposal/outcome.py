"""What came of it, in the words of those who led it."""

from dataclasses import dataclass

from governance.deliberation import facilitation, floor, outcomes
from governance.deliberation.facilitation import Written
from governance.dossier import Dossier
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of how a proposal ended."""

    outcome: Written | None
    """The newest version."""
    may_state: bool
    longest: int


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return what is said of its outcome; None before that, and where nobody said anything."""
    call, case = sight.call, sight.case
    over = case.facts.submitted_at is not None and case.stage.state not in outcomes.UNDECIDED
    if sight.member is None or not over:
        return None
    leads = sight.is_author or facilitation.facilitates(call.session, sight.member, case.id)
    told = Stated(
        outcomes.current(call.session, case.id), leads, floor.rules_of(call.book).facilitation.characters
    )
    if told.outcome is None and not leads:
        return None
    todo = "" if told.outcome else "Say what came of it"
    return Section("outcome", "What came of it", "proposal/outcome.html", told, todo)
