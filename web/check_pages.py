"""Sense-checks: what members do about them on a proposal's page."""

from flask import Blueprint, Response, request

from coop.call import Call
from coop.errors import Fault, RuleBroken
from governance.deliberation import checks
from web import acts
from web.forms import Sent
from web.proposal_pages import show

MOST_OPTIONS = 100
"""Options whose faults are told at the field where they are typed."""


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms of sense-checks."""
    acts.add(
        pages,
        "/proposals/<id:number>/checks",
        ask,
        show,
        form="check",
        fields=("question", "options"),
        also=lambda: {f"/options/{place}": "options" for place in range(MOST_OPTIONS)},
        done="It is asked. Everybody can answer it now.",
    )
    acts.add(pages, "/checks/<id:number>/answer", answer, show_again, done="Your answer counts.")


def ask(call: Call, proposal_id: int) -> str:
    """Ask a quick question."""
    said = request.form
    typed = [line.strip() for line in said.get("options", "").splitlines() if line.strip()]
    clock = call.platform.clock
    made = checks.ask(
        call.session, call.book, call.member, proposal_id, said.get("question", ""), typed or None, clock
    )
    return f"/proposals/{proposal_id}#check-{made}"


def answer(call: Call, check_id: int) -> str:
    """Answer one, or change one's answer."""
    chosen = request.form.get("option", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 4):
        raise RuleBroken("This answers nothing.", faults=(Fault("/option", "Choose one of these."),))
    checks.answer(call.session, call.member, check_id, int(chosen), call.platform.clock)
    found = checks.one(call.session, call.book, call.member, check_id, call.now)
    return f"/proposals/{found.proposal_id}#check-{check_id}"


def show_again(call: Call, check_id: int, sent: Sent, status: int) -> Response:
    """Show the proposal that a check belongs to."""
    found = checks.one(call.session, call.book, call.member, check_id, call.now)
    return show(call, found.proposal_id, sent, status)
