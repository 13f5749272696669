"""Votes on people: what members do about one on its page: stand, step down, and vote in secret."""

from flask import Blueprint, Response, request

from coop.call import Call
from governance.ballots import Vote
from governance.people import candidates, secret_ballots
from governance.people.suspension_votes import visible_secret
from web import acts
from web.ballot_pages import MARKS
from web.proposal.secret_ballot import labels_of
from web.proposal_pages import show
from web.visits import render


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms of elections."""
    of, said = "/proposals/<id:number>", ("statement",)
    acts.add(pages, f"{of}/candidacy", stand, show, form="candidacy", fields=said, done="You stand.")
    acts.add(pages, f"{of}/candidacy/end", step_down, show, done="You do not stand any more.")
    acts.add(pages, f"{of}/secret-ballot", vote, show, form="secret", fields=("marks",), done="")


def stand(call: Call, proposal_id: int) -> str:
    """Stand in an election, or say something else than before."""
    clock = call.platform.clock
    candidates.stand(call.session, call.member, proposal_id, request.form.get("statement", ""), clock)
    return f"/proposals/{proposal_id}#candidates"


def step_down(call: Call, proposal_id: int) -> str:
    """Stand no longer."""
    candidates.step_down(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}#candidates"


def vote(call: Call, proposal_id: int) -> Response:
    """Cast a secret ballot; the answer shows its receipt, which nothing shows again."""
    case = visible_secret(call.session, call.member, proposal_id, call.now)
    labels = labels_of(case)
    choice = secret_ballots.CHOICES[case.method]
    wanted = Vote(
        choice, request.form.get("patch_sha256", ""), marks=MARKS[choice](request.form, len(labels))
    )
    receipt = secret_ballots.cast(call.session, call.member, proposal_id, wanted, call.platform.clock)
    return render(
        call,
        "secret_receipt.html",
        case=case,
        receipt=receipt,
        ranked=case.method == "stv",
        named=[labels[place] for place in receipt.marks],
    )
