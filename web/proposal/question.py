"""What is asked: the change in its author's words, and who else wrote it."""

from dataclasses import dataclass

from governance.deliberation import coauthors
from governance.dossier import Dossier
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Question:
    """What a proposal asks."""

    rationale: str
    coauthors: list[str]
    """Handles, told to members."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return why it is proposed; None where its author says nothing."""
    others = coauthors.handles(sight.call.session, sight.case.id) if sight.member else []
    if not found.rationale and not others:
        return None
    told = Question(found.rationale, others)
    return Section("asked", "What is asked", "proposal/question.html", told)
