"""What it would have done: the rehearsal of a proposal, or one's own try of it before that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.call import Call
from governance.dossier import Dossier
from governance.facts import State
from governance.rehearsal import rehearsals
from governance.rehearsal.rehearsals import Change, Rehearsed
from web.proposal.section import Section, Sight
from web.report_drawings import Drawing, drawings

TRYING = frozenset({State.DRAFT, State.SPONSORING, State.DELIBERATION})
"""While it is in one of these, its text may still change, and whoever likes tries it for themselves."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rehearsal as it is shown."""

    rehearsed: Rehearsed | None
    """None where it was not asked for yet."""
    report: Mapping[str, Any] | None
    """What it found, once it is done."""
    drawn: list[Drawing]
    own: bool
    """Whether it is the reader's own try, which nobody else sees."""

    @property
    def live(self) -> bool:
        """Whether it goes on while one looks."""
        return self.rehearsed is not None and self.rehearsed.state in ("waiting", "running")


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the rehearsal; None where there is nothing to rehearse, or nobody has asked for it."""
    call, case = sight.call, sight.case
    if sight.member is None or not found.patch or not rehearsals.needed(case.kind, call.book.kinds):
        return None
    seen, own = rehearsals.of_proposal(call.session, case.id), False
    if seen is None and case.stage.state in TRYING:
        seen, own = rehearsals.own(call.session, sight.member, change(sight, found)), True
    if seen is None and not own:
        return None
    return Section("rehearsal", "What it would have done", "proposal/rehearsal.html", tried(call, seen, own))


def tried(call: Call, seen: Rehearsed | None, own: bool) -> Tried:
    """Return a rehearsal that the reader may see, with what it found."""
    report = None if seen is None else rehearsals.report_of(call.session, seen.id)
    return Tried(seen, report, drawings(report) if report else [], own)


def change(sight: Sight, found: Dossier) -> Change:
    """Return what a proposal would change, as rehearsals name it."""
    return Change(sight.case.scope, sight.case.kind, found.patch, found.base_sha256)
