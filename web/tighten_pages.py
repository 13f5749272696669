"""Tightening one's own post from now on, on a page: what holds, and one layer more."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience import stages, why
from audience.access import access_post
from audience.document import Parts
from audience.naming import author_of
from audience.preview import gradient_of
from audience.routes.doors import DoorView, read_post
from audience.routes.post_views import PostView
from audience.rules import Opening
from audience.standing import layered
from audience.why import Limit
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from web import composing, group_rows
from web.audience_form import audience_form
from web.forms import Refusal, refusal
from web.group_rows import Said
from web.visits import attempt, page, render, see_other

PATH = "/posts/<id:post_id>/tighten"
WIDEST = ("local", "public")
"""Steps of the gradient that would leave out nobody."""
OPENINGS: tuple[Opening, ...] = ("nobody", "ask")
"""To whom a verb may be narrowed in one choice."""


def add_to(pages: Blueprint) -> None:
    """Add the page on which a post is tightened, and the target of its form."""
    pages.add_url_rule(PATH, "tighten_post_page", page(ask))
    pages.add_url_rule(PATH, "tighten_post", page(tighten), methods=["POST"])


def ask(call: Call, post_id: int) -> Response:
    """Show what holds for a post of one's own, and what it could be tightened to."""
    return _shown(call, post_id, {})


def tighten(call: Call, post_id: int) -> Response:
    """Add a layer to a post of one's own, or show the form again as it was or with a group more or less."""
    said = request.form.to_dict()
    try:
        changed = group_rows.changed(said)
        if changed is not None or said.get("act") == "look":
            return _shown(call, post_id, changed or said)
        with attempt(call):
            _tighten(call, post_id, said)
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        wrong = refusal(error, composing.fields(said), composing.places(said, error.faults, at=""))
        return _shown(call, post_id, said, wrong, problems.status_of(error))
    flash("Tightened: it holds from now on.", "good")
    return see_other(f"/posts/{post_id}")


def _tighten(call: Call, post_id: int, said: Mapping[str, str]) -> None:
    guild = _guild(call, _own(call, post_id))
    steps = {step.key: step for step, _ in gradient_of(call.session, call.member, call.book, guild, call.now)}
    narrower = {key: step for key, step in steps.items() if key not in WIDEST}
    asked = composing.layer(said, narrower, guild)
    try:
        parts = Parts.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        raise problems.broken(error, said=asked) from error
    stages.tighten(call.session, call.member, call.book, post_id, parts, call.now)


def _shown(
    call: Call, post_id: int, said: Said, refused: Refusal | None = None, status: int = 200
) -> Response:
    post = _own(call, post_id)
    form = audience_form(call, f"/posts/{post_id}/tighten", said, _guild(call, post), OPENINGS)
    return render(
        call,
        "tighten_page.html",
        status,
        post=post,
        form=form,
        steps=[(step, about) for step, about in form.steps if step.key not in WIDEST and step.allowed],
        holds={one.name: one for one in _limits(call, post_id)},
        said=said,
        refused=refused,
    )


def _own(call: Call, post_id: int) -> PostView:
    """Return a post of one's own; raise NotFound for any other."""
    if call.identity is None:
        raise Unauthenticated
    found = read_post(call, post_id)
    if isinstance(found, DoorView) or found.audience is None:
        raise NotFound
    return found


def _limits(call: Call, post_id: int) -> list[Limit]:
    """Return what limits hold for a post, each with the clause or the author that set it."""
    access = access_post(call.session, call.member, call.book, post_id, call.now)
    return why.limits(call.book, access, layered(call.session, post_id, call.now))


def _guild(call: Call, post: PostView) -> str | None:
    """Return the guild in which the post was made, where its author still belongs to it."""
    return post.guild if post.guild in author_of(call.session, call.member).guilds else None
