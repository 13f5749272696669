"""Rehearsals over HTTP: asked for, watched and read."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.errors import TooMany
from governance import cases
from governance.rehearsal import rehearsals
from governance.rehearsal.changes import Change
from governance.rehearsal.rehearsals import Rehearsed
from governance.routes.proposal_bodies import NAME, SHA256

api = Api("rehearsals")


class RehearsalBody(BaseModel):
    """A change to try on what really happened."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(default="coop", pattern=NAME)
    """``coop`` or ``guild:<slug>``."""
    kind: str = Field(pattern=NAME)
    """The kind of policy to change."""
    patch: list[dict[str, Any]]
    """JSON Patch (RFC 6902) to the policy's clauses."""
    base_sha256: str = Field(pattern=SHA256)
    """Hash of the policy text that the patch was written against."""


class ProgressView(BaseModel):
    """How far it has come."""

    done: int
    total: int
    """0 before anything is known."""
    what: str


class RehearsalView(BaseModel):
    """A rehearsal: where it stands and, once it is done, what it found."""

    id: str
    proposal: str | None
    scope: str
    kind: str
    patch_sha256: str
    """sha256 over the RFC 8785 form of scope, kind, base_sha256 and patch."""
    state: str
    """``waiting``, ``running``, ``done`` or ``failed``."""
    progress: ProgressView
    asked_at: datetime
    """What was recorded up to here is gone through."""
    started_at: datetime | None
    done_at: datetime | None
    attempts: int
    error: str | None
    """Why it failed."""
    retry_at: datetime | None
    """When one that failed is tried again, if it is."""
    report_sha256: str | None
    """sha256 over the RFC 8785 form of the report."""
    report: dict[str, Any] | None
    """What was found, in whole numbers; a number that is null speaks of too few people to be told."""


class ChangeRehearsalView(RehearsalView):
    """The rehearsal of one of the changes that the vote on a proposal may choose."""

    pointer: str
    """JSON Pointer of the change in the proposal: ``/patch``, ``/options/choices/1``, ``/options/min``."""
    label: str
    """What people call the change; empty where it is the only patch."""


class ProposalRehearsalsView(BaseModel):
    """All the rehearsals that the vote on a proposal waits for."""

    items: list[ChangeRehearsalView]
    """In the order of the changes in the proposal; empty until they are asked for."""
    rehearsal_sha256: str | None
    """What ballots bind to, once each is done: of one its report_sha256; of several, sha256 over the RFC 8785
    form of an object that has, for each pointer, the report_sha256."""


@api.post("/rehearsals", status=202, raises=(TooMany,))
def ask_for_rehearsal(call: Call, body: RehearsalBody) -> RehearsalView:
    """Have a change tried on what really happened, without proposing it; you alone see what comes of it.

    It is refused at once, with every clause that is wrong, where the policy could not stand with it.
    """
    wanted = Change(body.scope, body.kind, body.patch, body.base_sha256)
    made = rehearsals.ask_draft(call.session, call.book, call.member, wanted, call.now)
    return _view(call, rehearsals.visible(call.session, call.member, made, call.now))


@api.get("/rehearsals/<id:rehearsal_id>")
def read_rehearsal(call: Call, rehearsal_id: int) -> RehearsalView:
    """Read a rehearsal of yours, or of a proposal that you may see."""
    return _view(call, rehearsals.visible(call.session, call.member, rehearsal_id, call.now))


@api.get("/proposals/<id:proposal_id>/rehearsals")
def list_proposal_rehearsals(call: Call, proposal_id: int) -> ProposalRehearsalsView:
    """Read the rehearsals of a proposal as it now reads, one of each change that its vote may choose."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    placed = rehearsals.of_proposal(call.session, proposal_id)
    asked = [(one, one.rehearsed) for one in placed if one.rehearsed is not None]
    reports = rehearsals.reports_of(call.session, [found.id for _, found in asked])
    items = [
        ChangeRehearsalView(pointer=one.pointer, label=one.label, **_members(found, reports[found.id]))
        for one, found in asked
    ]
    return ProposalRehearsalsView(items=items, rehearsal_sha256=case.rehearsal_sha256)


def _view(call: Call, found: Rehearsed) -> RehearsalView:
    return RehearsalView(**_members(found, rehearsals.report_of(call.session, found.id)))


def _members(found: Rehearsed, report: dict[str, Any] | None) -> dict[str, Any]:
    """Return the members of a rehearsal that the reader may see."""
    return {
        "id": str(found.id),
        "proposal": None if found.proposal_id is None else str(found.proposal_id),
        "scope": found.scope,
        "kind": found.kind,
        "patch_sha256": found.patch_sha256,
        "state": found.state,
        "progress": ProgressView(done=found.done, total=found.total, what=found.what),
        "asked_at": found.asked_at,
        "started_at": found.started_at,
        "done_at": found.done_at,
        "attempts": found.attempts,
        "error": found.error,
        "retry_at": found.retry_at,
        "report_sha256": found.report_sha256,
        "report": report,
    }
