"""What members do about a proposal from its page: submit, withdraw, sponsor, vote. Each is a plain form."""

from flask import Blueprint, request

from coop.call import Call
from coop.errors import Fault, RuleBroken
from governance import ballots, proposals, sponsors
from governance.ballots import Vote
from governance.options import labels
from governance.tally import Choice
from web import acts, papers
from web.proposal.section import look
from web.proposal_pages import show

FIELDS = ("choice", "reason", "clause", "marks", "value")

MARKS = {Choice.RANKED: papers.ranking, Choice.APPROVED: papers.approvals}
"""What reads the options that a ballot ranks or approves."""


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms on a proposal's page."""
    for name, act, done in (
        ("submit", submit, "Submitted. Its text stays as it is now, and so do the rules that decide it."),
        ("withdraw", withdraw, "Withdrawn. It stays on record."),
        ("sponsor", sponsor, "You are a sponsor of this proposal now."),
        ("ballot", vote, "Your ballot is recorded. Its receipt is below."),
    ):
        path = f"/proposals/<id:number>/{name}"
        acts.add(pages, path, act, show, form=name, fields=FIELDS, done=done)


def submit(call: Call, proposal_id: int) -> str:
    """Ask the scope to sponsor a draft."""
    proposals.submit(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}"


def withdraw(call: Call, proposal_id: int) -> str:
    """Take a proposal back."""
    proposals.withdraw(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}"


def sponsor(call: Call, proposal_id: int) -> str:
    """Sign a proposal."""
    sponsors.sponsor(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}"


def vote(call: Call, proposal_id: int) -> str:
    """Cast a ballot, or change it; the page that follows shows its receipt."""
    said = request.form
    try:
        choice = Choice(said.get("choice", ""))
    except ValueError as error:
        detail = "Choose one of these."
        raise RuleBroken("The ballot makes no choice.", faults=(Fault("/choice", detail),)) from error
    options = len(labels(look(call, proposal_id).case.options or {}))
    wanted = Vote(
        choice,
        said.get("patch_sha256", ""),
        said.get("reason", ""),
        said.get("clause", ""),
        marks=MARKS[choice](said, options) if choice in MARKS else None,
        value=papers.number(said) if choice is Choice.NAMED else None,
        rehearsal_sha256=said.get("rehearsal_sha256") or None,
    )
    ballots.cast(call.session, call.member, proposal_id, wanted, call.platform.clock)
    return f"/proposals/{proposal_id}#ballot"
