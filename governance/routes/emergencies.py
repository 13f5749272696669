"""Emergency measures over HTTP: proposed and signed by stewards, and read like any proposal."""

from datetime import datetime

from pydantic import BaseModel

from coop.api import Api
from coop.call import Call
from governance import cases, emergencies, sponsors
from governance.facts import State
from governance.routes.proposal_bodies import DraftBody

api = Api("emergencies")


class MeasureView(BaseModel):
    """Where a measure stands."""

    proposal: str
    state: State
    until: datetime | None
    """When time alone ends this state; once in force, when the vote to ratify it closes."""
    stewards: list[str]
    """Who has signed, the first one first."""
    needed: int
    """How many have to, at ``voting /emergency/stewards``."""


@api.post("/emergencies")
def propose_measure(call: Call, body: DraftBody) -> MeasureView:
    """Put an emergency measure to the other stewards; yours is its first signature."""
    made = emergencies.propose(call.session, call.book, call.member, body.draft(), call.platform.clock)
    return _read(call, made)


@api.post("/proposals/<id:proposal_id>/stewards", status=200)
def sign_measure(call: Call, proposal_id: int) -> MeasureView:
    """Sign an emergency measure as a steward; with the last signature needed it takes force at once."""
    emergencies.sign_measure(call.session, call.member, proposal_id, call.platform.clock)
    return _read(call, proposal_id)


def _read(call: Call, proposal_id: int) -> MeasureView:
    case = cases.one(call.session, proposal_id, call.platform.clock.now(call.session))
    signed = sponsors.signatures(call.session, proposal_id)
    return MeasureView(
        proposal=str(case.id),
        state=case.stage.state,
        until=case.stage.until,
        stewards=[signature.handle for signature in signed],
        needed=case.sponsors_needed or 0,
    )
