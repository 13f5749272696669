"""Tuning a feed: its sliders on a page, what they would do to the next one, and the profile that keeps them.

A try is a GET: nothing is delivered and nothing kept. It needs no script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from audience.feeds import named, own_record, preview, profiles
from audience.feeds.own_draft import LONGEST_ABOUT, Draft
from audience.feeds.own_record import Own
from audience.feeds.recipe import OWN, Recipe
from audience.feeds.sliders import FURTHEST, STEPS
from audience.routes.feeds import PreviewView, preview_view
from audience.routes.own_feeds import own_view, weights_view
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, RuleBroken
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried on a page, and what would come of it."""

    positions: Mapping[str, float] = field(default_factory=dict)
    """By signal, where they were tried."""
    topics: list[str] | None = None
    """Tags, where some were tried."""
    effect: PreviewView | None = None
    refused: Refusal | None = None


def add_to(pages: Blueprint) -> None:
    """Add the page of a feed's sliders, and the target of the form that keeps them."""
    pages.add_url_rule("/feed/<profile>/tune", "tune_feed", page(tune))
    pages.add_url_rule("/feed/<profile>/save", "save_feed", page(save), methods=["POST"])


def tune(call: Call, profile: str) -> Response:
    """Show the sliders of a feed and, where some were turned, what that would do to its next page."""
    found = named.named(call.session, call.member, call.book, profile)
    if isinstance(found, Own):
        return show_own(call, found)
    if not request.args:
        return _shown(call, found, Tried())
    try:
        positions, topics = _positions(request.args, found), _topics(request.args)
        made = preview.preview(call.session, call.member, call.book, found.title, positions, topics, call.now)
    except AllotmentError as error:
        return _shown(call, found, Tried(refused=_at_the_sliders(error, found)), problems.status_of(error))
    return _shown(call, found, Tried(positions, topics, preview_view(call.book, made)))


def save(call: Call, profile: str) -> Response:
    """Keep sliders as they were tried: in the profile of that name, or in a new one."""
    recipe = named.recipe_of(call.session, call.member, call.book, profile)
    said, loopback = request.form, call.platform.settings.outbound_loopback
    member, book, topics = call.member, call.book, _topics(said)
    try:
        positions = _positions(said, recipe)
        draft = Draft(said.get("name", ""), said.get("about", ""), recipe.name, positions, topics)
        with attempt(call):
            if recipe.own is not None and draft.name.strip() == recipe.own:
                made = profiles.change(
                    call.session, member, book, recipe.own, draft, call.now, loopback=loopback
                )
            else:
                made = profiles.create(call.session, member, book, draft, call.now, loopback=loopback)
    except AllotmentError as error:
        refused = refusal(error, ("name", "about", "topics"), {"": "name"})
        return _shown(call, recipe, Tried(topics=topics, refused=refused), problems.status_of(error))
    flash("Kept. Your feed is made so from its next page on.", "good")
    return see_other(tuning_path(f"{OWN}{made.name}"))


def show_own(call: Call, own: Own, refused: Refusal | None = None, status: int = 200) -> Response:
    """Show a profile of the member's own that no slider turns: it is an address, or its base is gone."""
    return render(
        call,
        "own_feed.html",
        status,
        own=own_view(call.book, own),
        path=f"/feed/{quote(OWN + own.name)}",
        form=request.form,
        refused=refused,
    )


def tuning_path(profile: str) -> str:
    """Return the address of the page of a feed's sliders."""
    return f"/feed/{quote(profile)}/tune"


def _shown(call: Call, recipe: Recipe, tried: Tried, status: int = 200) -> Response:
    own = None if recipe.own is None else own_record.find(call.session, call.member, recipe.own)
    saved = [] if own is None else own.topics
    effect = tried.effect
    return render(
        call,
        "tune.html",
        status,
        recipe=recipe,
        path=f"/feed/{quote(recipe.title)}",
        own=None if own is None else own_view(call.book, own),
        sliders=weights_view(call.book, recipe) if effect is None else [one.slider for one in effect.totals],
        topics=saved if tried.topics is None else tried.topics,
        tried=tried,
        form=request.form,
        furthest=FURTHEST,
        step=1 / STEPS,
        longest_about=LONGEST_ABOUT,
    )


def _positions(said: Mapping[str, str], recipe: Recipe) -> dict[str, float]:
    """Return where the sliders of a form stand; raise RuleBroken where one says no number."""
    found: dict[str, float] = {}
    for signal in recipe.profile.range:
        if signal in said:
            try:
                found[signal] = float(said[signal])
            except ValueError as error:
                fault = Fault(f"query/sliders/{signal}", "A slider stands at a number.")
                raise RuleBroken("These sliders cannot be set so.", faults=(fault,)) from error
    return found


def _topics(said: Mapping[str, str]) -> list[str]:
    return said.get("topics", "").replace(",", " ").split()


def _at_the_sliders(error: AllotmentError, recipe: Recipe) -> Refusal:
    places: dict[str, str] = {f"query/sliders/{signal}": signal for signal in recipe.profile.range}
    places |= {f"query/topics/{place}": "topics" for place in range(100)}
    return refusal(error, (), places)
