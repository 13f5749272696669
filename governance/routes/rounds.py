"""Rounds over HTTP: switched on, joined, passed and read."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from coop.api import Api
from coop.call import Call
from coop.receipts import Citation
from governance import cases
from governance.deliberation import turns

api = Api("rounds")


class RoundsBody(BaseModel):
    """Whether a proposal is talked over in rounds."""

    model_config = ConfigDict(extra="forbid")

    on: bool


class SpeakerView(BaseModel):
    """A member who takes part in the rounds."""

    handle: str
    round: int
    """The last one in which they spoke or passed; 0 for none yet."""


class RoundsView(BaseModel):
    """How far the rounds on a proposal have come."""

    on: bool
    """False: everybody speaks when they like."""
    number: int
    """The round under way; 0 before its first turn."""
    opened_at: datetime | None
    waits_until: datetime | None
    """From then on it waits for nobody any more."""
    speakers: list[SpeakerView]
    awaited: list[str]
    """Handles of those the round under way still waits for."""
    yours: int | None
    """The round in which you may speak or pass now; None where you may not."""
    clause: Citation
    """How long a round waits."""


@api.put("/proposals/<id:proposal_id>/rounds")
def switch_rounds(call: Call, proposal_id: int, body: RoundsBody) -> RoundsView:
    """Have a proposal of yours, or one you facilitate, talked over in rounds, before the first argument."""
    turns.switch(call.session, call.member, proposal_id, body.on, call.platform.clock)
    return _view(call, proposal_id)


@api.get("/proposals/<id:proposal_id>/rounds")
def read_rounds(call: Call, proposal_id: int) -> RoundsView:
    """Read how far the rounds on a proposal have come, and whose turn it is."""
    return _view(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/rounds/places", status=200)
def join_rounds(call: Call, proposal_id: int) -> RoundsView:
    """Ask for a turn: the round waits for you too. To speak without asking first joins as well."""
    turns.join(call.session, call.member, proposal_id, call.platform.clock)
    return _view(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/rounds/passes", status=200)
def pass_round(call: Call, proposal_id: int) -> RoundsView:
    """Leave your turn in this round to the others."""
    turns.pass_on(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return _view(call, proposal_id)


def _view(call: Call, proposal_id: int) -> RoundsView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    found = turns.standing(call.session, call.book, call.member, case)
    return RoundsView(
        on=found.on,
        number=found.number,
        opened_at=found.opened_at,
        waits_until=found.waits_until,
        speakers=[SpeakerView(handle=handle, round=last) for handle, last in found.speakers],
        awaited=found.awaited,
        yours=found.yours,
        clause=found.clause,
    )
