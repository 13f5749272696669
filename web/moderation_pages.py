"""What the rules did with something of one's own, as a page: every rule, what matched, and the vote."""

from flask import Blueprint, Response

from audience.routes.decisions import read_own_decision
from coop.call import Call
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/moderation/decisions/<id:decision_id>", "decision", page(decision))


def decision(call: Call, decision_id: int) -> Response:
    """Show why something of one's own was labelled, folded or held."""
    return render(call, "decision.html", decision=read_own_decision(call, decision_id))
