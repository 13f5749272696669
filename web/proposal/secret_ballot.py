"""A vote on people: the secret ballot, what is kept of it and what is not, and the ballots that counted."""

from dataclasses import dataclass

from coop.errors import Conflict
from governance import options, roll
from governance.case import Case
from governance.dossier import Dossier
from governance.people import elections, secret_ballots, suspension_votes
from governance.people.secrecy import SECRET, SUSPENSION
from governance.people.secret_ballots import Counted
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
    """What is approved or ranked, in the order in which ballots name it."""
    seats: int | None
    """How many are elected; None where nobody is."""
    counted: list[Counted]
    """Ballots that counted, in the order of what they say."""
    more: bool


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the vote; None before it, to visitors, and for what is no vote on people."""
    case, member = sight.case, sight.member
    if case.kind not in SECRET or member is None or not (case.takes_ballots or case.tallied_at):
        return None
    session = sight.call.session
    seats, voted = None, False
    if case.kind == SUSPENSION:
        voted = suspension_votes.read(session, member, case).voted
    else:
        election = elections.read(session, sight.call.platform.books, member, case)
        seats, voted = election.seats, election.voted
    on_roll = case.roll_frozen_at is None or roll.holds(session, case.id, member.member_id)
    counted = _counted(sight)
    told = SecretVote(
        open=case.takes_ballots,
        may_vote=case.takes_ballots and on_roll and not voted,
        voted=voted,
        ranked=secret_ballots.CHOICES[case.method] is Choice.RANKED,
        labels=labels_of(case),
        seats=seats,
        counted=counted[:SHOWN],
        more=len(counted) > SHOWN,
    )
    todo = "Cast your ballot" if told.may_vote else ""
    return Section("vote", "Your vote", "proposal/secret_ballot.html", told, todo)


def labels_of(case: Case) -> tuple[str, ...]:
    """Return what a vote on people is among, as it is read: candidates by their handles."""
    labels = options.labels(case.options)
    return labels if case.kind == SUSPENSION else tuple(f"@{handle}" for handle in labels)


def _counted(sight: Sight) -> list[Counted]:
    try:
        return secret_ballots.counted(sight.call.session, sight.case, after=0, limit=SHOWN + 1)
    except Conflict:
        return []
