"""Less of this, on pages: asked for at a post, its effect shown at once, listed and taken back."""

from typing import get_args
from urllib.parse import quote

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience.feeds.chosen import DEFAULT
from audience.feeds.less import Of
from audience.routes.less import LessIn, ask_for_less, list_less, undo_less
from coop import problems
from coop.call import Call
from coop.errors import NotFound
from web.visits import page, render, see_other

PATH = "/members/me/less"


def add_to(pages: Blueprint) -> None:
    """Add the list of what a member asked to see less of, and the targets of its forms."""
    pages.add_url_rule(PATH, "less", page(listing))
    pages.add_url_rule(f"{PATH}/undo", "undo_less", page(undo), methods=["POST"])
    pages.add_url_rule("/posts/<id:post_id>/less", "ask_for_less", page(ask), methods=["POST"])


def listing(call: Call) -> Response:
    """Show what the member asked to see less of."""
    return render(call, "less.html", asked=list_less(call).items)


def ask(call: Call, post_id: int) -> Response:
    """Ask for less, and show what it does. The feed is not gone back to: that would deliver its next page."""
    # The button of a tag says which one, and by that of what.
    wanted = request.form.get("of", "tag" if "tag" in request.form else "")
    kind = next((one for one in get_args(Of) if one == wanted), None)
    if kind is None:
        raise NotFound
    asked = {"of": kind, "tag": request.form.get("tag"), "profile": request.form.get("profile")}
    try:
        said = LessIn.model_validate(asked)
    except ValidationError as error:
        raise problems.broken(error, said=asked) from error
    effect = ask_for_less(call, post_id, said)
    path = f"/feed/{quote(said.profile or DEFAULT)}"
    return render(call, "less_asked.html", effect=effect, asked=list_less(call).items[0], path=path)


def undo(call: Call) -> Response:
    """Take back what was asked."""
    undo_less(call, request.form.get("of", ""), request.form.get("name", ""))
    flash("Taken back.", "good")
    return see_other(PATH)
