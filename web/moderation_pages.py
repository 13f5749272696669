"""What the rules did with something of one's own, as a page: every rule, what matched, and the vote."""

from functools import partial

from flask import Blueprint, Response

from audience.cases import appeals, ballots
from audience.routes.decisions import read_own_decision
from coop.call import Call
from web import entries
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/moderation/decisions/<id:decision_id>", "decision", page(decision))


def decision(call: Call, decision_id: int) -> Response:
    """Show why something of one's own was labelled, folded or held."""
    found = read_own_decision(call, decision_id)
    appeal = appeals.appeal_of(call.session, decision_id)
    return render(
        call,
        "decision.html",
        decision=found,
        judged_as="appeal" if appeal is not None and appeal.outcome is not None else "hold",
        stands=ballots.at_most(found.action, found.about)[-1],
        mine=appeal is not None and appeal.appellant_id == call.member.member_id,
        appealed=appeal is not None and appeal.closed_at is None,
        standing=partial(entries.standing, call.book),
    )
