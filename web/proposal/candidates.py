"""Who stands in an election, what they say, and who was elected. Told to members alone: it names them."""

from dataclasses import dataclass

from governance.dossier import Dossier
from governance.facts import State
from governance.people import elections
from governance.people.candidates import LONGEST_STATEMENT, Standing
from governance.people.elections import Election
from governance.people.slate import ELECTION
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those who stand."""

    election: Election
    listed: list[Standing]
    """In the order of the ballot, once it is settled; in that of handles before."""
    may_stand: bool
    yours: Standing | None
    """What the reader says as a candidate; None where they do not stand."""
    longest: int


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return who stands; None for what is no election, and to visitors."""
    call, case, member = sight.call, sight.case, sight.member
    if case.kind != ELECTION or member is None:
        return None
    election = elections.read(call.session, call.platform.books, member, case)
    yours = next((one for one in election.candidates if one.handle == member.handle), None)
    may_stand = sight.belongs and case.stage.state is State.DELIBERATION
    told = Candidates(election, _in_order(election), may_stand, yours, LONGEST_STATEMENT)
    todo = "Stand for election" if may_stand and yours is None else ""
    return Section("candidates", "Who stands", "proposal/candidates.html", told, todo)


def _in_order(election: Election) -> list[Standing]:
    """Return the candidates in the order of the ballot, those who are on it; before it, all of them."""
    if not election.slate:
        return election.candidates
    stated = {one.handle: one for one in election.candidates}
    return [stated[handle] for handle in election.slate if handle in stated]
