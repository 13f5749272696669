"""The history of a draft on pages, what changed between two revisions, and proposing to publish it."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from audience import pictures
from audience.cowriting import history, offering, revising, scene
from audience.cowriting.agreement import Answer
from audience.document import AudienceDocument
from audience.limits import rules_of
from audience.posts import Draft
from audience.preview import gradient_of
from audience.scheduling import drafts
from coop import problems
from coop.call import Call
from coop.errors import Fault, RuleBroken
from web import acts, composing
from web.cowriting_pages import ONE, PATH, again, number
from web.forms import Sent
from web.visits import page, render

BELOW = f"{PATH}/<id:draft_id>"
FIELDS = ("reach", "seats", "teaser", "asset_id")
PICTURES = 12
ANSWERS: Mapping[str, Answer | None] = {"named": "named", "unnamed": "unnamed", "not_yet": None}


def add_to(pages: Blueprint) -> None:
    """Add the history of a draft, the comparison, the page that proposes to publish it, and their targets."""
    pages.add_url_rule(f"{BELOW}/history", "shared_draft_history", page(listing))
    pages.add_url_rule(f"{BELOW}/compare", "shared_draft_compare", page(compare))
    pages.add_url_rule(f"{BELOW}/publish", "shared_draft_publish", page(ask))
    acts.add(pages, f"{ONE}/restore", restore, again, done="It is back, as the newest revision.")
    acts.add(pages, f"{ONE}/offer", offer, _ask_again, done="", fields=FIELDS, also=_places)
    acts.add(pages, f"{ONE}/withdraw", withdraw, again, done="Taken back.")
    acts.add(pages, f"{ONE}/answer", answer, again, done="")


def listing(call: Call, draft_id: int) -> Response:
    """Show the revisions of a draft."""
    found = scene.read(call.session, call.member, draft_id)
    before = None if "before" not in request.args else _revision(request.args, "before")
    kept = history.revisions(call.session, call.member, draft_id, before)
    more = kept[-1].number if len(kept) == history.SHOWN and kept[-1].number > 1 else None
    return render(call, "shared_draft_history.html", draft=found, revisions=kept, more=more)


def compare(call: Call, draft_id: int) -> Response:
    """Show what changed between two revisions."""
    old, new = (_revision(request.args, name) for name in ("old", "new"))
    found = scene.read(call.session, call.member, draft_id)
    compared = history.compare(call.session, call.member, draft_id, old, new)
    return render(call, "shared_draft_comparison.html", draft=found, compared=compared)


def restore(call: Call, draft_id: int) -> str:
    """Bring the text of an older revision back."""
    old, base = _revision(request.form, "revision"), _revision(request.form, "base")
    revising.restore(call.session, call.member, call.book, draft_id, old, base, call.now)
    return f"{PATH}/{draft_id}"


def ask(call: Call, draft_id: int) -> Response:
    """Ask how a draft is to be published."""
    return _ask_again(call, draft_id, Sent(), 200)


def offer(call: Call, draft_id: int) -> str:
    """Propose to publish it, or publish it where nobody else wrote in it."""
    said, guild = request.form, scene.read(call.session, call.member, draft_id).guild
    steps = {step.key: step for step, _ in gradient_of(call.session, call.member, call.book, guild, call.now)}
    asked = composing.document(said, steps, guild)
    try:
        audience = AudienceDocument.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        raise problems.broken(error, "/audience", said=asked) from error
    shown = number(said, "asset_id") if said.get("asset_id") else None
    terms, base = (
        Draft(teaser=said.get("teaser", ""), audience=audience, asset_id=shown),
        _revision(said, "base"),
    )
    made = offering.offer(call.session, call.member, call.book, draft_id, base, terms, call.now)
    return _on(draft_id, made, "Proposed: those who wrote in it are asked.")


def withdraw(call: Call, draft_id: int) -> str:
    """Take back what one proposed."""
    offering.withdraw(call.session, call.member, draft_id)
    return f"{PATH}/{draft_id}"


def answer(call: Call, draft_id: int) -> str:
    """Say whether it may be published, with one's name or without it."""
    said, turn = request.form.get("answer", ""), number(request.form, "turn")
    if said not in ANSWERS:
        raise RuleBroken("Choose one of these.")
    made = offering.answer(call.session, call.member, call.book, draft_id, turn, ANSWERS[said], call.now)
    return _on(draft_id, made, "Said.")


def _on(draft_id: int, made: int | None, told: str) -> str:
    flash(told if made is None else "Published.", "good")
    return f"{PATH}/{draft_id}"


def _ask_again(call: Call, draft_id: int, sent: Sent, status: int) -> Response:
    found = scene.read(call.session, call.member, draft_id)
    steps = gradient_of(call.session, call.member, call.book, found.guild, call.now)
    rules = rules_of(call.book, found.guild)
    kept = None if found.offer is None else drafts.restored(found.offer)
    return render(
        call,
        "shared_draft_publish.html",
        status,
        draft=found,
        steps=[(step, about) for step, about in steps if step.allowed],
        said=sent.said or {"reach": rules.reach.default, "teaser": "" if kept is None else kept.teaser},
        refused=sent.refused,
        pictures=pictures.loose(call.session, call.member, PICTURES),
        rules=rules,
    )


def _places() -> Mapping[str, str]:
    return {"/audience": "reach", "/audience/seats": "seats", "/audience/seats/max": "seats"}


def _revision(said: Mapping[str, str], field: str) -> int:
    found = number(said, field)
    if found >= 2**31:
        raise RuleBroken("This cannot be read.", faults=(Fault(f"/{field}", "Name one of those shown."),))
    return found
