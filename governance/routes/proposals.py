"""Proposals over HTTP: written, submitted, withdrawn and read."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden
from coop.paging import Page, PageQuery, decode_int, encode
from coop.receipts import Citation
from governance import cases, dossier, proposals
from governance.cases import Case
from governance.lifecycle import State
from governance.proposals import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.rules import RiskClass
from governance.tally import Tally

api = Api("proposals")

SHA256 = r"^[0-9a-f]{64}$"
NAME = r"^[a-z][a-z0-9:-]{0,59}$"


class DraftBody(BaseModel):
    """What an author writes."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(default="coop", pattern=NAME)
    """``coop`` or ``guild:<slug>``."""
    kind: str = Field(pattern=NAME)
    """The kind of policy to change."""
    title: str = Field(max_length=LONGEST_TITLE)
    rationale: str = Field(default="", max_length=LONGEST_RATIONALE)
    patch: list[dict[str, Any]]
    """JSON Patch (RFC 6902) to the policy's clauses."""
    base_sha256: str = Field(pattern=SHA256)
    """Hash of the policy text that the patch was written against."""

    def draft(self) -> Draft:
        """Return it as the action takes it."""
        return Draft(self.scope, self.kind, self.title, self.rationale, self.patch, self.base_sha256)


class ProposalBody(DraftBody):
    """What an author writes, and whether to ask for sponsors at once."""

    submit: bool = True
    """False keeps it a draft that you alone see."""


class ProposalQuery(PageQuery):
    """Which proposals to list."""

    show: dossier.Show = "open"
    scope: str | None = Field(default=None, pattern=NAME)
    kind: str | None = Field(default=None, pattern=NAME)


class TallyView(BaseModel):
    """A count and what follows from it."""

    for_: int = Field(alias="for")
    against: int
    abstain: int
    block: int
    roll: int
    need: int
    """How many had to say yes."""
    threshold: str
    """Share of those who took a side that had to say yes, such as ``2/3``."""
    passed: bool
    reason: str


class ProposalSummary(BaseModel):
    """A proposal in a list."""

    id: str
    scope: str
    kind: str
    title: str
    author: str
    risk_class: RiskClass
    """Computed from what it changes: A a value inside declared bounds … D the constitution."""
    state: State
    """Computed from facts and time."""
    since: datetime
    until: datetime | None
    """When time alone ends this state."""
    next: list[State]
    """What may follow."""
    created_at: datetime
    submitted_at: datetime | None


class SignatureView(BaseModel):
    """Who sponsored, and when."""

    handle: str
    at: datetime


class EnactedView(BaseModel):
    """The policy version that it became."""

    version: int
    sha256: str
    epoch: int


class TimesView(BaseModel):
    """When each period begins, once a proposal has its sponsors."""

    deliberation_at: datetime
    verification_at: datetime
    voting_at: datetime
    closes_at: datetime
    due_at: datetime


class ProposalView(ProposalSummary):
    """A proposal with all that stands behind it."""

    rationale: str
    patch: list[Any]
    patch_sha256: str
    """What a ballot binds to: sha256 over the RFC 8785 form of scope, kind, base_sha256, patch, proposer
    and nonce."""
    nonce: str
    base_version: int
    base_sha256: str
    diff: str
    """Unified diff of the policy's text."""
    sponsors: list[SignatureView]
    sponsors_needed: int | None
    times: TimesView | None
    roll_size: int | None
    """How many may vote, once the roll is frozen."""
    tally: TallyView | None
    """None until the ballots have been counted."""
    tallied_at: datetime | None
    end_reason: str | None
    enacted: EnactedView | None
    rules: list[Citation]
    """The clauses that decide it: they stay what they were when it was submitted."""


@api.post("/proposals", raises=(Forbidden,))
def create_proposal(call: Call, body: ProposalBody) -> ProposalView:
    """Write a proposal and ask for sponsors, or keep it as a draft.

    It is refused, with every clause that is wrong, where the policy could not stand with its patch.
    """
    made = proposals.draft(call.session, call.book, call.member, body.draft(), call.now)
    if body.submit:
        proposals.submit(call.session, call.book, call.member, made, call.platform.clock)
    return _read(call, made)


@api.get("/proposals")
def list_proposals(call: Call, query: ProposalQuery) -> Page[ProposalSummary]:
    """List proposals, the newest first."""
    before = decode_int(query.cursor)
    found = dossier.listing(
        call.session,
        call.member,
        call.now,
        query.show,
        scope=query.scope,
        kind=query.kind,
        before=before,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    more = encode(shown[-1].id) if len(found) > len(shown) else None
    items = [ProposalSummary(**summary(case)) for case in shown]
    return Page[ProposalSummary](items=items, next=more)


@api.get("/proposals/<id:proposal_id>")
def read_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Read a proposal: its state now, its diff, its sponsors, its tally, and the rules that decide it."""
    return _read(call, proposal_id)


@api.put("/proposals/<id:proposal_id>")
def replace_proposal(call: Call, proposal_id: int, body: DraftBody) -> ProposalView:
    """Replace what a draft of yours says."""
    clock = call.platform.clock
    proposals.edit(call.session, call.book, call.member, proposal_id, body.draft(), clock)
    return _read(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/submission", status=200)
def submit_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Ask the scope to sponsor a draft of yours: from here on its text and its rules stay."""
    proposals.submit(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return _read(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/withdrawal", status=200)
def withdraw_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Take a proposal of yours back before anybody votes on it; it stays on record."""
    proposals.withdraw(call.session, call.member, proposal_id, call.platform.clock)
    return _read(call, proposal_id)


def summary(case: Case) -> dict[str, Any]:
    """Return the members of a summary."""
    stage = case.stage
    return {
        "id": str(case.id),
        "scope": case.scope,
        "kind": case.kind,
        "title": case.title,
        "author": case.author,
        "risk_class": case.facts.risk_class,
        "state": stage.state,
        "since": stage.since,
        "until": stage.until,
        "next": list(stage.next),
        "created_at": case.facts.created_at,
        "submitted_at": case.facts.submitted_at,
    }


def _read(call: Call, proposal_id: int) -> ProposalView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    found = dossier.read(call.session, call.platform.books, case)
    enacted = found.enacted
    return ProposalView(
        **summary(case),
        rationale=found.rationale,
        patch=found.patch,
        patch_sha256=case.patch_sha256,
        nonce=found.nonce,
        base_version=case.base_number,
        base_sha256=found.base_sha256,
        diff=found.diff,
        sponsors=[SignatureView(**asdict(signature)) for signature in found.signatures],
        sponsors_needed=case.sponsors_needed,
        times=None if case.times is None else TimesView(**asdict(case.times)),
        roll_size=case.roll_size,
        tally=_tally(case),
        tallied_at=case.tallied_at,
        end_reason=case.end_reason,
        enacted=None if enacted is None else EnactedView(version=enacted.number, **_named(enacted)),
        rules=found.citations,
    )


def _tally(case: Case) -> TallyView | None:
    """Return the recorded count: what is computed on the way is not told before it is recorded."""
    tally: Tally | None = case.facts.tally if case.tallied_at is not None else None
    return None if tally is None else TallyView(**tally.as_json())


def _named(enacted: dossier.Enacted) -> dict[str, Any]:
    return {"sha256": enacted.sha256, "epoch": enacted.epoch}
