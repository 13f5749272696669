"""Proposals as pages: the list, and one with all that stands behind it, section by section."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from coop.call import Call
from coop.errors import NotFound
from governance import dossier
from governance.dossier import Dossier
from web.forms import Sent
from web.proposal import (
    amendments,
    arguments,
    ballot,
    candidates,
    change,
    checks,
    choices,
    facilitation,
    jury,
    objections,
    opinions,
    outcome,
    petition,
    question,
    record,
    rehearsal,
    result,
    secret_ballot,
    standing,
    suspension,
    terms,
    together,
)
from web.proposal.part import part
from web.proposal.section import Section, Sight, look
from web.visits import page, reader, render

SHOWN = 30

Load = Callable[[Sight, Dossier], Section | None]

OPENING: tuple[Load, ...] = (question.load, standing.load)
"""What is asked and where it stands; the reader's own part follows on a narrow screen."""
FOLLOWING: tuple[Load, ...] = (
    change.load,
    choices.load,
    candidates.load,
    suspension.load,
    rehearsal.load,
    terms.load,
    together.load,
    jury.load,
    facilitation.load,
    arguments.load,
    opinions.load,
    checks.load,
    amendments.load,
    objections.load,
    ballot.load,
    secret_ballot.load,
    result.load,
    petition.load,
    outcome.load,
    record.load,
)
"""What it would do, what people say, the vote, what came of it, the record."""

PLACES = {
    "argument": "arguments",
    "check": "checks",
    "facilitator": "talk",
    "summary": "talk",
    "outcome": "outcome",
    "ballot": "vote",
    "secret": "vote",
    "objection": "objections",
    "verdict": "jury",
    "candidacy": "candidates",
}
"""In which section each form stands."""


def add_to(pages: Blueprint) -> None:
    """Add the list of proposals and the page of each."""
    pages.add_url_rule("/proposals", "proposals", page(listing))
    pages.add_url_rule("/proposals/<id:proposal_id>", "proposal", page(proposal))


def listing(call: Call) -> Response:
    """Show what is being decided, what was decided, and one's own drafts."""
    before = _before()
    viewer, now = reader(call), call.now
    ended = dossier.listing(call.session, viewer, now, "ended", before=before, limit=SHOWN + 1)
    first = before is None
    return render(
        call,
        "proposals.html",
        drafts=dossier.listing(call.session, viewer, now, "drafts", limit=SHOWN)
        if first and call.identity
        else [],
        open=dossier.listing(call.session, viewer, now, "open", limit=SHOWN) if first else [],
        ended=ended[:SHOWN],
        older=ended[SHOWN - 1].id if len(ended) > SHOWN else None,
        first=first,
    )


def proposal(call: Call, proposal_id: int) -> Response:
    """Show a proposal."""
    return show(call, proposal_id)


def show(call: Call, proposal_id: int, sent: Sent | None = None, status: int = 200) -> Response:
    """Show a proposal, and what was wrong with a form that stands on its page."""
    sight = look(call, proposal_id)
    found = dossier.read(call.session, call.platform.books, sight.case)
    opening, following = (
        [section for load in loads if (section := load(sight, found)) is not None]
        for loads in (OPENING, FOLLOWING)
    )
    sent = sent or Sent()
    return render(
        call,
        "proposal.html",
        status,
        case=sight.case,
        found=found,
        stage=sight.case.stage,
        part=part(sight, found),
        opening=opening,
        following=following,
        todo=[section for section in following if section.todo],
        sent=sent,
        anchor=PLACES.get(sent.form, "yours"),
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 19):
        raise NotFound
    return int(given) if given else None
