"""Objections: how a change by consent is stopped, by a reason and a clause; and those that were made."""

from dataclasses import dataclass

from governance import objections
from governance.dossier import Dossier
from governance.objections import HEARD, Objected
from web.proposal.grounds import Grounds, grounds
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Objections:
    """The objections to a change by consent."""

    made: list[Objected]
    """The first one first; told to members."""
    needed: int
    may_object: bool
    grounds: Grounds | None
    """What an objection may rest on; None where the reader cannot object."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the objections; None where nobody decides by consent, and where there are none to tell."""
    case, member = sight.case, sight.member
    if case.method != "consent" or member is None:
        return None
    made = objections.of(sight.call.session, case.id)
    objected = any(one.handle == member.handle for one in made)
    may_object = sight.belongs and case.stage.state in HEARD and not objected
    if not made and not may_object:
        return None
    ground = grounds(found) if may_object else None
    told = Objections(made, case.rules.consent.objectors, may_object, ground)
    return Section("objections", "Objections", "proposal/objections.html", told)
