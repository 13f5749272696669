"""Who leads the talk, and what they make of it."""

from dataclasses import dataclass

from governance.deliberation import facilitation, floor
from governance.deliberation.facilitation import Facilitator, Written
from governance.dossier import Dossier
from governance.facts import State
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Led:
    """How a talk is led."""

    facilitator: Facilitator | None
    summary: Written | None
    """The newest version."""
    may_name: bool
    may_accept: bool
    may_leave: bool
    may_sum_up: bool
    longest: int
    """Characters that a summary may have."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return who leads the talk; None where nobody does and the reader could not have it led."""
    call, case, member = sight.call, sight.case, sight.member
    if member is None or case.facts.submitted_at is None:
        return None
    leader = facilitation.facilitator(call.session, case.id)
    newest = facilitation.summaries(call.session, case.id, before=None, limit=1)
    state = case.stage.state
    before = sight.belongs and state in floor.SUBMITTED
    asked = leader is not None and leader.handle == member.handle
    accepted = leader is not None and leader.accepted_at is not None
    led = Led(
        facilitator=leader,
        summary=next(iter(newest), None),
        may_name=before and sight.is_author,
        may_accept=before and asked and not accepted,
        may_leave=before and leader is not None and (asked or sight.is_author),
        may_sum_up=sight.belongs and asked and accepted and state in floor.TALKING | {State.VERIFICATION},
        longest=floor.rules_of(call.book).facilitation.characters,
    )
    if leader is None and led.summary is None and not led.may_name:
        return None
    todo = "You are asked to lead the talk" if led.may_accept else ""
    return Section("talk", "Who leads the talk", "proposal/facilitation.html", led, todo)
