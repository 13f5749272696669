"""The vote: one's ballot, by whatever method it is counted, and the receipt of the one that was cast."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.errors import NotFound
from governance import ballots, options, roll
from governance.ballots import Receipt
from governance.dossier import Dossier
from governance.facts import BEFORE_VOTING
from governance.people.secrecy import SECRET
from governance.rules import Method
from governance.tally import Choice
from web.answers import Answer, answer
from web.proposal.grounds import Grounds, grounds
from web.proposal.section import Section, Sight

PAPERS: Mapping[Method, str] = {
    "schulze": "proposal/ranking.html",
    "approval": "proposal/approvals.html",
    "median": "proposal/number.html",
}
"""What is filled in, by method, where that is more than for or against."""


@dataclass(frozen=True, slots=True)
class Voting:
    """What the reader may do in a vote, and has done."""

    open: bool
    may_vote: bool
    choices: tuple[Choice, ...]
    """What a ballot may say."""
    receipt: Receipt | None
    touched: list[str]
    """Clauses that a block may name: those that the patch changes, …"""
    others: list[str]
    """… and the rest of the policy."""
    paper: str | None
    """The partial of what is filled in; None for a vote for and against."""
    labels: tuple[str, ...]
    """What there is to choose from, in the order in which ballots name it."""
    options: Any
    said: Answer | None
    """What the reader's ballot says."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the reader's part in the vote; None before it, and after it where they cast nothing.

    Votes on people have another section, :mod:`web.proposal.secret_ballot`.
    """
    if sight.case.kind in SECRET:
        return None
    case, receipt = sight.case, _receipt(sight)
    if not case.takes_ballots and receipt is None:
        return None
    may_vote = case.takes_ballots and _may_vote(sight)
    choices, _ = options.ANSWERS[case.method]
    ground = grounds(found) if may_vote and Choice.BLOCK in choices else Grounds([], [])
    labels = options.labels(case.options or {})
    told = Voting(
        open=case.takes_ballots,
        may_vote=may_vote,
        choices=tuple(choices),
        receipt=receipt,
        touched=ground.touched,
        others=ground.others,
        paper=PAPERS.get(case.method),
        labels=labels,
        options=case.options,
        said=None if receipt is None else answer(receipt.said, labels),
    )
    todo = "Cast your ballot" if may_vote and receipt is None else ""
    return Section("vote", "Your vote", "proposal/ballot.html", told, todo)


def _may_vote(sight: Sight) -> bool:
    """Say whether the reader is on the roll.

    The first ballot draws it where no job has: until then only the action can tell.
    """
    if sight.member is None:
        return False
    drawn = sight.case.roll_frozen_at is not None
    return not drawn or roll.holds(sight.call.session, sight.case.id, sight.member.member_id)


def _receipt(sight: Sight) -> Receipt | None:
    if sight.member is None or sight.case.stage.state in BEFORE_VOTING:
        return None
    try:
        return ballots.own(sight.call.session, sight.member, sight.case.id)
    except NotFound:
        return None
