"""A filter of one's own, on pages: tried before it is kept, and changed in place."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request

from audience.gardens import filter_preview
from audience.gardens.labellers import limits_of
from audience.routes.gardens import (
    FilterIn,
    FilterView,
    TriedIn,
    TriedView,
    change_filter,
    preview_filter,
    read_filter,
    tried_view,
)
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Unauthenticated
from web.forms import Refusal, refusal
from web.garden_pages import ACTIONS, PATH, PLACES, WORDS, as_sent, conditions_of, room_for
from web.visits import attempt, page, render, see_other


def add_to(pages: Blueprint) -> None:
    """Add the page of a filter, and the target of its form."""
    pages.add_url_rule(f"{PATH}/filters/<id:filter_id>", "garden_filter", page(show))
    pages.add_url_rule(
        f"{PATH}/filters/<id:filter_id>", "garden_filter_change", page(change), methods=["POST"]
    )


def show(call: Call, filter_id: int) -> Response:
    """Show a filter in its form, and what it does now."""
    if call.identity is None:
        raise Unauthenticated
    found = read_filter(call, filter_id)
    tried = None
    if not found.broken:
        now_held = filter_preview.of_condition(call.session, call.member, call.book, found.when, call.now)
        tried = tried_view(call.book, now_held)
    return _shown(call, found, as_typed(found), tried)


def change(call: Call, filter_id: int) -> Response:
    """Change a filter as its form says, or show what it would do so."""
    said = request.form.to_dict()
    found = read_filter(call, filter_id)
    asked = {"match": said.get("match", "all"), "conditions": conditions_of(said)}
    try:
        with attempt(call):
            if said.get("act") == "try":
                tried = preview_filter(call, as_sent(TriedIn, asked))
                return _shown(call, found, said, tried, typed=True)
            whole = {**asked, "name": said.get("name", ""), "action": said.get("then", "")}
            change_filter(call, filter_id, as_sent(FilterIn, whole))
    except Unauthenticated:
        raise
    except AllotmentError as error:
        refused = refusal(error, ("name", "conditions"), PLACES)
        return _shown(call, found, said, None, refused, problems.status_of(error), typed=True)
    flash("Changed. It holds from now on.", "good")
    return see_other(PATH)


def as_typed(found: FilterView) -> dict[str, str]:
    """Return a filter as it would be typed into its form."""
    typed = {"name": found.name, "then": found.action, "match": found.match or "all"}
    for number, one in enumerate(found.conditions, start=1):
        typed[f"what-{number}"] = f"{one.fact} {one.comparison}"
        typed[f"value-{number}"] = one.value
    return typed


def _shown(
    call: Call,
    found: FilterView,
    said: Mapping[str, str],
    tried: TriedView | None,
    refused: Refusal | None = None,
    status: int = 200,
    *,
    typed: bool = False,
) -> Response:
    return render(
        call,
        "filter.html",
        status,
        filter=found,
        form=said,
        tried=tried,
        refused=refused,
        typed=typed,
        lines=room_for(len(conditions_of(said)), limits_of(call.book).conditions),
        words=WORDS,
        actions=ACTIONS,
    )
