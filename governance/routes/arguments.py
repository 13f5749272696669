"""Arguments over HTTP: made, answered, marked as helpful, taken back and read."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from coop.errors import Fault, RuleBroken
from coop.paging import Page, PageQuery, decode, decode_int, encode
from governance import cases
from governance.deliberation import arguments, marks, threads
from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Card, Order, Place

api = Api("arguments")

_PLACE = re.compile(r"([0-9]{1,9})\.([0-9]{1,19})")


class ArgumentBody(BaseModel):
    """What is to be said."""

    model_config = ConfigDict(extra="forbid")

    stance: Stance
    body: str = Field(min_length=1, max_length=100_000)


class AnswerBody(BaseModel):
    """What is to be answered."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=100_000)


class ArgumentsQuery(PageQuery):
    """Which arguments to list, and in which order."""

    stance: Stance | None = None
    order: Order = "helpful"
    """``helpful``: those that helped most members first. A mark set between two pages can move one."""


class ArgumentView(BaseModel):
    """An argument, or a reply to one."""

    id: str
    proposal: str
    parent: str | None
    """What a reply answers."""
    depth: int
    author: str
    stance: Stance | None
    """None for a reply."""
    round: int | None
    """Where the proposal is talked over in rounds."""
    body: str | None
    """None once its author has taken it back."""
    salt: str | None
    seal: str
    """sha256 over the RFC 8785 form of ``{"words": body, "salt": salt}``, as the ledger has it."""
    made_at: datetime
    withdrawn_at: datetime | None
    helped: int
    """How many members it helped to understand."""
    helped_you: bool
    replies: int
    """How many answer it directly."""


@api.post("/proposals/<id:proposal_id>/arguments")
def make_argument(call: Call, proposal_id: int, body: ArgumentBody) -> ArgumentView:
    """Argue for or against a proposal, or ask a question, while it is in deliberation.

    It cannot be edited: answer it to say more. In rounds, each speaks once before anyone speaks twice.
    """
    clock = call.platform.clock
    made = arguments.argue(call.session, call.book, call.member, proposal_id, body.stance, body.body, clock)
    return _one(call, made)


@api.get("/proposals/<id:proposal_id>/arguments")
def list_arguments(call: Call, proposal_id: int, query: ArgumentsQuery) -> Page[ArgumentView]:
    """List the arguments on a proposal, the most helpful or the newest first."""
    found = threads.listing(
        call.session,
        call.member,
        cases.visible(call.session, call.member, proposal_id, call.now),
        stance=query.stance,
        order=query.order,
        after=_place(query.cursor),
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    more = encode(f"{shown[-1].helped}.{shown[-1].id}") if len(found) > len(shown) else None
    return Page[ArgumentView](items=[_view(card) for card in shown], next=more)


@api.get("/arguments/<id:argument_id>")
def read_argument(call: Call, argument_id: int) -> ArgumentView:
    """Read an argument or a reply."""
    return _one(call, argument_id)


@api.delete("/arguments/<id:argument_id>")
def withdraw_argument(call: Call, argument_id: int) -> None:
    """Take back an argument or a reply of your own: its words go, that you made it stays."""
    arguments.withdraw(call.session, call.member, argument_id, call.platform.clock)


@api.post("/arguments/<id:argument_id>/replies")
def answer_argument(call: Call, argument_id: int, body: AnswerBody) -> ArgumentView:
    """Answer an argument or a reply, while the proposal is in deliberation."""
    clock = call.platform.clock
    return _one(call, arguments.answer(call.session, call.book, call.member, argument_id, body.body, clock))


@api.get("/arguments/<id:argument_id>/replies")
def list_answers(call: Call, argument_id: int, query: PageQuery) -> Page[ArgumentView]:
    """List the replies anywhere under an argument, the oldest first; ``parent`` says what each answers."""
    after = decode_int(query.cursor) or 0
    found = threads.replies(
        call.session, call.member, argument_id, call.now, after=after, limit=query.limit + 1
    )
    shown = found[: query.limit]
    more = encode(shown[-1].id) if len(found) > len(shown) else None
    return Page[ArgumentView](items=[_view(card) for card in shown], next=more)


@api.put("/arguments/<id:argument_id>/mark")
def mark_argument(call: Call, argument_id: int) -> ArgumentView:
    """Say that another's argument or reply helped you understand. Others see how many it helped."""
    marks.mark(call.session, call.member, argument_id, call.platform.clock)
    return _one(call, argument_id)


@api.delete("/arguments/<id:argument_id>/mark")
def unmark_argument(call: Call, argument_id: int) -> None:
    """Take your mark back."""
    marks.unmark(call.session, call.member, argument_id, call.platform.clock)


def _place(cursor: str | None) -> Place | None:
    position = decode(cursor)
    if position is None:
        return None
    found = _PLACE.fullmatch(position)
    if found is None:
        fault = Fault("query/cursor", "Use the next of the page before, unchanged.")
        raise RuleBroken("This cursor is not one that a page gave out.", faults=(fault,))
    return Place(int(found[1]), min(int(found[2]), 2**63 - 1))


def _one(call: Call, argument_id: int) -> ArgumentView:
    return _view(threads.one(call.session, call.member, argument_id, call.now))


def _view(card: Card) -> ArgumentView:
    values: dict[str, Any] = asdict(card)
    for inside, shown in (("id", "id"), ("proposal_id", "proposal"), ("parent_id", "parent")):
        number = values.pop(inside)
        values[shown] = None if number is None else str(number)
    return ArgumentView(**values)
