"""Juries over HTTP: who was drawn and how, what they think, and stepping down."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from governance import cases
from governance.people import juries, jurors
from governance.people.juries import Panel
from governance.people.jurors import LONGEST_REASON, Verdict

api = Api("juries")


class VerdictBody(BaseModel):
    """What a juror thinks."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    reason: str = Field(max_length=LONGEST_REASON)


class JurorView(BaseModel):
    """A juror."""

    handle: str
    position: int
    """Place in the draw, from 0."""
    declined_at: datetime | None
    """When they stepped down; the next in the draw follows."""
    verdict: Verdict | None
    reason: str
    verdict_at: datetime | None


class PanelView(BaseModel):
    """A jury, and all that you need to draw it again.

    ``pool_sha256`` is sha256 over the handles of the pool in ascending order, a line each; ``seed`` is sha256
    over ``checkpoint`` and ``pool_sha256`` written one after the other; and the jurors are drawn in ascending
    order of sha256 over the seed and the handle written one after the other.
    """

    size: int
    pool: list[str]
    pool_sha256: str
    checkpoint: str
    """Root hash of the first checkpoint over the event that began deliberation."""
    checkpoint_size: int
    seed: str
    drawn_at: datetime
    jurors: list[JurorView]
    """In the order of the draw."""


class JuryView(BaseModel):
    """The jury of a proposal. It advises; it decides nothing."""

    jury: PanelView | None
    why: str
    """Why there is none; empty where there is one."""


@api.get("/proposals/<id:proposal_id>/jury")
def read_jury(call: Call, proposal_id: int) -> JuryView:
    """Read who was drawn by lot to look closely at a proposal, how, and what they think of it."""
    return _view(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/jury", status=204)
def draw_jury_again(call: Call, proposal_id: int) -> None:
    """Learn that a jury is drawn once and by nobody: this is always refused, with what it was drawn from."""
    juries.draw_again(call.session, call.member, proposal_id, call.now)


@api.put("/proposals/<id:proposal_id>/jury/verdict")
def give_verdict(call: Call, proposal_id: int, body: VerdictBody) -> JuryView:
    """Tell everybody what you think as a juror, and why; your last word stands."""
    clock = call.platform.clock
    jurors.tell(call.session, call.member, proposal_id, body.verdict, body.reason, clock)
    return _view(call, proposal_id)


@api.delete("/proposals/<id:proposal_id>/jury/jurors/me")
def step_down_as_juror(call: Call, proposal_id: int) -> None:
    """Leave a jury without a verdict; the next in the draw follows."""
    jurors.step_down(call.session, call.member, call.book, proposal_id, call.platform.clock)


def _view(call: Call, proposal_id: int) -> JuryView:
    now = call.platform.clock.now(call.session)
    found = juries.read(call.session, cases.visible(call.session, call.member, proposal_id, now))
    return JuryView(jury=None if found.panel is None else _panel(found.panel), why=found.why)


def _panel(panel: Panel) -> PanelView:
    told = asdict(panel)
    return PanelView(jurors=[JurorView(**seat) for seat in told.pop("seats")], **told)
