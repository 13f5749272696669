"""Gardens, on pages: what a member mutes, their filters, and what they chose to see.

Muting stands under every post; the garden lists all of it, and takes it back. What is muted is shown to
nobody else.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar, get_args

from flask import Blueprint, Response, flash, request
from pydantic import BaseModel, ValidationError

from audience.gardens.choices import Of as Chosen
from audience.gardens.garden import Kind
from audience.gardens.labellers import limits_of
from audience.gardens.mutes import Of
from audience.routes.gardens import (
    ChoiceIn,
    FilterIn,
    MuteIn,
    TriedIn,
    TriedView,
    choose_to_see,
    keep_filter,
    mute,
    preview_filter,
    read_garden,
    remove_filter,
    undo_choice,
    unmute,
)
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from coop.ids import as_id
from web.forms import Sent, refusal
from web.visits import attempt, page, render, see_other

Body = TypeVar("Body", bound=BaseModel)

PATH = "/members/me/garden"
LINES = 3
"""Conditions that the form of a filter has room for, where it has no more of them already."""
MOST_LINES = 20
"""The most that any clause lets it have."""
PLACES = {
    f"/conditions/{at}/{part}": f"{field}-{at + 1}"
    for at in range(MOST_LINES)
    for part, field in (("value", "value"), ("comparison", "what"), ("fact", "what"))
}
"""Where on the form of a filter what is wrong with a condition is told."""

SPANS: Mapping[str, str] = {"": "for good", "1": "for a day", "7": "for 7 days", "30": "for 30 days"}
"""For how many days something is muted, as forms offer it."""
WORDS: Mapping[tuple[str, str], str] = {
    ("text.words", "has"): "it has the word",
    ("text.words", "has_not"): "it does not have the word",
    ("text.tags", "has"): "it has the tag",
    ("text.tags", "has_not"): "it does not have the tag",
    ("text.language", "is"): "its language is (en, nl …)",
    ("text.language", "is_not"): "its language is not (en, nl …)",
    ("author.handle", "is"): "it is by (handle)",
    ("author.handle", "is_not"): "it is not by (handle)",
    ("author.guilds", "has"): "its author is in the guild",
    ("author.guilds", "has_not"): "its author is not in the guild",
    ("author.account_age", "at_least"): "its author has been here at least (days)",
    ("author.account_age", "at_most"): "its author has been here at most (days)",
    ("author.followers", "at_least"): "those who follow its author are at least",
    ("author.followers", "at_most"): "those who follow its author are at most",
    ("author.followed", "yes"): "you follow its author",
    ("author.followed", "no"): "you do not follow its author",
    ("author.follows", "yes"): "its author follows you",
    ("author.follows", "no"): "its author does not follow you",
    ("post.guild", "is"): "it is made in the guild",
    ("post.guild", "is_not"): "it is not made in the guild",
    ("post.picture", "yes"): "it has a picture",
    ("post.picture", "no"): "it has no picture",
    ("post.described", "yes"): "its picture is described in words",
    ("post.described", "no"): "no picture of it is described in words",
    ("post.quotes", "yes"): "it shows another post",
    ("post.quotes", "no"): "it shows no other post",
    ("post.age", "at_least"): "it is at least as old as (days)",
    ("post.age", "at_most"): "it is at most as old as (days)",
}
"""By fact and comparison: how the form of a filter says it."""
SUBJECTS: Mapping[Of, str] = {
    "word": "A word or phrase",
    "tag": "A tag",
    "person": "A person",
    "guild": "A guild",
    "kind": "A kind of posts",
}
KINDS: Mapping[Kind, str] = {
    "picture": "Posts with a picture",
    "text": "Posts without a picture",
    "quote": "Posts that show another",
}
ACTIONS: Mapping[str, str] = {"label": "Say so on it", "collapse": "Fold it", "hide": "Hide it"}


def add_to(pages: Blueprint) -> None:
    """Add the garden, the targets of its forms, and those of the forms under a post."""
    pages.add_url_rule(PATH, "garden", page(show))
    for name, act in (
        ("mute", begin_mute),
        ("unmute", end_mute),
        ("filters", begin_filter),
        ("filters/remove", end_filter),
        ("choices/undo", end_choice),
    ):
        endpoint = f"garden_{name.replace('/', '_')}"
        pages.add_url_rule(f"{PATH}/{name}", endpoint, page(act), methods=["POST"])
    pages.add_url_rule("/posts/<id:post_id>/choose", "choose_to_see", page(choose), methods=["POST"])


def show(call: Call) -> Response:
    """Show the member's garden."""
    if call.identity is None:
        raise Unauthenticated
    return _shown(call, Sent())


def begin_mute(call: Call) -> Response:
    """Mute what a form names: of a post, by the button that was pressed, or of the garden's own form."""
    said = request.form.to_dict()
    pressed = next((one for one in get_args(Of) if one in said), None)
    of, name = (said.get("of", ""), said.get("name", "")) if pressed is None else (pressed, said[pressed])
    until = _until(said.get("days", ""), call.now)
    asked = {"of": of, "name": name, "until": until}
    return _attempted(
        call,
        Sent("mute", said=said),
        ("name", "until", "of"),
        lambda: mute(call, as_sent(MuteIn, asked)),
        "Muted, from now on. Nobody is told.",
    )


def end_mute(call: Call) -> Response:
    """No longer mute something."""
    unmute(call, _id("mute"))
    flash("No longer muted.", "good")
    return see_other(PATH)


def begin_filter(call: Call) -> Response:
    """Keep a filter of the conditions that are chosen, or show what it would do."""
    said = request.form.to_dict()
    sent = Sent("filter", said=said)
    asked = {"match": said.get("match", "all"), "conditions": conditions_of(said)}
    if said.get("act") == "try":
        return _tried(call, sent, asked)
    whole = {**asked, "name": said.get("name", ""), "action": said.get("then", "")}
    return _attempted(
        call,
        sent,
        ("name", "conditions"),
        lambda: keep_filter(call, as_sent(FilterIn, whole)),
        "Kept. It holds from now on.",
    )


def conditions_of(said: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the conditions that are chosen in the form of a filter."""
    lines = []
    for number in range(1, MOST_LINES + 1):
        fact, _, comparison = said.get(f"what-{number}", "").partition(" ")
        if fact:
            value = said.get(f"value-{number}", "")
            lines.append({"fact": fact, "comparison": comparison, "value": value})
    return lines


def room_for(conditions: int, most: int) -> range:
    """Return the numbers of the conditions that a form has room for, which has so many of at most so many."""
    return range(1, max(LINES, min(conditions + 1, most)) + 1)


def _tried(call: Call, sent: Sent, asked: Mapping[str, object]) -> Response:
    try:
        with attempt(call):
            return _shown(call, sent, tried=preview_filter(call, as_sent(TriedIn, asked)))
    except Unauthenticated:
        raise
    except AllotmentError as error:
        refused = refusal(error, ("name", "conditions"), PLACES)
        return _shown(call, Sent(sent.form, refused, sent.said), problems.status_of(error))


def end_filter(call: Call) -> Response:
    """Keep a filter no longer."""
    remove_filter(call, _id("filter"))
    flash("Removed.", "good")
    return see_other(PATH)


def end_choice(call: Call) -> Response:
    """Take a choice back."""
    undo_choice(call, request.form.get("of", ""), request.form.get("name", ""))
    flash("Taken back.", "good")
    return see_other(PATH)


def choose(call: Call, post_id: int) -> Response:
    """Have a post, or all of its author's, shown whatever lists say; and go to the post."""
    of = next((one for one in get_args(Chosen) if one == request.form.get("of")), None)
    if of is None:
        raise NotFound
    choose_to_see(call, post_id, ChoiceIn(of=of))
    told = "You are shown this" if of == "post" else "You are shown all that they make"
    flash(f"{told}, whatever your lists say.", "good")
    return see_other(f"/posts/{post_id}")


def _attempted(
    call: Call, sent: Sent, fields: tuple[str, ...], act: Callable[[], None], done: str
) -> Response:
    """Do what a form asks and go to the garden, or show it with what was wrong."""
    try:
        with attempt(call):
            act()
    except Unauthenticated:
        raise
    except AllotmentError as error:
        refused = refusal(_named(error), fields, PLACES)
        return _shown(call, Sent(sent.form, refused, sent.said), problems.status_of(error))
    flash(done, "good")
    return see_other(PATH)


def _named(error: AllotmentError) -> AllotmentError:
    """Return an error as the garden's forms tell it: where nothing has a name, at the name."""
    if not isinstance(error, NotFound):
        return error
    fault = Fault("/name", "Nobody and no guild here has this name. Look at how it is written.")
    return RuleBroken("Nothing was muted.", faults=(fault,))


def as_sent(kind: type[Body], asked: Mapping[str, object]) -> Body:
    """Return what a form asks as the API takes it; raise RuleBroken where it does not fit."""
    try:
        return kind.model_validate(asked)
    except ValidationError as error:
        raise problems.broken(error, said=dict(asked)) from error


def _until(days: str, now: datetime) -> datetime | None:
    if days not in SPANS:
        raise NotFound
    return now + timedelta(days=int(days)) if days else None


def _id(name: str) -> int:
    """Return the id that a form sent; raise NotFound where it is none."""
    found = as_id(request.form.get(name, ""))
    if found is None:
        raise NotFound
    return found


def _shown(call: Call, sent: Sent, status: int = 200, tried: TriedView | None = None) -> Response:
    typed = conditions_of(sent.typed("filter"))
    limits = limits_of(call.book)
    return render(
        call,
        "garden.html",
        status,
        garden=read_garden(call),
        limits=limits,
        sent=sent,
        tried=tried,
        lines=room_for(len(typed), limits.conditions),
        words=WORDS,
        subjects=SUBJECTS,
        kinds=KINDS,
        actions=ACTIONS,
    )
