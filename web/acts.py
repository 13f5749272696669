"""Acts: what the forms on pages do.

Each is carried out wholly, or its page is shown again with what was wrong.
"""

from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Response, flash, request

from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from web.forms import Sent, refusal
from web.visits import attempt, page, see_other

Act = Callable[[Call, int], str | Response]
"""Carries out what a form asks of the thing with that id, and returns the path to go on to.

What is told this once, and never again, is returned as a page."""
Again = Callable[[Call, int, Sent, int], Response]
"""Shows the page that a form stands on, with what was wrong with it, under that status."""


def add(
    pages: Blueprint,
    path: str,
    act: Act,
    again: Again,
    *,
    done: str,
    form: str = "",
    fields: Iterable[str] = (),
    also: Callable[[], Mapping[str, str]] | None = None,
) -> None:
    """Have what is posted to ``path``, which ends in what is done to ``<id:number>``, carried out by ``act``.

    ``done`` is told on the page that follows, ``form`` is the name by which the page knows the form, and
    ``fields`` and what ``also`` returns say where its errors belong; see :func:`web.forms.refusal`.
    """
    known = tuple(fields)

    def answer(call: Call, number: int) -> Response:
        try:
            with attempt(call):
                location = act(call, number)
        except (NotFound, Unauthenticated):
            raise
        except AllotmentError as error:
            places = dict(also()) if also else {}
            sent = Sent(form, refusal(error, known, places), request.form)
            return again(call, number, sent, problems.status_of(error))
        if isinstance(location, Response):
            return location
        if done:
            flash(done, "good")
        return see_other(location)

    name = path.replace("<id:number>", "of").strip("/").replace("/", "_").replace("-", "_")
    pages.add_url_rule(path, f"do_{name}", page(answer), methods=["POST"])
