"""A vote on people: the secret ballot, what is kept of it and what is not, and the ballots that counted."""

from dataclasses import dataclass

from coop.errors import Conflict
from governance import roll
from governance.dossier import Dossier
from governance.people import elections, secret_ballots
from governance.people.secret_ballots import Counted
from governance.people.slate import ELECTION
from governance.tally import Choice
from web.proposal.section import Section, Sight

SHOWN = 100


@dataclass(frozen=True, slots=True)
class SecretVote:
    """What the reader may do in a vote on people."""

    open: bool
    may_vote: bool
    voted: bool
    ranked: bool
    """Whether candidates are put in order; else they are approved."""
    labels: tuple[str, ...]
    """The candidates, in the order in which ballots name them."""
    seats: int
    counted: list[Counted]
    """Ballots that counted, in the order of what they say."""
    more: bool


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the vote; None before it, to visitors, and for what is no vote on people."""
    case, member = sight.case, sight.member
    if case.kind != ELECTION or member is None or not (case.takes_ballots or case.tallied_at):
        return None
    session = sight.call.session
    election = elections.read(session, sight.call.platform.books, member, case)
    on_roll = case.roll_frozen_at is None or roll.holds(session, case.id, member.member_id)
    counted = _counted(sight)
    told = SecretVote(
        open=case.takes_ballots,
        may_vote=case.takes_ballots and on_roll and not election.voted,
        voted=election.voted,
        ranked=secret_ballots.CHOICES[case.method] is Choice.RANKED,
        labels=election.slate,
        seats=election.seats,
        counted=counted[:SHOWN],
        more=len(counted) > SHOWN,
    )
    todo = "Cast your ballot" if told.may_vote else ""
    return Section("vote", "Your vote", "proposal/secret_ballot.html", told, todo)


def _counted(sight: Sight) -> list[Counted]:
    try:
        return secret_ballots.counted(sight.call.session, sight.case, after=0, limit=SHOWN + 1)
    except Conflict:
        return []
