"""Whom a vote on a suspension is about, by which by-law, and how the jury voted. Told to members alone."""

from dataclasses import dataclass

from coop.membership_rules import NAME, Withheld
from coop.suspended import CLAUSE, SAID
from governance.dossier import Dossier
from governance.people import suspension_votes
from governance.people.secrecy import SUSPENSION
from governance.people.suspension_votes import Asked
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Suspension:
    """What is asked of all of us."""

    asked: Asked
    withheld: list[str]
    """What whoever is suspended does, as the clause says it now."""
    clause: str


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return whom it is about; None for what is no vote on a suspension, and to visitors."""
    call, case, member = sight.call, sight.case, sight.member
    if case.kind != SUSPENSION or member is None:
        return None
    withheld: list[Withheld] = call.book.cite(NAME, CLAUSE).value
    told = Suspension(
        asked=suspension_votes.read(call.session, member, case),
        withheld=[SAID[one] for one in withheld],
        clause=CLAUSE,
    )
    return Section("suspension", "Whom it is about", "proposal/suspension.html", told)
