"""What it would have done: the rehearsals of a proposal, or one's own try of it before that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.call import Call
from governance.dossier import Dossier
from governance.facts import State
from governance.rehearsal import rehearsals
from governance.rehearsal.changes import Change
from governance.rehearsal.rehearsals import Placed, Rehearsed
from web.proposal.section import Section, Sight
from web.report_comparison import Comparison, compared
from web.report_drawings import Drawing, drawings

TRYING = frozenset({State.DRAFT, State.SPONSORING, State.DELIBERATION})
"""While it is in one of these, its text may still change, and whoever likes tries it for themselves."""
TITLE = "What it would have done"


def is_live(seen: Rehearsed | None) -> bool:
    """Say whether a rehearsal goes on while one looks."""
    return seen is not None and seen.state in ("waiting", "running")


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
    label: str = ""
    """Of the choice that was tried, where there are several."""

    @property
    def live(self) -> bool:
        """Whether it goes on while one looks."""
        return is_live(self.rehearsed)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several changes that were tried, as it is shown among them."""

    pointer: str
    """Its place in the proposal."""
    label: str
    rehearsed: Rehearsed
    report: Mapping[str, Any] | None
    """What was found, once it is done."""

    @property
    def live(self) -> bool:
        """Whether it goes on while one looks."""
        return is_live(self.rehearsed)


@dataclass(frozen=True, slots=True)
class Several:
    """The rehearsals of a proposal whose vote is among several changes."""

    each: list[Choice]
    side_by_side: Comparison | None
    """What was found, once all are done, where all count the same things."""

    @property
    def live(self) -> bool:
        """Whether one of them goes on while one looks."""
        return any(one.live for one in self.each)


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the rehearsals; None where there is nothing to rehearse, or nobody has asked for it."""
    call, case = sight.call, sight.case
    if sight.member is None or not rehearsals.needed(case.kind, call.book.kinds):
        return None
    placed = rehearsals.of_proposal(call.session, case.id)
    if case.options is not None:
        return _several(call, placed)
    (only,) = placed
    seen, own = only.rehearsed, False
    if seen is None and case.stage.state in TRYING:
        seen, own = rehearsals.own(call.session, sight.member, change(sight, found)), True
    if seen is None and not own:
        return None
    return Section("rehearsal", TITLE, "proposal/rehearsal.html", tried(call, seen, own))


def _several(call: Call, placed: list[Placed]) -> Section | None:
    asked = [(one, one.rehearsed) for one in placed if one.rehearsed is not None]
    reports = rehearsals.reports_of(call.session, [seen.id for _, seen in asked])
    each = [Choice(one.pointer, one.label, seen, reports[seen.id]) for one, seen in asked]
    done = [one.report for one in each if one.report is not None]
    told = Several(each, compared(done) if len(done) == len(placed) else None)
    return Section("rehearsal", TITLE, "proposal/rehearsals.html", told) if each else None


def tried(call: Call, seen: Rehearsed | None, own: bool, label: str = "") -> Tried:
    """Return a rehearsal that the reader may see, with what it found."""
    report = None if seen is None else rehearsals.report_of(call.session, seen.id)
    return Tried(seen, report, drawings(report) if report else [], own, label)


def change(sight: Sight, found: Dossier) -> Change:
    """Return what a proposal would change, as rehearsals name it."""
    return Change(sight.case.scope, sight.case.kind, found.patch, found.base_sha256)
