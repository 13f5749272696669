"""Remedies: what members do against a decision, or to keep one: object, petition, rebase, repeal, renew."""

from flask import Blueprint, flash, request

from coop.call import Call
from governance import emergencies, objections, petitions, rebasing, renewals, repeals
from web import acts
from web.proposal_pages import show

KEPT = "Others have set these clauses since, so the repeal leaves them as they are: "


def add_to(pages: Blueprint) -> None:
    """Add the targets of their forms."""
    of, said = "/proposals/<id:number>", ("reason", "clause")
    draft = "It is a draft of yours: read it, and submit it."
    acts.add(pages, f"{of}/objections", object_to, show, form="objection", fields=said, done="You objected.")
    acts.add(pages, f"{of}/petition", petition, show, done="You have signed the petition.")
    acts.add(pages, f"{of}/rebase", rebase, show, done="It rests on the text in force now.")
    acts.add(pages, f"{of}/repeal", repeal, show, done=draft)
    acts.add(pages, f"{of}/renewal", renew, show, done=draft)
    acts.add(pages, f"{of}/sign", sign, show, done="You have signed this measure.")


def object_to(call: Call, proposal_id: int) -> str:
    """Object to a change by consent; where that is enough, the vote that follows is shown."""
    said, clock = request.form, call.platform.clock
    reason, clause = said.get("reason", ""), said.get("clause", "")
    goes_on = objections.object_to(call.session, call.book, call.member, proposal_id, reason, clause, clock)
    return f"/proposals/{goes_on or proposal_id}"


def petition(call: Call, proposal_id: int) -> str:
    """Sign a petition in the name of a guild; where that is enough, the vote that it called is shown."""
    slug = request.form.get("guild", "")
    veto = petitions.sign(call.session, call.book, call.member, proposal_id, slug, call.platform.clock)
    return f"/proposals/{veto or proposal_id}"


def rebase(call: Call, proposal_id: int) -> str:
    """Set a proposal against the text that another vote has put in force, its patch kept."""
    made = rebasing.rebase(call.session, call.book, call.member, proposal_id, None, call.platform.clock)
    return f"/proposals/{made}"


def repeal(call: Call, proposal_id: int) -> str:
    """Draft the repeal of a change in force."""
    made = repeals.draft_repeal(call.session, call.book, call.member, proposal_id, call.platform.clock)
    if made.left:
        flash(f"{KEPT}{', '.join(made.left)}")
    return f"/proposals/{made.proposal_id}"


def renew(call: Call, proposal_id: int) -> str:
    """Draft the renewal of a change in force."""
    made = renewals.draft_renewal(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{made}"


def sign(call: Call, proposal_id: int) -> str:
    """Sign an emergency measure as a steward."""
    emergencies.sign_measure(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}"
