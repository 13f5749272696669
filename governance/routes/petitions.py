"""Petitions over HTTP: one guild asks all of us to look at what another has passed."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.receipts import Citation
from governance import cases, dossier, petitions, vetoes
from governance.facts import State

api = Api("petitions")


class PetitionBody(BaseModel):
    """In whose name you sign."""

    model_config = ConfigDict(extra="forbid")

    guild: str = Field(max_length=40)
    """Slug of a guild of yours, other than the one that passed it."""


class PetitionView(BaseModel):
    """How far the petition of one guild has come. Who signed is told by the ledger."""

    guild: str
    signed: int
    needed: int
    """How many of its members call a vote of us all, as the guild stands now."""


class PetitionsView(BaseModel):
    """The petitions against what a guild has passed, and what they come to."""

    items: list[PetitionView]
    """By slug."""
    state: State
    veto: str | None
    """The assembly's vote, once a petition has called it."""
    veto_closes_at: datetime | None
    clause: Citation
    """What share of a guild is needed, by the voting rules that the proposal opened under."""


@api.post("/proposals/<id:proposal_id>/petitions", status=200)
def sign_petition(call: Call, proposal_id: int, body: PetitionBody) -> PetitionsView:
    """Sign, in a guild's name, for a vote of us all on what another guild has passed.

    One signs while it is in timelock. Doing it twice is doing it once.
    """
    clock = call.platform.clock
    petitions.sign(call.session, call.book, call.member, proposal_id, body.guild, clock)
    return _view(call, proposal_id)


@api.get("/proposals/<id:proposal_id>/petitions")
def list_petitions(call: Call, proposal_id: int) -> PetitionsView:
    """List how far petitions against a proposal have come, by guild."""
    return _view(call, proposal_id)


def _view(call: Call, proposal_id: int) -> PetitionsView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    veto = vetoes.called_on(call.session, case.id)
    return PetitionsView(
        items=[PetitionView(**asdict(found)) for found in petitions.of(call.session, case)],
        state=case.stage.state,
        veto=None if veto is None else str(veto),
        veto_closes_at=case.facts.veto_closes_at,
        clause=dossier.pinned(call.session, call.platform.books, case, "/petition/share"),
    )
