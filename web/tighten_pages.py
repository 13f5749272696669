"""Tightening one's own post from now on, on a page: what holds, and one layer more."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, request
from pydantic import ValidationError

from audience import stages
from audience.document import Parts
from audience.gradient import Step
from audience.headcount import About
from audience.naming import author_of
from audience.preview import gradient_of
from audience.routes.doors import DoorView, read_post
from audience.routes.posts import PostView
from coop import problems
from coop.call import Call
from coop.errors import NotFound, Unauthenticated
from web import acts, composing
from web.forms import Sent
from web.visits import page, render

FORM = "tighten"
PLACES = {
    "/preset": "reach",
    "/see": "reach",
    "/see/any/0/circle": "reach",
    "/seats/max": "seats",
    "": "reach",
}


def add_to(pages: Blueprint) -> None:
    """Add the page on which a post is tightened, and the target of its form."""
    pages.add_url_rule("/posts/<id:post_id>/tighten", "tighten_post_page", page(ask))
    acts.add(
        pages,
        "/posts/<id:number>/tighten",
        tighten,
        _again,
        done="Tightened: it holds from now on.",
        form=FORM,
        fields=("reach", "seats"),
        also=lambda: PLACES,
    )


def ask(call: Call, post_id: int) -> Response:
    """Show what holds for a post of one's own, and what it could be tightened to."""
    return _shown(call, post_id, Sent())


def tighten(call: Call, post_id: int) -> str:
    """Add a layer to a post of one's own."""
    post = _own(call, post_id)
    steps = {step.key: step for step, _ in _steps(call, post)}
    said: Mapping[str, str] = request.form
    try:
        parts = Parts.model_validate_json(json.dumps(composing.layer(said, steps)))
    except ValidationError as error:
        raise problems.broken(error) from error
    stages.tighten(call.session, call.member, call.book, post_id, parts, call.now)
    return f"/posts/{post_id}"


def _again(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    return _shown(call, post_id, sent, status)


def _shown(call: Call, post_id: int, sent: Sent, status: int = 200) -> Response:
    post = _own(call, post_id)
    return render(
        call,
        "tighten_page.html",
        status,
        post=post,
        steps=_steps(call, post),
        said=sent.said,
        refused=sent.refused,
    )


def _own(call: Call, post_id: int) -> PostView:
    """Return a post of one's own; raise NotFound for any other."""
    if call.identity is None:
        raise Unauthenticated
    found = read_post(call, post_id)
    if isinstance(found, DoorView) or found.audience is None:
        raise NotFound
    return found


def _steps(call: Call, post: PostView) -> list[tuple[Step, About]]:
    """Return the steps that narrow anything: all but every member, and everybody."""
    found = gradient_of(call.session, call.member, call.book, _guild(call, post), call.now)
    return [(step, about) for step, about in found if step.key not in ("local", "public") and step.allowed]


def _guild(call: Call, post: PostView) -> str | None:
    """Return the guild in which the post was made, where its author still belongs to it."""
    return post.guild if post.guild in author_of(call.session, call.member).guilds else None
