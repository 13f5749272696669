"""Writing a post: its words, its picture, its audience as one control, and about how many people that means.

It needs no script: looking for a place and seeing what an audience would do send the whole form, and it
comes back as it was, with what was asked. A picture is taken in whenever the form is sent, whatever for; the
script only sends it as soon as it is chosen.
"""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience import pictures, posts
from audience.document import AudienceDocument
from audience.limits import limits_of
from audience.naming import author_of
from audience.posts import Draft
from audience.preview import Preview, gradient_of, preview
from audience.rules import AUDIENCE, OPENINGS, AudienceRules
from coop import places, problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from coop.gazetteer import CREDIT
from coop.ids import LARGEST
from media import descriptions
from media.rules import MediaRules
from web import composing, sent_pictures
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

MATCHES = 8
"""Places that one search shows."""
PICTURES = 12
LONGEST_SEARCH = 80
TARGET = "compose_post"
"""Endpoint that the form is sent to."""
STARTS = {"reach": "local"}
"""What a form says before anything was chosen."""


def add_to(pages: Blueprint) -> None:
    """Add the page on which a post is written, and the target of its form."""
    # Before anything else looks into the form, which reads all of it.
    pages.before_request(_make_room)
    pages.add_url_rule("/posts/new", "new_post", page(ask))
    pages.add_url_rule("/posts/new", TARGET, compose, methods=["POST"])


def ask(call: Call) -> Response:
    """Ask for a post."""
    return _form(call, STARTS | request.args.to_dict())


def compose() -> Response:
    """Take in the picture that came along, then do what the form asks; where refused, show the form again."""
    said, file = request.form.to_dict(), sent_pictures.sent()
    if file is not None:
        try:
            said["asset_id"] = str(sent_pictures.receive(file))
        except Unauthenticated:
            raise
        except AllotmentError as error:
            refused = sent_pictures.refusal(error)
            return page(_form)(said, refused=refused, status=problems.status_of(error))
    return page(_carry_out)(said)


def _make_room() -> None:
    """Let this one form be as large as a picture."""
    if request.endpoint == f"{request.blueprint}.{TARGET}":
        sent_pictures.make_room()


def _carry_out(call: Call, said: Mapping[str, str]) -> Response:
    """Publish what was written, or show the form again: with what its audience would do, or places found."""
    act = said.get("act", "preview")
    try:
        if act == "look":
            return _form(call, said)
        draft = _draft(call, said)
        if act == "publish":
            with attempt(call):
                made = _publish(call, draft, said.get("alt", ""))
            flash("Published.", "good")
            return see_other(f"/posts/{made}")
        seen = preview(
            call.session, call.member, call.book, draft.audience, draft.guild, draft.body, call.now
        )
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        wrong = refusal(error, composing.fields(), composing.places(said))
        return _form(call, said, refused=wrong, status=problems.status_of(error))
    return _form(call, said, seen=seen)


def _publish(call: Call, draft: Draft, alt: str) -> int:
    """Publish a draft, and say what its picture shows unless that is left as it was; return its id."""
    made = posts.publish(call.session, call.member, call.book, draft, call.now)
    if draft.asset_id is not None and alt.strip():
        descriptions.describe(call.session, call.member, draft.asset_id, alt)
    return made.id


def _draft(call: Call, said: Mapping[str, str]) -> Draft:
    """Return what a form says as a draft; raise RuleBroken where it cannot be read."""
    guild = said.get("guild") or None
    steps = {step.key: step for step, _ in gradient_of(call.session, call.member, call.book, guild, call.now)}
    asked = composing.document(said, steps, guild)
    try:
        audience = AudienceDocument.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        raise problems.broken(error, "/audience") from error
    return Draft(
        body=said.get("body", ""),
        teaser=said.get("teaser", ""),
        guild=guild,
        asset_id=_id(said, "asset_id"),
        place_id=_id(said, "place"),
        audience=audience,
        quote_id=_id(said, "quote"),
    )


def _id(said: Mapping[str, str], field: str) -> int | None:
    written = said.get(field, "")
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 20 and int(written) <= LARGEST):
        raise RuleBroken("This is unknown.", faults=(Fault(f"/{field}", "Choose one of these."),))
    return int(written)


def _form(
    call: Call,
    said: Mapping[str, str],
    *,
    seen: Preview | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    member, book = call.member, call.book
    author = author_of(call.session, member)
    guild = said.get("guild") if said.get("guild") in author.guilds else None
    rules = book.rules(AUDIENCE, AudienceRules)
    sought = said.get("sought", "")[:LONGEST_SEARCH]
    chosen = _place(call, said)
    found = [one for one in places.search(call.session, sought, MATCHES) if one.id != (chosen and chosen.id)]
    return render(
        call,
        "compose.html",
        status,
        said=said,
        steps=gradient_of(call.session, member, book, guild, call.now),
        guilds=sorted(author.guilds),
        limits=limits_of(book, guild),
        rules=rules,
        ceiling=book.cite(AUDIENCE, "/seats/ceiling"),
        verbs={verb: getattr(rules.interact, verb) for verb in composing.VERBS},
        openings=OPENINGS,
        later=range(composing.LATER),
        pictures=pictures.loose(call.session, member, PICTURES),
        photos=book.rules("media", MediaRules).photos,
        longest_alt=descriptions.LONGEST,
        sought=sought,
        chosen=chosen,
        found=found,
        credit=CREDIT,
        longest_search=LONGEST_SEARCH,
        seen=seen,
        refused=refused,
    )


def _place(call: Call, said: Mapping[str, str]) -> places.PlaceCard | None:
    """Return the place that was chosen, None where none was, or none that there is."""
    try:
        place_id = _id(said, "place")
        return None if place_id is None else places.place(call.session, place_id)
    except (NotFound, RuleBroken):
        return None
