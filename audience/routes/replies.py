"""Replies over HTTP: read them, write one, take one's own back."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience import replies
from audience.replies import ReplyCard
from audience.routes.posts import AuthorView
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden, RuleBroken
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("replies")


class NewReply(BaseModel):
    """What is to be answered."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(min_length=1, max_length=100_000)


class ReplyView(BaseModel):
    """A reply that you may see."""

    id: str
    author: AuthorView
    body: str
    created_at: datetime


@api.get("/posts/<id:post_id>/replies")
def list_replies(call: Call, post_id: int, query: PageQuery) -> Page[ReplyView]:
    """List the replies to a post that you may see, the oldest first."""
    found, last = replies.page(
        call.session,
        call.member,
        call.book,
        post_id,
        call.now,
        after=decode_int(query.cursor) or 0,
        limit=query.limit,
    )
    return Page(items=[_view(card) for card in found], next=None if last is None else encode(last))


@api.post("/posts/<id:post_id>/replies", raises=(RuleBroken, Forbidden))
def write_reply(call: Call, post_id: int, body: NewReply) -> ReplyView:
    """Answer a post; only whoever may see the post now will ever see the reply."""
    made = replies.write(call.session, call.member, call.book, post_id, body.body, call.now)
    author = AuthorView(handle=call.member.handle, display_name=call.member.display_name)
    return ReplyView(id=str(made.id), author=author, body=made.body, created_at=made.created_at)


@api.delete("/replies/<id:reply_id>")
def delete_reply(call: Call, reply_id: int) -> None:
    """Take back a reply of your own, for good."""
    replies.delete(call.session, call.member, reply_id, call.now)


def _view(card: ReplyCard) -> ReplyView:
    return ReplyView(
        id=str(card.id),
        author=AuthorView(handle=card.author, display_name=card.author_name),
        body=card.body,
        created_at=card.created_at,
    )
