"""Judging, as pages: offering to, the cases one was drawn for, and each with its words and its ballot."""

from flask import Blueprint, Response, flash, request

from audience.cases import appeals, juries
from audience.cases.outcome import Vote
from audience.moderation.case_rules import MEASURES, OUTCOMES
from audience.routes.cases import (
    list_own_cases,
    offer_jury_service,
    read_case,
    read_case_picture,
    read_case_video,
    read_jury_service,
    withdraw_jury_service,
)
from coop.call import Call, Later
from coop.errors import Fault, RuleBroken, Unauthenticated
from web import acts
from web.forms import Sent
from web.visits import page, render, see_other

CASES, DECISIONS = "/moderation/cases", "/moderation/decisions"


def add_to(pages: Blueprint) -> None:
    """Add the pages, and the targets of their forms."""
    pages.add_url_rule(CASES, "own_cases", page(listing))
    pages.add_url_rule(CASES, "serve_on_juries", page(serve), methods=["POST"])
    pages.add_url_rule(f"{CASES}/<id:case_id>", "own_case", page(case))
    pages.add_url_rule(f"{CASES}/<id:case_id>/picture", "case_picture", page(picture))
    pages.add_url_rule(f"{CASES}/<id:case_id>/video", "case_video", page(video))
    acts.add(pages, f"{CASES}/<id:number>/remarks", say, again, done="The others read it.")
    acts.add(pages, f"{CASES}/<id:number>/ballot", vote, again, done="You have voted.")
    acts.add(pages, f"{CASES}/<id:number>/leave", leave, listed, done="Another follows you.")
    pages.add_url_rule("/moderation/decisions/<id:decision_id>/appeal", "appeal", page(ask_again))
    acts.add(
        pages, "/moderation/decisions/<id:number>/appeal", appeal, decided, done="A fresh jury looks at it."
    )


def listing(call: Call) -> Response:
    """Show whether one offers to judge, and what one judges now."""
    if call.identity is None:
        raise Unauthenticated
    return render(call, "cases.html", cases=list_own_cases(call), service=read_jury_service(call))


def serve(call: Call) -> Response:
    """Offer to judge, or no longer."""
    if request.form.get("offer") == "yes":
        offer_jury_service(call)
        flash("You may be drawn from now on. You can step down from each case.", "good")
    else:
        withdraw_jury_service(call)
        flash("You are drawn no more.", "good")
    return see_other(CASES)


def case(call: Call, case_id: int) -> Response:
    """Show a case that one judges."""
    return render(call, "case.html", case=read_case(call, case_id), sent=Sent())


def picture(call: Call, case_id: int) -> Later:
    """Show its picture."""
    return read_case_picture(call, case_id)


def video(call: Call, case_id: int) -> Later:
    """Show its video."""
    return read_case_video(call, case_id)


def say(call: Call, case_id: int) -> str:
    """Say something to the other jurors."""
    juries.say(call.session, call.member, case_id, request.form.get("body", ""), call.platform.clock)
    return f"{CASES}/{case_id}#remarks"


def vote(call: Call, case_id: int) -> str:
    """Vote."""
    outcome, measure = request.form.get("outcome", ""), request.form.get("measure", "nothing")
    if outcome not in OUTCOMES or measure not in MEASURES:
        raise RuleBroken("Choose one.", faults=(Fault("/outcome", "Choose one of these."),))
    ballot = Vote(outcome, measure, bad_faith=request.form.get("bad_faith") == "yes")
    juries.vote(call.session, call.member, call.book, case_id, ballot, call.platform.clock)
    return f"{CASES}/{case_id}"


def leave(call: Call, case_id: int) -> str:
    """Step down."""
    juries.step_down(call.session, call.member, call.book, case_id, call.platform.clock)
    return CASES


def ask_again(call: Call, decision_id: int) -> Response:
    """Show the form that appeals; whether there is anything to appeal is said when it is sent."""
    if call.identity is None:
        raise Unauthenticated
    return render(call, "appeal.html", decision_id=decision_id)


def appeal(call: Call, decision_id: int) -> str:
    """Ask for a fresh jury."""
    words = request.form.get("words", "")
    appeals.appeal(call.session, call.member, call.book, decision_id, words, call.now)
    return "/" if request.form.get("from") == "reader" else f"{DECISIONS}/{decision_id}"


def again(call: Call, case_id: int, sent: Sent, status: int) -> Response:
    """Show the case again, with what was wrong."""
    return render(call, "case.html", status, case=read_case(call, case_id), sent=sent)


def listed(call: Call, case_id: int, sent: Sent, status: int) -> Response:
    """Show the cases again, with what was wrong."""
    _tell(sent)
    return see_other(CASES)


def decided(call: Call, decision_id: int, sent: Sent, status: int) -> Response:
    """Go back to where it was asked, with what was wrong."""
    _tell(sent)
    reader = request.form.get("from") == "reader"
    return see_other(f"{DECISIONS}/{decision_id}{'/appeal' if reader else ''}")


def _tell(sent: Sent) -> None:
    if sent.refused is not None:
        flash(" ".join([sent.refused.detail, *(fault.detail for fault in sent.refused.elsewhere)]), "bad")
