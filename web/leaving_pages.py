"""Leaving the cooperative, on a page that says first what goes and what stays.

Whoever leaves writes their handle, for it cannot be undone and the handle is given to nobody again.
"""

from flask import Blueprint, Response, flash, request

from coop import members, problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, RuleBroken, Unauthenticated
from coop.names import normal
from web.account_pages import signed_out
from web.forms import Refusal, refusal
from web.visits import attempt, page, render

PATH = "/members/me/leave"


def add_to(pages: Blueprint) -> None:
    """Add the page, and the target of its form."""
    pages.add_url_rule(PATH, "ask_to_leave", page(ask))
    pages.add_url_rule(PATH, "leave_coop_page", page(leave), methods=["POST"])


def ask(call: Call) -> Response:
    """Say what leaving means, and ask."""
    return _shown(call)


def leave(call: Call) -> Response:
    """Leave, where the handle that was written is one's own; signed out everywhere."""
    try:
        if normal(request.form.get("handle", "")).removeprefix("@") != call.member.handle:
            fault = Fault("/handle", f"Write your own: {call.member.handle}.")
            raise RuleBroken("You have not left.", faults=(fault,))
        with attempt(call):
            members.leave(call.session, call.member, call.now)
    except Unauthenticated:
        raise
    except AllotmentError as error:
        return _shown(call, refusal(error, ("handle",)), problems.status_of(error))
    left = signed_out(call)
    flash("You have left. Your profile is empty, and you are signed out everywhere.", "good")
    return left


def _shown(call: Call, refused: Refusal | None = None, status: int = 200) -> Response:
    if call.identity is None:
        raise Unauthenticated
    return render(call, "leave.html", status, handle=request.form.get("handle", ""), refused=refused)
