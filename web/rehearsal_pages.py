"""Rehearsals as pages: a change tried on what really happened, watched while it runs, and read."""

from flask import Blueprint, Response

from coop.call import Call
from governance import dossier
from governance.rehearsal import rehearsals
from governance.rehearsal.rehearsals import Rehearsed
from web import acts
from web.proposal.rehearsal import change, tried
from web.proposal.section import look
from web.proposal_pages import show
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page of a rehearsal, and the target of the form that asks for one."""
    pages.add_url_rule("/rehearsals/<id:rehearsal_id>", "rehearsal", page(rehearsal))
    acts.add(
        pages,
        "/proposals/<id:number>/rehearse",
        rehearse,
        show,
        form="rehearsal",
        done="It is tried now on what really happened. You alone see what comes of it.",
    )


def rehearsal(call: Call, rehearsal_id: int) -> Response:
    """Show how far a rehearsal has come and, once it is done, all that it found."""
    seen = rehearsals.visible(call.session, call.member, rehearsal_id, call.now)
    told = tried(call, seen, seen.proposal_id is None, _label(call, seen))
    return render(call, "rehearsal.html", told=told)


def _label(call: Call, seen: Rehearsed) -> str:
    """Return what people call the change that was tried; empty for one that is its proposal's only patch."""
    if seen.proposal_id is None:
        return ""
    placed = rehearsals.of_proposal(call.session, seen.proposal_id)
    return next((one.label for one in placed if one.rehearsed and one.rehearsed.id == seen.id), "")


def rehearse(call: Call, proposal_id: int) -> str:
    """Have what a proposal says now tried for the member who asks."""
    sight = look(call, proposal_id)
    wanted = change(sight, dossier.read(call.session, call.platform.books, sight.case))
    made = rehearsals.ask_draft(call.session, call.book, call.member, wanted, call.now)
    return f"/rehearsals/{made}"
