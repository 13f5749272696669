"""Objections over HTTP: raised against a change by consent, and read."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.receipts import Citation
from governance import cases, dossier, objections, succession
from governance.ballots import LONGEST_REASON
from governance.facts import State

api = Api("objections")


class ObjectionBody(BaseModel):
    """Why not."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=LONGEST_REASON)
    clause: str = Field(max_length=200)
    """JSON Pointer of the clause it rests on, in the policy as it is or would be."""


class ObjectionView(BaseModel):
    """Who objected, and why."""

    handle: str
    reason: str
    clause: str
    at: datetime


class ObjectionsView(BaseModel):
    """The objections to a proposal, and what they come to."""

    items: list[ObjectionView]
    """The first one first."""
    needed: int
    """How many put it to an ordinary vote."""
    state: State
    continued: str | None
    """The proposal that goes on from it, by an ordinary vote."""
    clause: Citation
    """How many are needed, by the voting rules that it opened under."""


@api.post("/proposals/<id:proposal_id>/objections")
def object_to_proposal(call: Call, proposal_id: int, body: ObjectionBody) -> ObjectionsView:
    """Object to a change by consent, with a reason and the clause that it rests on.

    Enough objections end it, and put it to an ordinary vote for and against.
    """
    clock = call.platform.clock
    objections.object_to(call.session, call.book, call.member, proposal_id, body.reason, body.clause, clock)
    return _view(call, proposal_id)


@api.get("/proposals/<id:proposal_id>/objections")
def list_objections(call: Call, proposal_id: int) -> ObjectionsView:
    """List the objections to a proposal."""
    return _view(call, proposal_id)


def _view(call: Call, proposal_id: int) -> ObjectionsView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    continued = succession.successor_of(call.session, case.id)
    return ObjectionsView(
        items=[ObjectionView(**asdict(found)) for found in objections.of(call.session, case.id)],
        needed=case.rules.consent.objectors,
        state=case.stage.state,
        continued=None if continued is None else str(continued),
        clause=dossier.pinned(call.session, call.platform.books, case, "/consent/objectors"),
    )
