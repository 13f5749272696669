"""Together: the other guilds that have to pass the same, before any of them has it in force."""

from dataclasses import dataclass

from governance import joint
from governance.announcements import sentence
from governance.case import Case
from governance.dossier import Dossier
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Part:
    """The proposal of one guild."""

    case: Case
    result: str
    """How its vote went; empty before it is recorded."""


@dataclass(frozen=True, slots=True)
class Together:
    """The proposals that take force together."""

    parts: list[Part]
    passed: int
    """In how many guilds it has passed."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the proposals that take force together; None for one that stands alone."""
    if sight.case.joint_id is None:
        return None
    cases = joint.together(sight.call.session, sight.case)
    parts = [Part(one, sentence(one) if one.tallied_at is not None else "") for one in cases]
    counts = [one.facts.tally for one in cases if one.tallied_at is not None]
    told = Together(parts, sum(tally is not None and tally.passed for tally in counts))
    return Section("together", "Together with other guilds", "proposal/together.html", told)
