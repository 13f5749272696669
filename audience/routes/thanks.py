"""Thanks over HTTP: a private word to an author, and what one was thanked for."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from audience import newest, thanks
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("thanks")


class ThanksIn(BaseModel):
    """What to say, and whether the author is told who says it."""

    model_config = ConfigDict(extra="forbid")

    words: str
    """One of those that the clause ``/thanks/words`` of the policy ``audience`` lists."""
    named: bool = False


class ThanksView(BaseModel):
    """Your thanks for a post."""

    words: str
    named: bool
    """Whether its author is told that they are yours."""
    at: datetime


class NamedThanksView(BaseModel):
    """The thanks of somebody who gave their name."""

    member: str
    """Their handle."""
    words: str


class ReceivedView(BaseModel):
    """What you were thanked for a post."""

    post_id: str
    named: list[NamedThanksView]
    others: int | None
    """At least so many besides, who gave no name; none where they are too few to be told."""


@api.get("/posts/<id:post_id>/thanks", raises=(NotFound,))
def read_thanks(call: Call, post_id: int) -> ThanksView:
    """Read your own thanks for a post; there is nothing here where you have not thanked for it."""
    found = thanks.own(call.session, call.member, call.book, post_id, call.now)
    return ThanksView(words=found.words, named=found.named, at=found.at)


@api.put("/posts/<id:post_id>/thanks", status=204, raises=(RuleBroken, Forbidden))
def give_thanks(call: Call, post_id: int, body: ThanksIn) -> None:
    """Thank the author of a post, once; saying it again changes what you said. Nobody else is told.

    The author is told your name only where you say so, and of all others how many there are, in steps.
    """
    thanks.thank(call.session, call.member, call.book, post_id, body.words, body.named, call.now)


@api.delete("/posts/<id:post_id>/thanks")
def take_back_thanks(call: Call, post_id: int) -> None:
    """No longer thank for a post."""
    thanks.take_back(call.session, call.member, post_id)


@api.get("/members/me/thanks")
def list_thanks(call: Call, query: PageQuery) -> Page[ReceivedView]:
    """List what you were thanked for, the newest post first."""
    before = decode_int(query.cursor)
    found, more = thanks.received(
        call.session,
        call.member,
        call.book,
        before=newest.START if before is None else before,
        limit=query.limit,
    )
    items = [
        ReceivedView(
            post_id=str(one.post_id),
            named=[NamedThanksView(member=handle, words=words) for handle, words in one.named],
            others=one.others,
        )
        for one in found
    ]
    return Page(items=items, next=None if more is None else encode(more))
