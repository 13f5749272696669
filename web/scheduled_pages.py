"""What one publishes later, on pages: what waits and what was refused, to be mended or taken back.

Moments are those of the member's own time zone, by which their notices come too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from audience.limits import rules_of
from audience.posts import Draft
from audience.rules import AUDIENCE, AudienceRules
from audience.scheduling import schedule
from coop import features, own_rhythm
from coop.call import Call
from coop.errors import Fault, RuleBroken
from web import acts, clocks
from web.forms import Sent
from web.visits import page, render

PATH = "/posts/scheduled"
FIELDS = ("body", "teaser", "publish_at")


def add_to(pages: Blueprint) -> None:
    """Add the page of what waits, that of each, and the targets of their forms."""
    pages.add_url_rule(PATH, "scheduled_posts", page(listing))
    pages.add_url_rule(f"{PATH}/<id:scheduled_id>", "scheduled_post", page(show))
    one = f"{PATH}/<id:number>"
    acts.add(pages, f"{one}/change", change, _again, done="Kept until then.", fields=FIELDS)
    acts.add(pages, f"{one}/withdraw", withdraw, _again, done="Taken back.")


def moment(call: Call, written: str) -> datetime:
    """Return the moment that a field names; raise RuleBroken where it names none."""
    found = clocks.read(written.strip(), _zone(call))
    if found is None:
        fault = Fault("/publish_at", "Write a day and a time, such as 2026-11-21T18:30.")
        raise RuleBroken("This is no moment.", faults=(fault,))
    return found


def listing(call: Call) -> Response:
    """Show what waits for its time, and what could not be published at it."""
    return render(
        call,
        "scheduled.html",
        items=schedule.mine(call.session, call.member),
        zone=_zone(call),
        held=features.held(call.book, features.SCHEDULED_POSTS, call.member, call.now),
        rules=call.book.rules(AUDIENCE, AudienceRules).scheduled,
    )


def show(call: Call, scheduled_id: int) -> Response:
    """Show one of them: why it was refused, and the form that mends it."""
    return _again(call, scheduled_id, Sent(), 200)


def change(call: Call, scheduled_id: int) -> str:
    """Put another text and moment in the place of what is kept; its audience stays as it was chosen."""
    said: Mapping[str, str] = request.form
    kept = schedule.read(call.session, call.member, scheduled_id)
    draft = replace(kept.draft or Draft(), body=said.get("body", ""), teaser=said.get("teaser", ""))
    at = moment(call, said.get("publish_at", ""))
    schedule.change(call.session, call.member, call.book, scheduled_id, draft, at, call.now)
    return PATH


def withdraw(call: Call, scheduled_id: int) -> str:
    """Take back what is not published yet."""
    schedule.withdraw(call.session, call.member, scheduled_id)
    return PATH


def _again(call: Call, scheduled_id: int, sent: Sent, status: int) -> Response:
    kept, zone = schedule.read(call.session, call.member, scheduled_id), _zone(call)
    draft = kept.draft or Draft()
    as_kept = {
        "body": draft.body,
        "teaser": draft.teaser,
        "publish_at": clocks.entered(kept.publish_at, zone),
    }
    return render(
        call,
        "scheduled_post.html",
        status,
        kept=kept,
        draft=draft,
        audience=draft.audience.stored(),
        said=sent.said or as_kept,
        refused=sent.refused,
        zone=zone,
        rules=rules_of(call.book, draft.guild).posts,
    )


def _zone(call: Call) -> str:
    """Return the time zone of the member's own rhythm, or of the clauses where they chose none."""
    return own_rhythm.standing(call.session, call.member, call.book, call.now).rhythm.zone
