"""Sponsors over HTTP: signing a proposal, and who has."""

from dataclasses import asdict

from pydantic import BaseModel

from coop.api import Api
from coop.call import Call
from governance import cases, sponsors
from governance.facts import State
from governance.routes.proposal_views import SignatureView

api = Api("sponsors")


class SponsorsView(BaseModel):
    """Who has signed a proposal, and what that comes to."""

    items: list[SignatureView]
    """The first one first."""
    needed: int | None
    """None while it is a draft."""
    state: State


@api.post("/proposals/<id:proposal_id>/sponsors", status=200)
def sponsor_proposal(call: Call, proposal_id: int) -> SponsorsView:
    """Sponsor a proposal: ask that it be put to the vote. Doing it twice is doing it once."""
    sponsors.sponsor(call.session, call.member, proposal_id, call.platform.clock)
    return _view(call, proposal_id)


@api.delete("/proposals/<id:proposal_id>/sponsors/me", status=200)
def take_signature_back(call: Call, proposal_id: int) -> SponsorsView:
    """Take your signature back while the proposal waits for others."""
    sponsors.take_back(call.session, call.member, proposal_id, call.platform.clock)
    return _view(call, proposal_id)


@api.get("/proposals/<id:proposal_id>/sponsors")
def list_sponsors(call: Call, proposal_id: int) -> SponsorsView:
    """List who has sponsored a proposal."""
    return _view(call, proposal_id)


def _view(call: Call, proposal_id: int) -> SponsorsView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    signed = sponsors.signatures(call.session, case.id)
    return SponsorsView(
        items=[SignatureView(**asdict(signature)) for signature in signed],
        needed=case.sponsors_needed,
        state=case.stage.state,
    )
