"""Feeds of one's own on pages: which is the default, which are shared, and what comes from elsewhere."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError
from pydantic_core import from_json

from audience.feeds import chosen, own_record, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.portable import FeedDocument
from audience.feeds.recipe import OWN
from audience.routes.feeds import list_feeds
from audience.routes.own_feeds import ImportQuery, ImportView, import_feed, list_own_feeds, own_view
from audience.routes.own_feeds import document_of as document
from coop import json_text, problems
from coop.api import JSON_TYPE
from coop.call import Call
from coop.errors import AllotmentError, Fault, Malformed, NotFound
from coop.outbound import LONGEST_URL
from web.forms import Refusal, refusal
from web.tuning_pages import show_own, tuning_path
from web.visits import attempt, page, render, see_other

FEEDS = "/feed"


def add_to(pages: Blueprint) -> None:
    """Add the list of feeds, the pages of shared ones, and the targets of their forms."""
    pages.add_url_rule(FEEDS, "feeds", page(listing))
    for path, name, act in (
        ("default", "choose_feed", choose),
        ("import", "import_feed", take_in),
        ("outside", "add_outside_feed", add_outside),
        ("<profile>/address", "save_outside_feed", save_outside),
        ("<profile>/share", "share_feed", share),
        ("<profile>/remove", "remove_feed", remove),
    ):
        pages.add_url_rule(f"{FEEDS}/{path}", name, page(act), methods=["POST"])
    pages.add_url_rule(f"{FEEDS}/<profile>/export", "export_feed", page(export))
    pages.add_url_rule("/feeds/of/<handle>/<name>", "shared_feed", page(shared))
    pages.add_url_rule("/feeds/of/<handle>/<name>/fork", "fork_feed", page(fork), methods=["POST"])


def listing(call: Call) -> Response:
    """Show the voted profiles, the member's own, and which is their default; nothing is delivered."""
    return _listed(call)


def choose(call: Call) -> Response:
    """Make a profile the member's default."""
    chosen.choose(call.session, call.member, call.book, request.form.get("name", ""))
    flash("That is your feed from now on.", "good")
    return see_other(FEEDS)


def take_in(call: Call) -> Response:
    """Take a profile in from a document, and tell all in which it differs here."""
    try:
        with attempt(call):
            made = _taken_in(call)
    except AllotmentError as error:
        refused = refusal(error, (), {"/name": "import_name", "": "import_name", "/document": "document"})
        return _listed(call, "import", refused, problems.status_of(error))
    if not made.adjustments:
        flash("Taken in, as it was.", "good")
        return see_other(tuning_path(f"{OWN}{made.profile.name}"))
    path = tuning_path(f"{OWN}{made.profile.name}")
    return render(call, "imported_feed.html", made=made, path=path)


def add_outside(call: Call) -> Response:
    """Add a profile whose posts an address elsewhere names."""
    draft = Draft(request.form.get("name", ""), external_url=request.form.get("url", "").strip())
    try:
        with attempt(call):
            made = profiles.create(call.session, call.member, call.book, draft, call.now, **_reach(call))
    except AllotmentError as error:
        refused = refusal(error, ("name",), {"/external_url": "url", "": "name"})
        return _listed(call, "outside", refused, problems.status_of(error))
    flash("Added. It is asked within seconds; until it answers, your default comes instead.", "good")
    return see_other(tuning_path(f"{OWN}{made.name}"))


def save_outside(call: Call, profile: str) -> Response:
    """Keep the address of a profile, and have it asked anew."""
    own = _own(call, profile)
    draft = Draft(own.name, own.about, external_url=request.form.get("url", "").strip())
    try:
        with attempt(call):
            profiles.change(call.session, call.member, call.book, own.name, draft, call.now, **_reach(call))
    except AllotmentError as error:
        refused = refusal(error, (), {"/external_url": "url"})
        return show_own(call, own, refused, problems.status_of(error))
    flash("It is asked anew within seconds.", "good")
    return see_other(tuning_path(profile))


def share(call: Call, profile: str) -> Response:
    """Let others look at a profile and fork it, or no longer."""
    wanted = request.form.get("shared") == "yes"
    profiles.share(call.session, call.member, _own(call, profile).name, shared=wanted)
    flash("Shared: whoever has the link may fork it." if wanted else "No longer shared.", "good")
    return see_other(tuning_path(profile))


def remove(call: Call, profile: str) -> Response:
    """Take a profile away."""
    profiles.remove(call.session, call.member, _own(call, profile).name)
    flash("Removed.", "good")
    return see_other(FEEDS)


def export(call: Call, profile: str) -> Response:
    """Deliver a profile as a file that any instance can take in."""
    own = _own(call, profile)
    text = document(call.book, own).model_dump_json(indent=2, exclude_none=True)
    answer = Response(f"{text}\n", content_type=JSON_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{own.name}.feed.json"'
    return answer


def shared(call: Call, handle: str, name: str) -> Response:
    """Show a profile that another member shares."""
    return _shared(call, handle, name)


def fork(call: Call, handle: str, name: str) -> Response:
    """Make a profile of one's own that is what a shared one is now."""
    wanted = request.form.get("name", "").strip() or None
    try:
        with attempt(call):
            made = profiles.fork(
                call.session, call.member, call.book, handle, name, wanted, call.now, **_reach(call)
            )
    except NotFound:
        raise
    except AllotmentError as error:
        return _shared(call, handle, name, refusal(error, ("name",), {"": "name"}), problems.status_of(error))
    flash("It is yours now: turn its sliders as you like.", "good")
    return see_other(tuning_path(f"{OWN}{made.name}"))


def _listed(call: Call, form: str = "", refused: Refusal | None = None, status: int = 200) -> Response:
    """Show the list, with what was wrong with one of its forms."""
    found = list_feeds(call)
    own = list_own_feeds(call)
    return render(
        call,
        "feeds.html",
        status,
        recipes=found.items,
        default=found.default,
        own=[(one, f"{OWN}{one.name}", quote(OWN + one.name)) for one in own.items],
        limit=own.limit,
        form=request.form,
        sent=form,
        refused=refused,
        longest_url=LONGEST_URL,
    )


def _shared(
    call: Call, handle: str, name: str, refused: Refusal | None = None, status: int = 200
) -> Response:
    own = own_record.find_shared(call.session, call.member, handle, name)
    return render(call, "shared_feed.html", status, own=own_view(call.book, own), refused=refused)


def _taken_in(call: Call) -> ImportView:
    """Take the document of a form in; raise Malformed or RuleBroken where it is none."""
    file = request.files.get("file")
    said = request.form.get("document", "").encode() or (b"" if file is None else file.read())
    try:
        read = FeedDocument.model_validate_json(said)
    except ValidationError as error:
        if error.errors(include_url=False)[0]["type"] == "json_invalid":
            fault = Fault("/document", "This is not JSON.")
            raise Malformed("There is nothing here to be read.", faults=(fault,)) from error
        raise problems.broken(error, said=from_json(said)) from error
    json_text.check(said)
    return import_feed(call, read, ImportQuery(name=request.form.get("import_name", "").strip() or None))


def _own(call: Call, profile: str) -> own_record.Own:
    """Return a profile by the name that addresses give it; raise NotFound for any that is not one's own."""
    if not profile.startswith(OWN):
        raise NotFound
    return own_record.find(call.session, call.member, profile.removeprefix(OWN))


def _reach(call: Call) -> dict[str, Any]:
    return {"loopback": call.platform.settings.outbound_loopback}
