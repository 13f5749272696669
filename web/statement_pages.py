"""Statements as a page: all of them with one's own answers, and the whole of the map."""

from flask import Blueprint, Response, request

from coop.call import Call
from coop.errors import Fault, RuleBroken
from coop.paging import decode_int, encode
from governance.deliberation import statements
from governance.deliberation.statements import Answer
from web import acts
from web.forms import Sent
from web.proposal.opinions import opinions
from web.proposal.section import look
from web.visits import back, page, render

SHOWN = 50


def add_to(pages: Blueprint) -> None:
    """Add the page of statements, and the targets of their forms."""
    pages.add_url_rule("/proposals/<id:proposal_id>/opinions", "opinions", page(listing))
    acts.add(
        pages,
        "/proposals/<id:number>/statements",
        write,
        show,
        form="statement",
        fields=("words",),
        done="It is put to everybody now.",
    )
    one = "/statements/<id:number>"
    acts.add(pages, f"{one}/answer", answer, show_again, done="")
    acts.add(pages, f"{one}/withdraw", withdraw, show_again, done="Taken back: your words are gone.")


def listing(call: Call, proposal_id: int) -> Response:
    """Show all statements, and all that the map tells."""
    return show(call, proposal_id, Sent())


def show(call: Call, proposal_id: int, sent: Sent, status: int = 200) -> Response:
    """Show the statements on a proposal, and what was wrong with a form."""
    member, sight = call.member, look(call, proposal_id)
    before = decode_int(request.args.get("before"))
    found = statements.listing(call.session, member, sight.case.id, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    return render(
        call,
        "statements.html",
        status,
        case=sight.case,
        told=opinions(sight),
        statements=shown,
        more=encode(shown[-1].id) if len(found) > SHOWN else None,
        may_answer=sight.talking,
        sent=sent,
    )


def show_again(call: Call, statement_id: int, sent: Sent, status: int) -> Response:
    """Show the statements among which one stands."""
    found = statements.one(call.session, call.member, statement_id, call.now)
    return show(call, found.proposal_id, sent, status)


def write(call: Call, proposal_id: int) -> str:
    """Write a statement."""
    words, clock = request.form.get("words", ""), call.platform.clock
    statements.write(call.session, call.book, call.member, proposal_id, words, clock)
    return f"{back(f'/proposals/{proposal_id}')}#opinions"


def answer(call: Call, statement_id: int) -> str:
    """Answer a statement, or change one's answer; the next one follows."""
    try:
        said = Answer(request.form.get("answer", ""))
    except ValueError as error:
        fault = Fault("/answer", "Agree, disagree or pass.")
        raise RuleBroken("This answers nothing.", faults=(fault,)) from error
    statements.answer(call.session, call.member, statement_id, said, call.platform.clock)
    return _among(call, statement_id)


def withdraw(call: Call, statement_id: int) -> str:
    """Take one's own statement back."""
    statements.withdraw(call.session, call.member, statement_id, call.platform.clock)
    return _among(call, statement_id)


def _among(call: Call, statement_id: int) -> str:
    """Return the page that the form stood on, or else that of all statements."""
    found = statements.one(call.session, call.member, statement_id, call.now)
    return f"{back(f'/proposals/{found.proposal_id}/opinions')}#opinions"
