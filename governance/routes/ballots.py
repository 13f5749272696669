"""Ballots over HTTP: cast, changed, and read back with the receipt."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode, encode
from governance import ballots, cases
from governance.ballots import LONGEST_REASON, Receipt, Vote
from governance.options import Said
from governance.people import delegated
from governance.routes.proposal_bodies import SHA256
from governance.tally import Choice

api = Api("ballots")


class BallotBody(BaseModel):
    """What a voter says."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice
    patch_sha256: str = Field(pattern=SHA256)
    """The hash of the patch that you were shown: the ballot binds to it."""
    reason: str = Field(default="", max_length=LONGEST_REASON)
    """Shown with the ballot after the close; a block needs one."""
    clause: str = Field(default="", max_length=200)
    """For a block: JSON Pointer of the clause it rests on."""
    marks: list[int] | None = Field(default=None, max_length=255)
    """For ``ranked`` and ``approved``: places of options among the proposal's, the most preferred first."""
    value: Decimal | None = Field(default=None, max_digits=30, allow_inf_nan=False)
    """For ``named``: the value that the clause should have."""
    rehearsal_sha256: str | None = Field(default=None, pattern=SHA256)
    """The proposal's ``rehearsal_sha256`` as you were shown it, where there is one."""


class LedgerPlace(BaseModel):
    """The event of the ledger that holds a ballot's commitment."""

    seq: int
    hash: str


class BallotView(BaseModel):
    """A ballot that counts, and the proof that it is counted as it was cast."""

    proposal: str
    voter: str
    version: int
    choice: Choice
    reason: str
    clause: str
    marks: list[int] | None
    value: str | None
    patch_sha256: str
    rehearsal_sha256: str | None
    stands_for: list[str]
    """Members for whom it counts besides its voter, who is their delegate: they cast no ballot of their own.
    Told after the count."""
    nonce: str
    commitment: str
    """sha256 over the RFC 8785 form of choice, reason, clause, nonce, and marks or value if there are any."""
    at: datetime
    ledger: LedgerPlace


@api.put("/proposals/<id:proposal_id>/ballot")
def cast_ballot(call: Call, proposal_id: int, body: BallotBody) -> BallotView:
    """Cast your ballot, or change it while voting lasts: the last one counts.

    Keep what is answered: it is your receipt. Nobody else is told what you chose before the close.
    """
    vote = Vote(
        choice=body.choice,
        patch_sha256=body.patch_sha256,
        reason=body.reason,
        clause=body.clause,
        marks=None if body.marks is None else tuple(body.marks),
        value=body.value,
        rehearsal_sha256=body.rehearsal_sha256,
    )
    return _view(ballots.cast(call.session, call.member, proposal_id, vote, call.platform.clock))


@api.get("/proposals/<id:proposal_id>/ballot")
def read_ballot(call: Call, proposal_id: int) -> BallotView:
    """Read your own ballot and its receipt, at any time."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    receipt = ballots.own(call.session, call.member, case.id)
    return _view(receipt, delegated.by_delegate(call.session, case).get(receipt.voter))


@api.get("/proposals/<id:proposal_id>/ballots")
def list_ballots(call: Call, proposal_id: int, query: PageQuery) -> Page[BallotView]:
    """List every ballot that counted, by handle, once the vote has closed and been counted.

    Each says for whom else it counts, where votes were delegated to its voter.
    """
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = ballots.revealed(call.session, case, after=decode(query.cursor), limit=query.limit + 1)
    shown = found[: query.limit]
    more = encode(shown[-1].voter) if len(found) > len(shown) else None
    lent = delegated.by_delegate(call.session, case)
    return Page[BallotView](items=[_view(one, lent.get(one.voter)) for one in shown], next=more)


def _view(receipt: Receipt, stands_for: list[str] | None = None) -> BallotView:
    return BallotView(
        proposal=str(receipt.proposal_id),
        voter=receipt.voter,
        version=receipt.version,
        **_said(receipt.said),
        patch_sha256=receipt.patch_sha256,
        stands_for=stands_for or [],
        nonce=receipt.nonce,
        rehearsal_sha256=receipt.rehearsal_sha256,
        commitment=receipt.commitment,
        at=receipt.at,
        ledger=LedgerPlace(seq=receipt.ledger_seq, hash=receipt.ledger_hash),
    )


def _said(said: Said) -> dict[str, Any]:
    return {"marks": None, "value": None} | said.as_json()
