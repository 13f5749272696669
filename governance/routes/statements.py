"""Statements and the opinion map over HTTP."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode_int, encode
from coop.receipts import Citation
from governance import cases
from governance.deliberation import maps, statements
from governance.deliberation.rules import NAME
from governance.deliberation.statements import Answer, Written

api = Api("statements")

CLAUSES = ("/map/participants", "/map/votes", "/map/group", "/map/groups", "/map/filled_to", "/map/findings")
"""The clauses that a map is drawn under."""


class StatementBody(BaseModel):
    """A statement to be."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(max_length=500)
    """One sentence that one can agree or disagree with; how long it may be is a clause."""


class AnswerBody(BaseModel):
    """What you say to a statement."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer


class StatementView(BaseModel):
    """A statement, and your own answer to it."""

    id: str
    proposal: str
    author: str
    words: str | None
    """None where its author took it back."""
    written_at: datetime
    removed_at: datetime | None
    answer: Answer | None
    """Yours; nobody else is told it."""


class UpcomingView(BaseModel):
    """The statement you are asked next, without its author: it is judged by what it says."""

    statement: str | None
    """None where you have answered all."""
    words: str | None
    answered: int
    left: int


class ShareView(BaseModel):
    """What one group said to a statement."""

    name: str
    answered: int
    agreed: int
    disagreed: int


class FindingView(BaseModel):
    """A statement that stands out."""

    statement: str
    side: Literal["agree", "disagree"]
    groups: list[ShareView]
    """Only groups of which enough have answered it."""


class GroupView(BaseModel):
    """People who answer alike."""

    name: str
    people: int
    x: float
    y: float
    representative: list[FindingView]
    """What tells them from the others, the most telling first."""


class DotView(BaseModel):
    """How many people of a group stand at one point."""

    x: float
    y: float
    group: str
    people: int


class PlaceView(BaseModel):
    """Where you stand."""

    x: float
    y: float
    group: str | None
    """None where your group is too small to be shown."""


class DrawnView(BaseModel):
    """A map: two axes from -1 to 1, along which answers differ most. It says nothing of who is who."""

    people: int
    """How many took part when it was drawn."""
    statements: int
    silhouette: float
    """How clearly the groups lie apart: 1 wholly, 0 not at all."""
    explained: list[float]
    """Share of all differences that lie along each axis."""
    groups: list[GroupView]
    too_small: bool
    """Whether there are groups too small to be shown."""
    dots: list[DotView]
    consensus: list[FindingView]
    """What all groups that are shown agree on, then what they all reject."""


class MapView(BaseModel):
    """The opinion map of a proposal. It informs and decides nothing."""

    people: int
    """How many take part; a clause says how many it takes."""
    drawn_at: datetime | None
    map: DrawnView | None
    """None where too few take part, or it is yet to be drawn."""
    you: PlaceView | None
    """Your own place, told to you alone."""
    answered: int
    needed: int
    """How many statements you have to answer to be on the map."""
    rules: list[Citation]
    """The clauses it is drawn under."""


@api.post("/proposals/<id:proposal_id>/statements")
def write_statement(call: Call, proposal_id: int, body: StatementBody) -> StatementView:
    """Write a statement for others to agree with, disagree with or pass, while it is talked over."""
    clock = call.platform.clock
    made = statements.write(call.session, call.book, call.member, proposal_id, body.words, clock)
    return _read(call, made)


@api.get("/proposals/<id:proposal_id>/statements")
def list_statements(call: Call, proposal_id: int, query: PageQuery) -> Page[StatementView]:
    """List the statements on a proposal with your own answers, the newest first."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    before = decode_int(query.cursor)
    found = statements.listing(call.session, call.member, case.id, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    more = encode(shown[-1].id) if len(found) > len(shown) else None
    return Page[StatementView](items=[_view(one) for one in shown], next=more)


@api.get("/proposals/<id:proposal_id>/statements/next")
def next_statement(call: Call, proposal_id: int) -> UpcomingView:
    """Read the statement that you are asked next: drawn by lot, those that tell more the likelier."""
    now = call.platform.clock.now(call.session)
    found = statements.upcoming(
        call.session, call.member, cases.visible(call.session, call.member, proposal_id, now)
    )
    named = None if found.id is None else str(found.id)
    return UpcomingView(statement=named, words=found.words, answered=found.answered, left=found.left)


@api.get("/statements/<id:statement_id>")
def read_statement(call: Call, statement_id: int) -> StatementView:
    """Read one statement with your own answer."""
    return _read(call, statement_id)


@api.put("/statements/<id:statement_id>/answer")
def answer_statement(call: Call, statement_id: int, body: AnswerBody) -> StatementView:
    """Answer a statement, or change your answer, while the proposal is talked over. Nobody else is told."""
    statements.answer(call.session, call.member, statement_id, body.answer, call.platform.clock)
    return _read(call, statement_id)


@api.delete("/statements/<id:statement_id>")
def withdraw_statement(call: Call, statement_id: int) -> None:
    """Take a statement of yours back: its words go, that it was written stays on record."""
    statements.withdraw(call.session, call.member, statement_id, call.platform.clock)


@api.get("/proposals/<id:proposal_id>/map")
def read_map(call: Call, proposal_id: int) -> MapView:
    """Read the opinion map: groups that answer alike, what all agree on, and your own place."""
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    found = maps.read(call.session, call.book, call.member, case)
    return MapView(
        people=found.people,
        drawn_at=found.drawn_at,
        map=None if found.document is None else DrawnView(**found.document),
        you=None if found.you is None else PlaceView(**asdict(found.you)),
        answered=found.answered,
        needed=found.needed,
        rules=[call.book.cite(NAME, clause) for clause in CLAUSES],
    )


def _read(call: Call, statement_id: int) -> StatementView:
    now = call.platform.clock.now(call.session)
    return _view(statements.one(call.session, call.member, statement_id, now))


def _view(found: Written) -> StatementView:
    return StatementView(
        id=str(found.id),
        proposal=str(found.proposal_id),
        author=found.author,
        words=found.words,
        written_at=found.written_at,
        removed_at=found.removed_at,
        answer=found.answer,
    )
