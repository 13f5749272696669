"""What is told of proposals over HTTP: a line of a list, and one with all that stands behind it."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from coop.receipts import Citation
from governance.case import Case
from governance.conflicts import Rival
from governance.dossier import Dossier, Enacted
from governance.facts import State
from governance.rehearsal.rehearsals import Placed, Rehearsed
from governance.rules import Method, ProposalClass


class ProposalSummary(BaseModel):
    """A proposal in a list."""

    id: str
    scope: str
    kind: str
    title: str
    author: str | None
    """None where a jury proposes it."""
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


def summary(case: Case) -> dict[str, Any]:
    """Return what a list tells of a proposal: the members of :class:`ProposalSummary`."""
    stage = case.stage
    return {
        "id": str(case.id),
        "scope": case.scope,
        "kind": case.kind,
        "title": case.title,
        "author": case.author or None,
        "method": case.method,
        "risk_class": case.proposal_class,
        "state": stage.state,
        "since": stage.since,
        "until": stage.until,
        "next": list(stage.next),
        "created_at": case.facts.created_at,
        "submitted_at": case.facts.submitted_at,
    }


def view(case: Case, found: Dossier, placed: Iterable[Placed]) -> ProposalView:
    """Return a proposal with all that stands behind it; ``placed``: the changes that its vote may choose."""
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
        rehearsals=[_change(one, one.rehearsed) for one in placed if one.rehearsed is not None],
        origin=_text(case.origin_id),
        target=_text(case.target_id),
        joint=_text(case.joint_id),
        terms=TermsView(**found.terms.as_json()),
        enacted=None if found.enacted is None else _enacted(found.enacted),
        conflicts=[_conflict(rival) for rival in found.rivals],
        continued=_text(found.successor),
        rules=found.citations,
    )


def _change(placed: Placed, rehearsed: Rehearsed) -> ChangeView:
    return ChangeView(
        pointer=placed.pointer,
        label=placed.label,
        rehearsal=str(rehearsed.id),
        state=rehearsed.state,
        report_sha256=placed.report_sha256,
    )


def _enacted(enacted: Enacted) -> EnactedView:
    return EnactedView(version=enacted.number, sha256=enacted.sha256, epoch=enacted.epoch)


def _tally(case: Case) -> dict[str, Any] | None:
    """Return the recorded count: what is computed on the way is not told before it is recorded."""
    tally = case.facts.tally if case.tallied_at is not None else None
    return None if tally is None else tally.as_json()


def _conflict(rival: Rival) -> ConflictView:
    return ConflictView(proposal=str(rival.id), title=rival.title, state=rival.state, clauses=rival.clauses)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
