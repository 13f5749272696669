"""The record: what it needs to pass, by which clauses, and what anyone needs to verify it."""

from governance.dossier import Dossier
from governance.tally import Bar
from web.proposal.section import Section, Sight


def load(sight: Sight, found: Dossier) -> Section:
    """Return what decides it."""
    bar: Bar = sight.case.bar
    return Section("record", "The rules and the record", "proposal/record.html", bar)
