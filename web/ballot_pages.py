"""What members do about a proposal from its page: submit, withdraw, sponsor, vote. Each is a plain form."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, request

from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from governance import ballots, proposals, sponsors
from governance.ballots import Vote
from governance.tally import Choice
from web.forms import refusal
from web.proposal_pages import show
from web.visits import attempt, page, see_other

FIELDS = ("choice", "reason", "clause")

Act = Callable[[Call, int], object]


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms on a proposal's page."""
    for name, act, anchor, done in (
        ("submit", submit, "", "Submitted. Its text stays as it is now, and so do the rules that decide it."),
        ("withdraw", withdraw, "", "Withdrawn. It stays on record."),
        ("sponsor", sponsor, "", "You are a sponsor of this proposal now."),
        ("ballot", vote, "#ballot", "Your ballot is recorded. Its receipt is below."),
    ):
        rule = f"/proposals/<id:proposal_id>/{name}"
        pages.add_url_rule(rule, name, page(_form(act, anchor, done)), methods=["POST"])


def submit(call: Call, proposal_id: int) -> None:
    """Ask the scope to sponsor a draft."""
    proposals.submit(call.session, call.book, call.member, proposal_id, call.platform.clock)


def withdraw(call: Call, proposal_id: int) -> None:
    """Take a proposal back."""
    proposals.withdraw(call.session, call.member, proposal_id, call.platform.clock)


def sponsor(call: Call, proposal_id: int) -> None:
    """Sign a proposal."""
    sponsors.sponsor(call.session, call.member, proposal_id, call.platform.clock)


def vote(call: Call, proposal_id: int) -> None:
    """Cast a ballot, or change it; the page that follows shows its receipt."""
    said = request.form
    try:
        choice = Choice(said.get("choice", ""))
    except ValueError as error:
        detail = "Choose one of these."
        raise RuleBroken("The ballot makes no choice.", faults=(Fault("/choice", detail),)) from error
    wanted = Vote(choice, said.get("patch_sha256", ""), said.get("reason", ""), said.get("clause", ""))
    ballots.cast(call.session, call.member, proposal_id, wanted, call.platform.clock)


def _form(act: Act, anchor: str, done: str) -> Callable[[Call, int], Response]:
    """Return the view that carries out an act, or shows the page again with what was wrong."""

    def view(call: Call, proposal_id: int) -> Response:
        try:
            with attempt(call):
                act(call, proposal_id)
        except (NotFound, Unauthenticated):
            raise
        except AllotmentError as error:
            return show(call, proposal_id, refusal(error, FIELDS), problems.status_of(error))
        flash(done, "good")
        return see_other(f"/proposals/{proposal_id}{anchor}")

    return view
