"""Facilitation over HTTP: who leads the talk, what they make of it, and what came of the proposal."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode_int, encode
from governance import cases
from governance.deliberation import coauthors, facilitation, outcomes
from governance.deliberation.facilitation import Written

api = Api("facilitation")

Versions = Callable[..., list[Written]]
"""What reads the versions of a statement, the newest first."""


class FacilitatorBody(BaseModel):
    """Whom to ask."""

    model_config = ConfigDict(extra="forbid")

    handle: str = Field(max_length=60)


class OfficeBody(BaseModel):
    """What a facilitator or an author has to say."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=100_000)


class FacilitatorView(BaseModel):
    """Who was asked to lead the talk."""

    handle: str
    named_at: datetime
    accepted_at: datetime | None
    """None while they are only asked."""


class WrittenView(BaseModel):
    """One version of a summary or of an outcome statement."""

    version: int
    author: str
    body: str
    at: datetime


class FacilitationView(BaseModel):
    """How the talk on a proposal is led, and what was made of it."""

    facilitator: FacilitatorView | None
    coauthors: list[str]
    """Handles of those whose amendments the proposal took up."""
    summary: WrittenView | None
    """The newest version."""
    outcome: WrittenView | None
    """The newest version."""


@api.get("/proposals/<id:proposal_id>/facilitation")
def read_facilitation(call: Call, proposal_id: int) -> FacilitationView:
    """Read who facilitates a proposal, their summary, and what is said of its outcome."""
    return _view(call, proposal_id)


@api.put("/proposals/<id:proposal_id>/facilitator")
def name_facilitator(call: Call, proposal_id: int, body: FacilitatorBody) -> FacilitationView:
    """Ask a member of the scope to facilitate a proposal of yours; they lead once they accept."""
    facilitation.name(call.session, call.member, proposal_id, body.handle, call.platform.clock)
    return _view(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/facilitator/acceptance", status=200)
def accept_facilitation(call: Call, proposal_id: int) -> FacilitationView:
    """Agree to facilitate a proposal, where you were asked."""
    facilitation.accept(call.session, call.member, proposal_id, call.platform.clock)
    return _view(call, proposal_id)


@api.delete("/proposals/<id:proposal_id>/facilitator")
def leave_facilitation(call: Call, proposal_id: int) -> None:
    """Step back from facilitating, or have nobody facilitate a proposal of yours."""
    facilitation.leave(call.session, call.member, proposal_id, call.platform.clock)


@api.post("/proposals/<id:proposal_id>/summaries")
def write_summary(call: Call, proposal_id: int, body: OfficeBody) -> WrittenView:
    """Sum up the talk, as its facilitator, before the vote begins; every version is kept."""
    clock = call.platform.clock
    facilitation.sum_up(call.session, call.book, call.member, proposal_id, body.body, clock)
    return _newest(call, proposal_id, facilitation.summaries)


@api.get("/proposals/<id:proposal_id>/summaries")
def list_summaries(call: Call, proposal_id: int, query: PageQuery) -> Page[WrittenView]:
    """List every version of the facilitator's summary, the newest first."""
    return _page(call, proposal_id, query, facilitation.summaries)


@api.post("/proposals/<id:proposal_id>/outcomes")
def state_outcome(call: Call, proposal_id: int, body: OfficeBody) -> WrittenView:
    """Say what came of a proposal, as its author or facilitator, once it is decided or has ended."""
    outcomes.state(call.session, call.book, call.member, proposal_id, body.body, call.platform.clock)
    return _newest(call, proposal_id, outcomes.versions)


@api.get("/proposals/<id:proposal_id>/outcomes")
def list_outcomes(call: Call, proposal_id: int, query: PageQuery) -> Page[WrittenView]:
    """List every version of what is said of a proposal's outcome, the newest first."""
    return _page(call, proposal_id, query, outcomes.versions)


def _newest(call: Call, proposal_id: int, versions: Versions) -> WrittenView:
    (found,) = versions(call.session, proposal_id, before=None, limit=1)
    return WrittenView(**asdict(found))


def _page(call: Call, proposal_id: int, query: PageQuery, versions: Versions) -> Page[WrittenView]:
    before, limit = decode_int(query.cursor), query.limit
    before = None if before is None else min(before, 2**31 - 1)
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = versions(call.session, case.id, before=before, limit=limit + 1)
    shown = [WrittenView(**asdict(written)) for written in found[:limit]]
    more = encode(shown[-1].version) if len(found) > limit else None
    return Page[WrittenView](items=shown, next=more)


def _view(call: Call, proposal_id: int) -> FacilitationView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    newest = facilitation.summaries(call.session, case.id, before=None, limit=1)
    return FacilitationView(
        facilitator=_shown(FacilitatorView, facilitation.facilitator(call.session, case.id)),
        coauthors=coauthors.handles(call.session, case.id),
        summary=_shown(WrittenView, next(iter(newest), None)),
        outcome=_shown(WrittenView, outcomes.current(call.session, case.id)),
    )


def _shown(view: type[Any], value: Any) -> Any:
    return None if value is None else view(**asdict(value))
