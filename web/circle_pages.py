"""Keeping one's circles, on a page."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request

from audience import circles
from audience.circles import LONGEST
from audience.rules import AUDIENCE, AudienceRules
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken
from web import acts
from web.forms import Refusal, Sent, refusal
from web.visits import attempt, page, render, see_other

NEW = "new"
"""The name by which the page knows the form that makes a circle."""


def add_to(pages: Blueprint) -> None:
    """Add the page of one's circles, and the targets of its forms."""
    pages.add_url_rule("/circles", "circles", page(listing))
    pages.add_url_rule("/circles", "make_circle_page", page(make), methods=["POST"])
    one = "/circles/<id:number>"
    acts.add(pages, f"{one}/add", add, _again, done="Added.", form="add", fields=("handle",))
    acts.add(pages, f"{one}/remove", remove, _again, done="Taken out: they see nothing of it any more.")
    acts.add(pages, f"{one}/dissolve", dissolve, _again, done="Dissolved.")


def listing(call: Call) -> Response:
    """Show one's circles and who is in them."""
    return _shown(call, {})


def make(call: Call) -> Response:
    """Make a circle."""
    try:
        with attempt(call):
            circles.create(call.session, call.member, call.book, request.form.get("name", ""), call.now)
    except AllotmentError as error:
        refused = refusal(error, ("name",))
        return _shown(call, request.form, {NEW: refused}, problems.status_of(error))
    flash("Made. Add whom you want in it.", "good")
    return see_other("/circles")


def add(call: Call, circle_id: int) -> str:
    """Add a member to a circle."""
    handle = request.form.get("handle", "").strip().removeprefix("@")
    try:
        circles.add(call.session, call.member, call.book, circle_id, handle, call.now)
    except NotFound as error:
        if circle_id not in {card.id for card in circles.mine(call.session, call.member)}:
            raise
        fault = Fault("/handle", "Nobody here has this handle.")
        raise RuleBroken("This member cannot be added.", faults=(fault,)) from error
    return "/circles"


def remove(call: Call, circle_id: int) -> str:
    """Take a member out of a circle."""
    circles.remove(call.session, call.member, circle_id, request.form.get("handle", ""))
    return "/circles"


def dissolve(call: Call, circle_id: int) -> str:
    """Take a circle away."""
    circles.dissolve(call.session, call.member, circle_id)
    return "/circles"


def _again(call: Call, circle_id: int, sent: Sent, status: int) -> Response:
    refused = {} if sent.refused is None else {str(circle_id): sent.refused}
    return _shown(call, sent.said, refused, status)


def _shown(
    call: Call, said: Mapping[str, str], refused: Mapping[str, Refusal] | None = None, status: int = 200
) -> Response:
    """Return the page; ``refused`` is what was wrong, by the form: a circle's id or :data:`NEW`."""
    return render(
        call,
        "circles.html",
        status,
        circles=circles.mine(call.session, call.member),
        said=said,
        refused=refused or {},
        new=NEW,
        rules=call.book.rules(AUDIENCE, AudienceRules).circles,
        longest=LONGEST,
    )
