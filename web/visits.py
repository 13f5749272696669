"""A visit: one request for a page, by whom its cookie names, in one transaction under one book (law 3)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from coop import notices
from coop.call import Call, Later, made, platform
from coop.identity import Identity
from coop.routes.oauth import session_cookie

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[Call, Parameters], Response | Later]

# Browsers read two slashes, of either kind, as another host, and drop tabs and newlines first.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")

VISITOR = Identity(0, "", "", datetime.max.replace(tzinfo=UTC))
"""Whoever is not signed in, for actions that ask who reads: no member has this id, and it has no rights."""


def page(view: View[Parameters]) -> Callable[Parameters, Response]:
    """Return a Flask view that opens the transaction, tells the page who acts, and commits."""

    @wraps(view)
    def answer(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        with platform().call(session_cookie()) as call:
            shown = view(call, *args, **kwargs)
        return made(shown)

    return answer


@contextmanager
def attempt(call: Call) -> Iterator[None]:
    """Undo what was begun inside where it is refused, so that the form can be shown again."""
    with call.session.begin_nested():
        yield


def reader(call: Call) -> Identity:
    """Return who reads: the member, or one who is nobody and sees what anyone may."""
    return call.identity or VISITOR


def render(call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """Return a page for whoever visits."""
    member = call.identity
    unread = 0 if member is None else notices.unread(call.session, member, call.now)
    page = render_template(template, viewer=member, unread=unread, now=call.now, **context)
    return make_response(page, status)


def see_other(location: str) -> Response:
    """Return a redirect that follows a form: the next request is a GET, and reloading posts nothing."""
    return cast(Response, redirect(location, 303))


def here_after(target: str | None) -> str:
    """Return where to go on after signing in: a path of this site, whatever was asked for."""
    return target if target is not None and _OWN_PATH.fullmatch(target) else "/"


def came_from() -> str:
    """Return the path of the page that a form stood on, as far as the browser tells."""
    if request.method == "GET":
        return request.full_path if request.query_string else request.path
    return linked_from()


def linked_from() -> str:
    """Return the path of the page of this site that a link was followed from, as far as the browser tells."""
    parts = urlsplit(request.referrer or "")
    if f"{parts.scheme}://{parts.netloc}/" != request.host_url:
        return "/"
    return here_after(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def back(otherwise: str) -> str:
    """Return the page that a form stood on, as far as the browser tells and it can be read again.

    A form that was refused stood on a page whose address takes forms alone: then it is ``otherwise``.
    """
    there = came_from()
    adapter = current_app.create_url_adapter(request)
    try:
        if there != "/" and adapter is not None:
            adapter.match(there.partition("?")[0], method="GET")
            return there
    except HTTPException:
        return otherwise
    return otherwise
