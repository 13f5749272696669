"""Sense-checks over HTTP: asked, answered and read."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.receipts import Citation
from governance import cases
from governance.deliberation import checks
from governance.deliberation.checks import Card, Form

api = Api("checks")


class CheckBody(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=10_000)
    options: list[str] | None = Field(default=None, max_length=100)
    """None: five steps from strongly against to strongly for."""


class CheckAnswerBody(BaseModel):
    """What you answer."""

    model_config = ConfigDict(extra="forbid")

    option: int
    """Its place among the options, from 0."""


class CheckView(BaseModel):
    """A sense-check. It decides nothing."""

    id: str
    proposal: str
    author: str
    question: str
    form: Form
    options: list[str]
    opened_at: datetime
    closes_at: datetime
    answers: int
    counts: list[int] | None
    """How many chose each option; None while too few have answered to show. Names are never told."""
    yours: int | None
    """Place of the option that you chose."""
    clause: Citation
    """How few are too few."""


class ChecksView(BaseModel):
    """The sense-checks of one proposal."""

    items: list[CheckView]
    """The newest first; no more than the policy lets a proposal have."""


@api.post("/proposals/<id:proposal_id>/checks")
def ask_check(call: Call, proposal_id: int, body: CheckBody) -> CheckView:
    """Feel which way a thing leans: the author, a co-author or the facilitator asks, all may answer."""
    clock = call.platform.clock
    made = checks.ask(call.session, call.book, call.member, proposal_id, body.question, body.options, clock)
    return _one(call, made)


@api.get("/proposals/<id:proposal_id>/checks")
def list_checks(call: Call, proposal_id: int) -> ChecksView:
    """List the sense-checks of a proposal."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = checks.listing(call.session, call.book, call.member, case.id)
    return ChecksView(items=[_view(card) for card in found])


@api.get("/checks/<id:check_id>")
def read_check(call: Call, check_id: int) -> CheckView:
    """Read a sense-check and, once enough have answered, what they answered."""
    return _one(call, check_id)


@api.put("/checks/<id:check_id>/answer")
def answer_check(call: Call, check_id: int, body: CheckAnswerBody) -> CheckView:
    """Answer a sense-check, or change your answer while it is open."""
    checks.answer(call.session, call.member, check_id, body.option, call.platform.clock)
    return _one(call, check_id)


def _one(call: Call, check_id: int) -> CheckView:
    return _view(checks.one(call.session, call.book, call.member, check_id, call.now))


def _view(card: Card) -> CheckView:
    return CheckView(
        id=str(card.id),
        proposal=str(card.proposal_id),
        author=card.author,
        question=card.question,
        form=card.form,
        options=card.options,
        opened_at=card.opened_at,
        closes_at=card.closes_at,
        answers=card.answers,
        counts=card.counts,
        yours=card.yours,
        clause=card.clause,
    )
