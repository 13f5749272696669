"""Amendments over HTTP: made, weighed, supported, answered and promoted."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode, decode_int, encode
from governance import cases
from governance.deliberation import amendment_reading, amendments, suggestions
from governance.deliberation.amendment_reading import Card
from governance.deliberation.amendments import Wanted
from governance.deliberation.standing import Standing
from governance.deliberation.suggestions import Degree, Opinion
from governance.drafts import LONGEST_TITLE
from governance.routes.proposal_bodies import SHA256

api = Api("amendments")

DegreeName = Literal["must", "should", "should_not", "must_not"]

_NAMES: dict[Degree, DegreeName] = {
    Degree.MUST: "must",
    Degree.SHOULD: "should",
    Degree.SHOULD_NOT: "should_not",
    Degree.MUST_NOT: "must_not",
}


class AmendmentBody(BaseModel):
    """Another patch for a proposal."""

    model_config = ConfigDict(extra="forbid")

    patch: list[dict[str, Any]]
    """The whole JSON Patch (RFC 6902) that the proposal would then have."""
    of_patch_sha256: str = Field(pattern=SHA256)
    """The proposal's hash as you were shown it: the amendment is to that text and no other."""
    rationale: str = Field(default="", max_length=100_000)


class RejectionBody(BaseModel):
    """Why an amendment is not taken up."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=100_000)


class PromotionBody(BaseModel):
    """What a proposal of its own is called."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=LONGEST_TITLE)


class OpinionBody(BaseModel):
    """What you think of an amendment."""

    model_config = ConfigDict(extra="forbid")

    degree: DegreeName
    """The proposal ``must``, ``should``, ``should_not`` or ``must_not`` take it up."""
    fulfilled: bool
    """Whether you think that the proposal already does it."""


class OpinionsView(BaseModel):
    """How many think so."""

    degree: DegreeName
    fulfilled: int
    unfulfilled: int


class AmendmentSummary(BaseModel):
    """An amendment in a list."""

    id: str
    proposal: str
    author: str
    standing: Standing
    """Computed from what was done to it and from where the proposal stands."""
    of_patch_sha256: str
    patch: list[Any]
    patch_sha256: str
    """sha256 over the RFC 8785 form of the patch, as the ledger has it."""
    rationale: str
    made_at: datetime
    ended_at: datetime | None
    reason: str | None
    """Why it was rejected."""
    promoted_to: str | None
    """The proposal of its own that it became, once that is submitted."""
    supporters: int
    you_support: bool
    opinions: list[OpinionsView]
    """From must to must not."""
    yours: OpinionBody | None


class AmendmentView(AmendmentSummary):
    """An amendment with what it would change."""

    diff: str
    """Unified diff of the policy's text, as the proposal's own would then be."""
    diff_to_proposal: str | None
    """Unified diff from what the proposal makes of the text; None where it is not open any more."""


class PromotedView(BaseModel):
    """The draft that an amendment became."""

    proposal: str
    """Submit it to ask for sponsors; until then you alone see it."""


@api.post("/proposals/<id:proposal_id>/amendments")
def make_amendment(call: Call, proposal_id: int, body: AmendmentBody) -> AmendmentView:
    """Offer another patch for a proposal, while it is in deliberation.

    It is refused, with every clause that is wrong, where the policy could not stand with it.
    """
    wanted = Wanted(body.patch, body.of_patch_sha256, body.rationale)
    clock = call.platform.clock
    return _one(call, amendments.make(call.session, call.book, call.member, proposal_id, wanted, clock))


@api.get("/proposals/<id:proposal_id>/amendments")
def list_amendments(call: Call, proposal_id: int, query: PageQuery) -> Page[AmendmentSummary]:
    """List the amendments to a proposal, the newest first, with what the scope thinks of each."""
    before, limit = decode_int(query.cursor), query.limit
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = amendment_reading.listing(call.session, call.member, case, before=before, limit=limit + 1)
    shown = found[:limit]
    more = encode(shown[-1].id) if len(found) > limit else None
    items = [AmendmentSummary(**_summary(card)) for card in shown]
    return Page[AmendmentSummary](items=items, next=more)


@api.get("/amendments/<id:amendment_id>")
def read_amendment(call: Call, amendment_id: int) -> AmendmentView:
    """Read an amendment and what it would change."""
    return _one(call, amendment_id)


@api.post("/amendments/<id:amendment_id>/acceptance", status=200)
def accept_amendment(call: Call, amendment_id: int) -> AmendmentView:
    """Put an amendment in the place of your proposal's patch; its author becomes a co-author.

    Other amendments to the old text have then moved: their authors may make them anew.
    """
    amendments.accept(call.session, call.book, call.member, amendment_id, call.platform.clock)
    return _one(call, amendment_id)


@api.post("/amendments/<id:amendment_id>/rejection", status=200)
def reject_amendment(call: Call, amendment_id: int, body: RejectionBody) -> AmendmentView:
    """Say no to an amendment to your proposal, and why."""
    clock = call.platform.clock
    amendments.reject(call.session, call.book, call.member, amendment_id, body.reason, clock)
    return _one(call, amendment_id)


@api.post("/amendments/<id:amendment_id>/withdrawal", status=200)
def withdraw_amendment(call: Call, amendment_id: int) -> AmendmentView:
    """Take an amendment of yours back while it is open; it stays on record."""
    amendments.withdraw(call.session, call.member, amendment_id, call.platform.clock)
    return _one(call, amendment_id)


@api.post("/amendments/<id:amendment_id>/promotion")
def promote_amendment(call: Call, amendment_id: int, body: PromotionBody) -> PromotedView:
    """Draft a proposal of your own from an amendment of yours that was rejected."""
    clock = call.platform.clock
    made = amendments.promote(call.session, call.book, call.member, amendment_id, body.title, clock)
    return PromotedView(proposal=str(made))


@api.put("/amendments/<id:amendment_id>/support")
def support_amendment(call: Call, amendment_id: int) -> AmendmentView:
    """Ask by name that another's amendment be accepted. Doing it twice is doing it once."""
    suggestions.support(call.session, call.member, amendment_id, call.platform.clock)
    return _one(call, amendment_id)


@api.delete("/amendments/<id:amendment_id>/support")
def desert_amendment(call: Call, amendment_id: int) -> None:
    """Take your support back."""
    suggestions.desert(call.session, call.member, amendment_id, call.platform.clock)


@api.get("/amendments/<id:amendment_id>/supporters")
def list_supporters(call: Call, amendment_id: int, query: PageQuery) -> Page[str]:
    """List the handles of those who support an amendment, in order."""
    after, limit = decode(query.cursor), query.limit
    found = suggestions.supporters(
        call.session, call.member, amendment_id, call.now, after=after, limit=limit + 1
    )
    shown = found[:limit]
    return Page[str](items=shown, next=encode(shown[-1]) if len(found) > limit else None)


@api.put("/amendments/<id:amendment_id>/opinion")
def opine_on_amendment(call: Call, amendment_id: int, body: OpinionBody) -> AmendmentView:
    """Say whether the proposal must, should, should not or must not take an amendment up."""
    opinion = Opinion(Degree[body.degree.upper()], body.fulfilled)
    suggestions.opine(call.session, call.member, amendment_id, opinion, call.platform.clock)
    return _one(call, amendment_id)


@api.delete("/amendments/<id:amendment_id>/opinion")
def retract_opinion(call: Call, amendment_id: int) -> None:
    """Take your opinion back."""
    suggestions.retract(call.session, call.member, amendment_id, call.platform.clock)


def _one(call: Call, amendment_id: int) -> AmendmentView:
    now = call.platform.clock.now(call.session)
    card, diffs = amendment_reading.one(call.session, call.member, amendment_id, now)
    return AmendmentView(**_summary(card), diff=diffs.policy, diff_to_proposal=diffs.proposal)


def _summary(card: Card) -> dict[str, Any]:
    """Return the members of a summary."""
    yours = card.yours
    return {
        "id": str(card.id),
        "proposal": str(card.proposal_id),
        "author": card.author,
        "standing": card.standing,
        "of_patch_sha256": card.of_patch_sha256,
        "patch": card.patch,
        "patch_sha256": card.patch_sha256,
        "rationale": card.rationale,
        "made_at": card.made_at,
        "ended_at": card.ended_at,
        "reason": card.reason,
        "promoted_to": None if card.promoted_id is None else str(card.promoted_id),
        "supporters": card.supporters,
        "you_support": card.you_support,
        "opinions": [
            OpinionsView(degree=_NAMES[of.degree], fulfilled=of.fulfilled, unfulfilled=of.unfulfilled)
            for of in card.opinions
        ],
        "yours": None
        if yours is None
        else OpinionBody(degree=_NAMES[yours.degree], fulfilled=yours.fulfilled),
    }
