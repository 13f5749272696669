"""Writing a post: its words, its picture, its audience as one control, and about how many people that means.

Whoever may write ahead can name a moment: then it is kept, and published by itself.

It needs no script: looking for a place, adding a group of people and seeing what an audience would do send
the whole form, and it comes back as it was, with what was asked. A picture is taken in whenever the form is
sent, whatever for; the script only sends it as soon as it is chosen.
"""

import json
from collections.abc import Mapping
from typing import cast, get_args

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience import pictures, posts, welcome
from audience.document import AudienceDocument
from audience.limits import limits_of, rules_of
from audience.naming import author_of
from audience.posts import Draft
from audience.preview import Preview, gradient_of, preview
from audience.scheduling import schedule
from audience.stitching import Kind
from audience.wide_reach import ceiling_for
from coop import features, problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from coop.ids import as_id
from media import descriptions, lengths, quotas
from media.rules import MediaRules
from web import composing, group_rows, moments, scheduled_pages, sent_pictures
from web.audience_form import audience_form
from web.forms import Refusal, refusal
from web.place_choice import place_choice
from web.visits import attempt, page, render, see_other

PICTURES = 12
PATH = "/posts/new"
WAITS = "Written, and not shown to others yet: its page says what it waits for."
TARGET = "compose_post"
"""Endpoint that the form is sent to."""


def add_to(pages: Blueprint) -> None:
    """Add the page on which a post is written, and the target of its form."""
    # Before anything else looks into the form, which reads all of it.
    pages.before_request(_make_room)
    pages.add_url_rule(PATH, "new_post", page(ask))
    pages.add_url_rule(PATH, TARGET, compose, methods=["POST"])


def ask(call: Call) -> Response:
    """Ask for a post: for whom the clauses mean one to be, as long as nothing else was chosen."""
    default = rules_of(call.book, request.args.get("guild")).reach.default
    return _form(call, {"reach": default, **request.args.to_dict()})


def compose() -> Response:
    """Take in the picture that came along, then do what the form asks; where refused, show the form again."""
    said, file = request.form.to_dict(), sent_pictures.sent()
    if file is not None:
        try:
            said["asset_id"] = str(sent_pictures.receive(file, said.get("guild")))
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
    """Publish what was written, or show the form again.

    It comes back with what its audience would do, with places found, or with a group of people more or less.
    """
    act = said.get("act", "preview")
    try:
        changed = group_rows.changed(said)
        if changed is not None or act == "look":
            return _form(call, changed or said)
        draft = _draft(call, said)
        if act == "publish":
            return _publish(call, draft, said)
        seen = preview(
            call.session, call.member, call.book, draft.audience, draft.guild, draft.body, call.now
        )
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        wrong = refusal(error, composing.fields(said), composing.places(said, error.faults))
        return _form(call, said, refused=wrong, status=problems.status_of(error))
    return _form(call, said, seen=seen)


def _publish(call: Call, draft: Draft, said: Mapping[str, str]) -> Response:
    """Publish a draft or keep it until its time, and say what its picture shows where that is given."""
    alt, later = said.get("alt", ""), said.get("publish_at", "").strip()
    with attempt(call):
        # Described first: rules may ask whether it is.
        if draft.asset_id is not None and alt.strip():
            descriptions.describe(call.session, call.member, draft.asset_id, alt)
        if later:
            at = scheduled_pages.moment(call, later)
            schedule.schedule(call.session, call.member, call.book, draft, at, call.now)
        else:
            made = posts.publish(call.session, call.member, call.book, draft, call.now)
    if later:
        flash("Kept until then.", "good")
        return see_other(scheduled_pages.PATH)
    flash("Published." if made.held_at is None else WAITS, "good")
    return see_other(f"/posts/{made.id}")


def _made_as(said: Mapping[str, str]) -> Kind:
    """Return how a form says that a post shows another."""
    found = said.get("made_as") or "quote"
    if found not in get_args(Kind):
        raise RuleBroken("This is unknown.", faults=(Fault("/quote/kind", "Choose one of these."),))
    return cast(Kind, found)


def _longest(call: Call, media: MediaRules, guild: str | None) -> int:
    """Return how many seconds a video may last that is sent along."""
    long = lengths.answering(call.book, call.member, guild, call.now) is not None
    held = features.held(call.book, features.LONG_VIDEO, call.member, call.now)
    return media.videos.long_seconds if long or held else media.videos.max_seconds


def _draft(call: Call, said: Mapping[str, str]) -> Draft:
    """Return what a form says as a draft; raise RuleBroken where it cannot be read."""
    guild = said.get("guild") or None
    steps = {step.key: step for step, _ in gradient_of(call.session, call.member, call.book, guild, call.now)}
    asked = composing.document(said, steps, guild)
    try:
        audience = AudienceDocument.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        raise problems.broken(error, "/audience", said=asked) from error
    return Draft(
        body=said.get("body", ""),
        teaser=said.get("teaser", ""),
        guild=guild,
        asset_id=_id(said, "asset_id"),
        place_id=_id(said, "place"),
        audience=audience,
        quote_id=_id(said, "quote"),
        made_as=_made_as(said),
        from_ms=moments.milliseconds(
            said.get("from_s", ""), "/quote/from_ms", "That video has no such moment."
        ),
        poll=composing.poll(said),
    )


def _id(said: Mapping[str, str], field: str) -> int | None:
    written = said.get(field, "")
    found = as_id(written)
    if written and found is None:
        raise RuleBroken("This is unknown.", faults=(Fault(f"/{field}", "Choose one of these."),))
    return found


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
    media = book.rules("media", MediaRules)
    return render(
        call,
        "compose.html",
        status,
        said=said,
        form=audience_form(call, PATH, said, guild),
        limits=limits_of(book, guild),
        rules=rules_of(book, guild),
        ceiling=ceiling_for(book, member, guild, call.now),
        later=composing.later(said),
        planned=range(composing.LATER),
        polled=composing.poll_rows(said),
        asking=[
            one for one in author.guilds if features.held_by_guild(book, features.GUILD_POLLS, one, call.now)
        ],
        pictures=pictures.loose(call.session, member, PICTURES),
        preparing=pictures.preparing(call.session, member, PICTURES),
        photos=media.photos,
        videos=media.videos,
        longest=_longest(call, media, guild),
        pool=quotas.pool(call.session, book, member, guild, call.now),
        longest_alt=descriptions.LONGEST,
        origin=place_choice(call.session, said),
        writes_ahead=features.held(book, features.SCHEDULED_POSTS, member, call.now),
        newcomer=welcome.newcomer(call.session, member, book, call.now),
        seen=seen,
        refused=refused,
    )
