"""Limit for now, on pages: set with one tap on one's own page, seen while it is on, and ended there."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience import limit_for_now
from audience.limit_for_now import PATH
from audience.routes.limit_for_now import LimitForNowIn, begin_limit_for_now, end_limit_for_now
from audience.rules import AUDIENCE, AudienceRules, LimitForNow
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Unauthenticated
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

FIELDS = ("days", "whom")
MOST_DIGITS = 4
"""Of a number of days that is read as one."""


def add_to(pages: Blueprint) -> None:
    """Add the page of one's limit and the targets of its forms."""
    pages.add_url_rule(PATH, "limit_for_now", page(show))
    pages.add_url_rule(PATH, "begin_limit_for_now", page(begin), methods=["POST"])
    pages.add_url_rule(f"{PATH}/end", "end_limit_for_now", page(end), methods=["POST"])


def rules_of(call: Call) -> LimitForNow:
    """Return the clauses by which a limit may be set."""
    return call.book.rules(AUDIENCE, AudienceRules).limit_for_now


def show(call: Call) -> Response:
    """Show whether a limit is on, and the form that sets one."""
    if call.identity is None:
        raise Unauthenticated
    return _shown(call, {})


def begin(call: Call) -> Response:
    """Set a limit, or show the form again with what was wrong."""
    said = request.form.to_dict()
    try:
        with attempt(call):
            begin_limit_for_now(call, _asked(said))
    except Unauthenticated:
        raise
    except AllotmentError as error:
        return _shown(call, said, refusal(error, FIELDS), problems.status_of(error))
    flash("It holds from now on.", "good")
    return see_other(PATH)


def end(call: Call) -> Response:
    """End the limit before its time."""
    end_limit_for_now(call)
    flash("Everybody is let in again for whom your posts are.", "good")
    return see_other(PATH)


def _asked(said: Mapping[str, str]) -> LimitForNowIn:
    """Return what a form asks; raise RuleBroken where it is no number of days, or nobody of whom we know."""
    days = said.get("days", "").strip()
    whole = days.isascii() and days.isdigit() and len(days) <= MOST_DIGITS
    asked = {"days": int(days) if whole else days or None, "whom": said.get("whom", "strangers")}
    try:
        return LimitForNowIn.model_validate(asked)
    except ValidationError as error:
        raise problems.broken(error, said=asked) from error


def _shown(
    call: Call, said: Mapping[str, str], refused: Refusal | None = None, status: int = 200
) -> Response:
    return render(
        call,
        "limit_page.html",
        status,
        limit=limit_for_now.running(call.session, call.member, call.now),
        rules=rules_of(call),
        said=said,
        refused=refused,
    )
