"""Labellers, on pages: what each would do for the reader, how it stands, and its publishers' forms."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from audience.gardens.garden import SIGHTS
from audience.gardens.labellers import limits_of, publishers
from audience.routes.labellers import (
    DisputeIn,
    EditionIn,
    NewLabeller,
    SubscriptionIn,
    dispute_label,
    end_labeller,
    found_labeller,
    list_labellers,
    preview_labeller,
    publish_edition,
    read_labeller,
    subscribe,
    unsubscribe,
)
from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from coop.paging import PageQuery
from web.forms import Sent, refusal
from web.garden_pages import ACTIONS, PATH, as_sent
from web.visits import attempt, page, render, see_other

STANDINGS: Mapping[str, str] = {
    "at work": "",
    "limited": "It gave as many labels today as it may, and waits.",
    "silent": "It has published nothing for long. What its labels did is done no more.",
    "gone": "Whoever published it has left. What its labels did is done no more.",
    "ended": "It was ended. What its labels did is done no more.",
}
"""What is said of a labeller that stands so."""


def add_to(pages: Blueprint) -> None:
    """Add the list of labellers, the page of one, and the targets of their forms."""
    pages.add_url_rule("/labellers", "labellers", page(listing))
    pages.add_url_rule("/labellers", "found_labeller", page(found), methods=["POST"])
    pages.add_url_rule("/labellers/<slug>", "labeller", page(show))
    acts = (("subscribe", follow), ("editions", publish), ("end", end), ("dispute", dispute))
    for name, act in acts:
        pages.add_url_rule(f"/labellers/<slug>/{name}", f"labeller_{name}", page(act), methods=["POST"])


def listing(call: Call) -> Response:
    """Show the labellers that there are, and the form that founds one."""
    return _listed(call, Sent())


def found(call: Call) -> Response:
    """Found a labeller, or show the form again with what was wrong."""
    said = request.form.to_dict()
    asked = {
        "slug": said.get("slug", ""),
        "name": said.get("name", ""),
        "about": said.get("about", ""),
        "labels": said.get("labels", "").replace(",", " ").split(),
        "guild": said.get("guild") or None,
    }
    return _attempted(
        call,
        lambda: _found(call, as_sent(NewLabeller, asked)),
        lambda sent, status: _listed(call, sent, status),
        Sent("found", said=said),
        tuple(asked),
        (
            f"/labellers/{quote(said.get('slug', '').strip().lower())}",
            "It is founded. Publish its first edition.",
        ),
    )


def _found(call: Call, asked: NewLabeller) -> None:
    """Found a labeller; raise RuleBroken, at its field, where there is no such guild."""
    try:
        found_labeller(call, asked)
    except NotFound as error:
        fault = Fault("/guild", "There is no guild with this slug.")
        raise RuleBroken("This labeller was not founded.", faults=(fault,)) from error


def show(call: Call, slug: str) -> Response:
    """Show a labeller, and what it would have done with what feeds brought the reader."""
    return _shown(call, slug, Sent())


def follow(call: Call, slug: str) -> Response:
    """Say what is done with each label; where nothing is, subscribe no longer."""
    actions = {
        name.removeprefix("label-"): value
        for name, value in request.form.items()
        if name.startswith("label-") and value
    }
    if not actions:
        unsubscribe(call, slug)
        flash("You do not subscribe to it.", "good")
        return see_other(f"/labellers/{quote(slug)}")
    return _attempted(
        call,
        lambda: subscribe(call, slug, as_sent(SubscriptionIn, {"actions": actions})),
        lambda sent, status: _shown(call, slug, sent, status),
        Sent("subscribe"),
        (),
        (f"/labellers/{quote(slug)}", "It holds from now on."),
    )


def publish(call: Call, slug: str) -> Response:
    """Publish an edition of one label more, or one fewer."""
    said = request.form.to_dict()
    subject = said.get("subject", "").strip()
    number = subject.rstrip("/").rpartition("/")[2]
    is_post = number.isascii() and number.isdigit()
    named = {"post_id": number} if is_post else {"member": subject.removeprefix("@")}
    act = "remove" if said.get("act") == "remove" else "add"
    asked = {act: [{"label": said.get("label", ""), **named}], "note": said.get("note", "")}
    also = {f"/{act}/0": "subject", f"/{act}/0/label": "label"}
    return _attempted(
        call,
        lambda: publish_edition(call, slug, as_sent(EditionIn, asked)),
        lambda sent, status: _shown(call, slug, sent, status),
        Sent("edition", said=said),
        ("note",),
        (f"/labellers/{quote(slug)}", "Published: it holds for all who subscribe from now on."),
        also,
    )


def dispute(call: Call, slug: str) -> Response:
    """Say that a label on the reader, or on a post of theirs, is not so, or take that back."""
    said = request.form
    asked = {
        "label": said.get("label", ""),
        "post_id": said.get("post") or None,
        "disputed": said.get("act") != "undo",
    }
    dispute_label(call, slug, as_sent(DisputeIn, asked))
    told = (
        "Whoever reads the label is told that it is disputed."
        if asked["disputed"]
        else "You dispute it no more."
    )
    flash(told, "good")
    return see_other(f"/labellers/{quote(slug)}#of-you")


def end(call: Call, slug: str) -> Response:
    """End a labeller of one's own."""
    end_labeller(call, slug)
    flash("It is ended: its labels do nothing any more.", "good")
    return see_other("/labellers")


def _attempted(
    call: Call,
    act: Callable[[], object],
    again: Callable[[Sent, int], Response],
    sent: Sent,
    fields: tuple[str, ...],
    done: tuple[str, str],
    also: dict[str, str] | None = None,
) -> Response:
    """Do what a form asks and go on, telling that it was done; or show the form with what was wrong."""
    try:
        with attempt(call):
            act()
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        refused = refusal(error, fields, also)
        return again(Sent(sent.form, refused, sent.said), problems.status_of(error))
    flash(done[1], "good")
    return see_other(done[0])


def _listed(call: Call, sent: Sent, status: int = 200) -> Response:
    found = list_labellers(call, PageQuery(cursor=request.args.get("cursor")))
    own, guilds = publishers(call.session, call.member, call.book, call.now)
    return render(
        call,
        "labellers.html",
        status,
        labellers=found.items,
        more=found.next,
        own=own,
        guilds=guilds,
        standings=STANDINGS,
        garden=PATH,
        sent=sent,
    )


def _shown(call: Call, slug: str, sent: Sent, status: int = 200) -> Response:
    found = read_labeller(call, slug)
    return render(
        call,
        "labeller.html",
        status,
        labeller=found.labeller,
        editions=found.editions,
        chosen=found.actions,
        of_you=found.of_you,
        disputing=found.disputing,
        preview=preview_labeller(call, slug),
        limits=limits_of(call.book),
        standings=STANDINGS,
        actions={one: ACTIONS[one] for one in SIGHTS},
        sent=sent,
    )
