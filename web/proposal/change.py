"""What it would change: the policy's text before and after, line by line, for each choice of the vote."""

from dataclasses import dataclass

from governance.case import Case
from governance.dossier import Dossier
from governance.facts import OVER
from web import diffs
from web.diffs import Row
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Changes:
    """What a proposal does to the text of a policy."""

    rows: list[Row]
    """Of the patch that is voted on, or that was chosen; none while several are to choose from."""
    choices: list[tuple[str, list[Row]]]
    """What each choice is called, and what it would change."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the difference between the texts; None for what changes no policy."""
    rows = diffs.rows(found.diff)
    choices = [(choice.label, diffs.rows(choice.diff)) for choice in found.choices if choice.diff]
    if not rows and not choices:
        return None
    return Section("change", _title(sight.case), "proposal/change.html", Changes(rows, choices))


def _title(case: Case) -> str:
    if case.facts.enacted_at is not None:
        return "What it changed"
    return "What it would have changed" if case.stage.state in OVER else "What it would change"
