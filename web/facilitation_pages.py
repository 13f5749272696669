"""Facilitation: whom an author asks to lead the talk, what they sum up, and what is said of the outcome."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from coop.call import Call
from coop.paging import decode_int, encode
from governance import cases
from governance.deliberation import facilitation, outcomes
from governance.deliberation.facilitation import Written
from web import acts
from web.proposal_pages import show
from web.visits import page, render

SHOWN = 20
LATEST_VERSION = 2**31 - 1


def add_to(pages: Blueprint) -> None:
    """Add the pages of every version of a statement, and the targets of the forms of facilitation."""
    of = "/proposals/<id:number>"
    named, body = ("handle",), ("body",)
    acts.add(pages, f"{of}/facilitator", name, show, form="facilitator", fields=named, done="They are asked.")
    acts.add(pages, f"{of}/facilitator/accept", accept, show, done="You lead the talk now.")
    acts.add(pages, f"{of}/facilitator/leave", leave, show, done="Nobody leads the talk any more.")
    acts.add(pages, f"{of}/summaries", sum_up, show, form="summary", fields=body, done="It is summed up.")
    acts.add(pages, f"{of}/outcomes", state, show, form="outcome", fields=body, done="It is said.")
    pages.add_url_rule("/proposals/<id:proposal_id>/summaries", "summaries", page(summaries))
    pages.add_url_rule("/proposals/<id:proposal_id>/outcomes", "outcomes", page(stated))


def summaries(call: Call, proposal_id: int) -> Response:
    """Show every version of a facilitator's summary."""
    return _versions(call, proposal_id, facilitation.summaries, "How it was summed up", "talk")


def stated(call: Call, proposal_id: int) -> Response:
    """Show every version of what is said of an outcome."""
    return _versions(call, proposal_id, outcomes.versions, "What came of it", "outcome")


def name(call: Call, proposal_id: int) -> str:
    """Ask somebody to lead the talk."""
    handle = request.form.get("handle", "").strip().removeprefix("@")
    facilitation.name(call.session, call.member, proposal_id, handle, call.platform.clock)
    return f"/proposals/{proposal_id}#talk"


def accept(call: Call, proposal_id: int) -> str:
    """Agree to lead it."""
    facilitation.accept(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}#talk"


def leave(call: Call, proposal_id: int) -> str:
    """Have nobody lead it."""
    facilitation.leave(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}#talk"


def sum_up(call: Call, proposal_id: int) -> str:
    """Sum it up."""
    clock = call.platform.clock
    facilitation.sum_up(
        call.session, call.book, call.member, proposal_id, request.form.get("body", ""), clock
    )
    return f"/proposals/{proposal_id}#talk"


def state(call: Call, proposal_id: int) -> str:
    """Say what came of it."""
    clock = call.platform.clock
    outcomes.state(call.session, call.book, call.member, proposal_id, request.form.get("body", ""), clock)
    return f"/proposals/{proposal_id}#outcome"


def _versions(
    call: Call, proposal_id: int, read: Callable[..., list[Written]], title: str, anchor: str
) -> Response:
    before = decode_int(request.args.get("before"))
    before = None if before is None else min(before, LATEST_VERSION)
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = read(call.session, case.id, before=before, limit=SHOWN + 1)
    more = encode(found[SHOWN - 1].version) if len(found) > SHOWN else None
    return render(
        call, "versions.html", case=case, title=title, anchor=anchor, versions=found[:SHOWN], more=more
    )
