"""What it would change: the policy's text before and after, line by line."""

from governance.case import Case
from governance.dossier import Dossier
from governance.facts import OVER
from web import diffs
from web.proposal.section import Section, Sight


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the difference between the texts; None where no one patch to a policy is voted on."""
    rows = diffs.rows(found.diff)
    return Section("change", _title(sight.case), "proposal/change.html", rows) if rows else None


def _title(case: Case) -> str:
    if case.facts.enacted_at is not None:
        return "What it changed"
    return "What it would have changed" if case.stage.state in OVER else "What it would change"
