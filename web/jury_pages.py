"""Juries: what whoever was drawn does on a proposal's page: tell what they think, or step down."""

from flask import Blueprint, request

from coop.call import Call
from coop.errors import Fault, RuleBroken
from governance.people import jurors
from governance.people.jurors import Verdict
from web import acts
from web.proposal_pages import show


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms of jurors."""
    of, said = "/proposals/<id:number>", ("verdict", "reason")
    acts.add(pages, f"{of}/verdict", tell, show, form="verdict", fields=said, done="The others read it now.")
    acts.add(pages, f"{of}/jury/leave", step_down, show, done="You stepped down from this jury.")


def tell(call: Call, proposal_id: int) -> str:
    """Tell everybody what one thinks as a juror."""
    said = request.form
    try:
        verdict = Verdict(said.get("verdict", ""))
    except ValueError as error:
        fault = Fault("/verdict", "Choose one of these.")
        raise RuleBroken("It says nothing for or against.", faults=(fault,)) from error
    clock = call.platform.clock
    jurors.tell(call.session, call.member, proposal_id, verdict, said.get("reason", ""), clock)
    return f"/proposals/{proposal_id}#jury"


def step_down(call: Call, proposal_id: int) -> str:
    """Leave a jury without a verdict."""
    jurors.step_down(call.session, call.member, call.book, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}"
