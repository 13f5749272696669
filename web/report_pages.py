"""Reporting something, as a page: the by-laws to choose from, and what came of what one reported."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, flash, request

from audience.cases import causes, subject
from audience.cases.reports import LONGEST_WORDS
from audience.cases.subject import Noun, Subject
from audience.moderation.case_rules import ground_clause
from audience.routes.reports import (
    GroundQuery,
    HoldBody,
    Reportable,
    ReportBody,
    hold_post,
    hold_reply,
    list_grounds,
    list_own_reports,
    report_post,
    report_profile,
    report_reply,
)
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from coop.identity import Identity
from coop.paging import PageQuery
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

FIELDS = ("ground", "words")
REPORTS: dict[Noun, Callable[..., object]] = {
    "post": report_post,
    "reply": report_reply,
    "profile": report_profile,
}
HOLDS: dict[Noun, Callable[..., object]] = {"post": hold_post, "reply": hold_reply}
"""By what it is: what reports it, and what a steward holds it by."""


def add_to(pages: Blueprint) -> None:
    """Add the forms, their targets and the list of one's reports."""
    pages.add_url_rule("/posts/<id:thing_id>/report", "report_post", page(ask_post))
    pages.add_url_rule("/posts/<id:thing_id>/report", "send_report_post", page(send_post), methods=["POST"])
    pages.add_url_rule("/replies/<id:thing_id>/report", "report_reply", page(ask_reply))
    pages.add_url_rule(
        "/replies/<id:thing_id>/report", "send_report_reply", page(send_reply), methods=["POST"]
    )
    pages.add_url_rule("/members/<handle>/report", "report_profile", page(ask_profile))
    pages.add_url_rule(
        "/members/<handle>/report", "send_report_profile", page(send_profile), methods=["POST"]
    )
    pages.add_url_rule("/moderation/reports", "own_reports", page(listing))


def ask_post(call: Call, thing_id: int) -> Response:
    """Show the form that reports a post."""
    return _shown(call, subject.delivered_post(call.session, _member(call), call.book, thing_id, call.now))


def ask_reply(call: Call, thing_id: int) -> Response:
    """Show the form that reports a reply."""
    return _shown(call, subject.delivered_reply(call.session, _member(call), call.book, thing_id, call.now))


def send_post(call: Call, thing_id: int) -> Response:
    """Report a post, or hold it as a steward."""
    thing = subject.delivered_post(call.session, _member(call), call.book, thing_id, call.now)
    return _sent(call, thing, thing_id)


def send_reply(call: Call, thing_id: int) -> Response:
    """Report a reply, or hold it as a steward."""
    thing = subject.delivered_reply(call.session, _member(call), call.book, thing_id, call.now)
    return _sent(call, thing, thing_id)


def ask_profile(call: Call, handle: str) -> Response:
    """Show the form that reports a profile."""
    return _shown(call, subject.delivered_profile(call.session, _member(call), handle))


def send_profile(call: Call, handle: str) -> Response:
    """Report a profile."""
    thing = subject.delivered_profile(call.session, _member(call), handle)
    return _sent(call, thing, handle)


def listing(call: Call) -> Response:
    """Show what one reported."""
    _member(call)
    found = list_own_reports(call, PageQuery(cursor=request.args.get("cursor")))
    bylaws = {
        (one.scope, ground_clause(name)): ground.about
        for one in found.items
        for name, ground in causes.grounds(call.book, one.scope).items()
    }
    return render(call, "own_reports.html", reports=found, bylaws=bylaws)


def _member(call: Call) -> Identity:
    if call.identity is None:
        raise Unauthenticated
    return call.identity


def _sent(call: Call, thing: Subject, name: int | str) -> Response:
    said = request.form.to_dict()
    ground, words = said.get("ground", "")[:40] or "-", said.get("words", "")[:LONGEST_WORDS]
    hold = said.get("at_once") == "yes" and thing.noun in HOLDS
    try:
        with attempt(call):
            if hold:
                HOLDS[thing.noun](call, name, HoldBody(ground=ground))
            else:
                REPORTS[thing.noun](call, name, ReportBody(ground=ground, words=words))
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _shown(call, thing, said, refusal(error, FIELDS), problems.status_of(error))
    flash(
        "It is held, and a jury looks at once." if hold else "Thank you. What comes of it is told here.",
        "good",
    )
    return see_other("/moderation/reports" if not hold else "/")


def _shown(
    call: Call,
    thing: Subject,
    said: dict[str, str] | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    member = _member(call)
    return render(
        call,
        "report.html",
        status,
        thing=thing,
        path=request.path,
        grounds=list_grounds(call, GroundQuery(guild=thing.guild, thing=cast(Reportable, thing.noun))),
        steward=thing.guild_id is not None and thing.guild_id in member.steward_of,
        own=thing.author_id == member.member_id,
        longest=LONGEST_WORDS,
        said=said or {},
        refused=refused,
    )
