"""Proposals over HTTP: written, submitted, withdrawn and read."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden
from coop.paging import Page, PageQuery, decode_int, encode
from coop.receipts import Citation
from governance import cases, dossier, drafts, proposals
from governance.case import Case
from governance.conflicts import Rival
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.facts import State
from governance.rehearsal import rehearsals
from governance.rules import Method, ProposalClass, duration

api = Api("proposals")

Length = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema({"type": "string"})]
"""A length of time as ISO 8601 has it, in weeks, or in days, hours, minutes and seconds."""

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
    patch: list[dict[str, Any]] = Field(default_factory=list)
    """JSON Patch (RFC 6902) to the policy's clauses; empty where there are options."""
    base_sha256: str = Field(default="", pattern=f"{SHA256}|^$")
    """Hash of the policy text that the patch was written against; empty where no policy is changed."""
    method: Method | None = None
    """How votes are counted; without it, as the class of the change says."""
    options: Any = None
    """What a ballot chooses from, where that is more than for and against. For competing patches (schulze):
    ``{"choices": [{"label": …, "patch": […]}, …]}``; for a number (median): ``{"clause": …, "min": …,
    "max": …}``; for a question (approval or schulze): ``{"choices": [{"label": …}, …]}``. What leaves things
    as they are is added as the first choice to be ranked."""
    target: str | None = Field(default=None, pattern=r"^\d{1,19}$")
    """The proposal that this one repeals or renews."""
    review_after: Length | None = None
    """How long in force before it is looked at again, such as ``P90D``; without it, as its class says."""
    sunset_after: Length | None = None
    """How long in force before it ends by itself; without it, as its class says."""
    tripwires: list[dict[str, Any]] = Field(default_factory=list, max_length=5)
    """Measures and bounds; one that is crossed undoes the change."""

    def draft(self) -> Draft:
        """Return it as the action takes it."""
        return Draft(
            scope=self.scope,
            kind=self.kind,
            title=self.title,
            rationale=self.rationale,
            patch=self.patch,
            base_sha256=self.base_sha256,
            method=self.method,
            options=self.options,
            target_id=None if self.target is None else int(self.target),
            review_after=self.review_after,
            sunset_after=self.sunset_after,
            tripwires=tuple(self.tripwires),
        )


class ProposalBody(DraftBody):
    """What an author writes, and whether to ask for sponsors at once."""

    submit: bool = True
    """False keeps it a draft that you alone see."""


class ProposalQuery(PageQuery):
    """Which proposals to list."""

    show: dossier.Show = "open"
    scope: str | None = Field(default=None, pattern=NAME)
    kind: str | None = Field(default=None, pattern=NAME)


class ProposalSummary(BaseModel):
    """A proposal in a list."""

    id: str
    scope: str
    kind: str
    title: str
    author: str
    method: Method
    """How votes are counted."""
    risk_class: ProposalClass
    """Computed from what it changes: A a value inside declared bounds … D the constitution. E is an
    emergency measure."""
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


class ChoiceView(BaseModel):
    """One of the choices of a vote; ballots name it by its place, counted from 0."""

    label: str
    diff: str
    """Unified diff of the policy's text if it is chosen; empty where that leaves the policy as it is."""


class ChangeView(BaseModel):
    """A change that the vote may choose, and where its rehearsal stands."""

    pointer: str
    """Its JSON Pointer in the proposal."""
    label: str
    """What people call it; empty where it is the only patch."""
    rehearsal: str
    state: str
    """``waiting``, ``running``, ``done`` or ``failed``."""
    report_sha256: str | None


class TimesView(BaseModel):
    """When each period begins, once a proposal has its sponsors."""

    deliberation_at: datetime
    verification_at: datetime
    voting_at: datetime
    closes_at: datetime
    due_at: datetime
    held: bool
    """Whether the vote waits for the rehearsal of a change that it may choose."""


class TermsView(BaseModel):
    """What was agreed beforehand about how it ends."""

    review_after: int | None
    """In seconds in force, like the next one."""
    sunset_after: int | None
    tripwires: list[Any]


class ConflictView(BaseModel):
    """Another proposal under way that would set some of the same clauses."""

    proposal: str
    title: str
    state: State
    clauses: list[str]


class ProposalView(ProposalSummary):
    """A proposal with all that stands behind it."""

    rationale: str
    patch: list[Any]
    options: Any
    patch_sha256: str
    """What a ballot binds to: sha256 over the RFC 8785 form of scope, kind, base_sha256, patch, method,
    options, target, terms, proposer and nonce."""
    rehearsal_sha256: str | None
    """What a ballot binds to besides, once each change is rehearsed: of one change its report_sha256; of
    several, sha256 over the RFC 8785 form of an object that has, for each pointer, the report_sha256."""
    rehearsals: list[ChangeView]
    """The changes that the vote may choose, once their rehearsals were asked for, in the proposal's order."""
    origin: str | None
    """The proposal that it goes on from."""
    target: str | None
    """The proposal that it repeals, renews or vetoes."""
    joint: str | None
    """The first of those that have to pass together with it."""
    terms: TermsView
    nonce: str
    base_version: int
    base_sha256: str
    diff: str
    """Unified diff of the policy's text; empty while the vote has not chosen among several."""
    choices: list[ChoiceView]
    """What a ballot ranks or approves, in order; empty for other votes."""
    sponsors: list[SignatureView]
    sponsors_needed: int | None
    times: TimesView | None
    roll_size: int | None
    """How many may vote, once the roll is frozen."""
    tally: dict[str, Any] | None
    """The count, what it had to reach and what follows; None until the ballots have been counted."""
    tallied_at: datetime | None
    end_reason: str | None
    undone_reason: str | None
    review_at: datetime | None
    sunset_at: datetime | None
    enacted: EnactedView | None
    conflicts: list[ConflictView]
    """Other proposals under way that would set the same clauses: whichever takes force first moves the
    text under the others."""
    continued: str | None
    """The proposal that goes on from it."""
    rules: list[Citation]
    """The clauses that decide it: they stay what they were when it was submitted."""


@api.post("/proposals", raises=(Forbidden,))
def create_proposal(call: Call, body: ProposalBody) -> ProposalView:
    """Write a proposal and ask for sponsors, or keep it as a draft.

    It is refused, with every clause that is wrong, where the policy could not stand with its patch.
    """
    made = drafts.draft(call.session, call.book, call.member, body.draft(), call.now)
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
    drafts.edit(call.session, call.book, call.member, proposal_id, body.draft(), clock)
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
        "method": case.method,
        "risk_class": case.proposal_class,
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
        choices=[ChoiceView(**asdict(choice)) for choice in found.choices],
        sponsors=[SignatureView(**asdict(signature)) for signature in found.signatures],
        sponsors_needed=case.sponsors_needed,
        times=None if case.times is None else TimesView(**asdict(case.times)),
        roll_size=case.roll_size,
        tally=_tally(case),
        tallied_at=case.tallied_at,
        end_reason=case.end_reason,
        undone_reason=case.undone_reason,
        review_at=case.review_at,
        sunset_at=case.sunset_at,
        options=case.options,
        rehearsal_sha256=case.rehearsal_sha256,
        rehearsals=_changes(call, case),
        origin=_text(case.origin_id),
        target=_text(case.target_id),
        joint=_text(case.joint_id),
        terms=TermsView(**found.terms.as_json()),
        enacted=None if enacted is None else EnactedView(version=enacted.number, **_named(enacted)),
        conflicts=[_conflict(rival) for rival in found.rivals],
        continued=_text(found.successor),
        rules=found.citations,
    )


def _changes(call: Call, case: Case) -> list[ChangeView]:
    return [
        ChangeView(
            pointer=one.pointer,
            label=one.label,
            rehearsal=str(one.rehearsed.id),
            state=one.rehearsed.state,
            report_sha256=one.report_sha256,
        )
        for one in rehearsals.of_proposal(call.session, case.id)
        if one.rehearsed is not None
    ]


def _tally(case: Case) -> dict[str, Any] | None:
    """Return the recorded count: what is computed on the way is not told before it is recorded."""
    tally = case.facts.tally if case.tallied_at is not None else None
    return None if tally is None else tally.as_json()


def _conflict(rival: Rival) -> ConflictView:
    return ConflictView(proposal=str(rival.id), title=rival.title, state=rival.state, clauses=rival.clauses)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _named(enacted: dossier.Enacted) -> dict[str, Any]:
    return {"sha256": enacted.sha256, "epoch": enacted.epoch}
