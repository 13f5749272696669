"""Votes on people over HTTP: standing, stepping down, suspensions, the secret ballot, and how it came out."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode_int, encode
from coop.receipts import Citation
from governance import cases
from governance.ballots import Vote
from governance.people import candidates, elections, secret_ballots, suspension_votes
from governance.people.candidates import LONGEST_STATEMENT
from governance.routes.proposal_bodies import SHA256
from governance.tally import Choice

api = Api("elections")


class CandidacyBody(BaseModel):
    """What you say as a candidate."""

    model_config = ConfigDict(extra="forbid")

    statement: str = Field(default="", max_length=LONGEST_STATEMENT)


class CandidateView(BaseModel):
    """Somebody who stands."""

    handle: str
    statement: str
    at: datetime


class ElectionView(BaseModel):
    """An election, besides what its proposal tells."""

    seats: int
    slate: list[str]
    """Handles in the order of the ballot, which names them by their places from 0; empty until voting."""
    candidates: list[CandidateView]
    """In the order of handles."""
    roll_size: int | None
    turnout: int | None
    """How many have voted, once that may be told."""
    voted: bool
    """Whether you have."""
    elected: list[str]
    """In the order in which they were elected; empty until the ballots were counted."""
    clauses: list[Citation]
    """What decides it, as it stood when the election was submitted."""


class SuspensionVoteView(BaseModel):
    """A vote on a suspension, besides what its proposal tells."""

    member: str
    """Handle of whom it is about."""
    days: int
    """For how long they would be suspended."""
    about: str
    """The by-law that the jury found broken, as it read then,"""
    scope: str
    clause: str
    version: int
    """and where it stands in the policy ``moderation``."""
    jury: dict[str, int]
    """How many jurors voted for which measure."""
    voted: bool
    """Whether you have."""
    mine: bool
    """Whether it is about you."""


class SecretBallotBody(BaseModel):
    """What a voter says, for good."""

    model_config = ConfigDict(extra="forbid")

    choice: Literal[Choice.RANKED, Choice.APPROVED]
    patch_sha256: str = Field(pattern=SHA256)
    """The proposal's hash once the slate is settled: the ballot binds to it."""
    marks: list[int] = Field(max_length=255)
    """Places of candidates on the slate: ranked with the most preferred first, or approved."""


class SecretReceiptView(BaseModel):
    """Told once and kept nowhere with your name: note the nonce."""

    proposal: str
    marks: list[int]
    patch_sha256: str
    nonce: str
    """By it you find your ballot among those counted."""


class CountedBallotView(BaseModel):
    """A ballot as it was counted; nobody can tell whose it is, but by its nonce."""

    choice: Choice
    marks: list[int]
    nonce: str


@api.get("/proposals/<id:proposal_id>/election")
def read_election(call: Call, proposal_id: int) -> ElectionView:
    """Read an election: who stands, how many have voted, and who was elected."""
    return _view(call, proposal_id)


@api.get("/proposals/<id:proposal_id>/suspension")
def read_suspension_vote(call: Call, proposal_id: int) -> SuspensionVoteView:
    """Read whom a vote on a suspension is about, by which by-law, and how the jury voted."""
    case = cases.visible(call.session, call.member, proposal_id, call.platform.clock.now(call.session))
    return SuspensionVoteView(**asdict(suspension_votes.read(call.session, call.member, case)))


@api.put("/proposals/<id:proposal_id>/candidates/me")
def stand_for_election(call: Call, proposal_id: int, body: CandidacyBody) -> ElectionView:
    """Stand in an election while it is talked over, or say something else than before."""
    candidates.stand(call.session, call.member, proposal_id, body.statement, call.platform.clock)
    return _view(call, proposal_id)


@api.delete("/proposals/<id:proposal_id>/candidates/me")
def step_down_as_candidate(call: Call, proposal_id: int) -> None:
    """Stand no longer, while it is talked over."""
    candidates.step_down(call.session, call.member, proposal_id, call.platform.clock)


@api.put("/proposals/<id:proposal_id>/secret-ballot", secret=True)
def cast_secret_ballot(call: Call, proposal_id: int, body: SecretBallotBody) -> SecretReceiptView:
    """Cast your secret ballot in a vote on people. It cannot be changed, since nobody can find it again.

    On a suspension you approve its one choice, ``[0]``, or nothing, ``[]``, which is a vote against it.

    The answer is told once: keep its nonce, by which you find your ballot among those counted.
    """
    vote = Vote(body.choice, body.patch_sha256, marks=tuple(body.marks))
    receipt = secret_ballots.cast(call.session, call.member, proposal_id, vote, call.platform.clock)
    return SecretReceiptView(
        proposal=str(receipt.proposal_id),
        marks=list(receipt.marks),
        patch_sha256=receipt.patch_sha256,
        nonce=receipt.nonce,
    )


@api.get("/proposals/<id:proposal_id>/secret-ballots")
def list_secret_ballots(call: Call, proposal_id: int, query: PageQuery) -> Page[CountedBallotView]:
    """List the ballots of a vote on people, in the order of what they say, once they were counted.

    None are told where too few took part for it to be valid.
    """
    after = decode_int(query.cursor) or 0
    case = suspension_votes.visible_secret(call.session, call.member, proposal_id, call.now)
    found = secret_ballots.counted(call.session, case, after=after, limit=query.limit + 1)
    more = encode(after + query.limit) if len(found) > query.limit else None
    items = [
        CountedBallotView(choice=one.choice, marks=list(one.marks), nonce=one.nonce)
        for one in found[: query.limit]
    ]
    return Page[CountedBallotView](items=items, next=more)


def _view(call: Call, proposal_id: int) -> ElectionView:
    now = call.platform.clock.now(call.session)
    case = elections.visible(call.session, call.member, proposal_id, now)
    found = elections.read(call.session, call.platform.books, call.member, case)
    return ElectionView(
        seats=found.seats,
        slate=list(found.slate),
        candidates=[CandidateView(**asdict(one)) for one in found.candidates],
        roll_size=found.roll_size,
        turnout=found.turnout,
        voted=found.voted,
        elected=list(found.elected),
        clauses=found.clauses,
    )
