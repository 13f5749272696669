"""Replies over HTTP: list them, read one, write one, decide on those that wait, take one's own back."""

from collections.abc import Container
from datetime import datetime
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from audience import replies, reply_cards
from audience.gardens.garden import NO_GARDEN, Garden
from audience.gardens.reading import garden_of
from audience.gardens.reply_words import worded
from audience.reply_cards import ReplyCard
from audience.routes.flags import FlagView, flag_view, is_folded
from audience.routes.post_views import AuthorView, PictureView, picture_view
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, NotYet, RuleBroken, TooMany
from coop.ids import Id
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("replies")

State = Literal["shown", "waiting", "refused", "held", "gone"]


class NewReply(BaseModel):
    """What is to be answered: a text, a picture or both."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(default="", max_length=100_000)
    parent_id: Id | None = None
    """The reply that it answers; none answers the post."""
    at_ms: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """The moment of the post that it speaks of, in milliseconds."""
    pause: bool = False
    """Whether the post is to stop at that moment."""
    asset_id: Id | None = None
    """A picture of your own that is ready and shown nowhere else."""


class MoreView(BaseModel):
    """Answers that are folded."""

    number: int
    """How many there are that you may see."""
    cursor: str
    """Pass it to the thread to read them."""


class ReplyView(BaseModel):
    """A reply that you may see, or the gap that one left which others had answered."""

    id: str
    parent_id: str | None
    """The reply that it answers; none where that is the post."""
    depth: int
    """How deep it stands; 0 answers the post."""
    author: AuthorView | None
    """None where it was taken back."""
    body: str | None
    picture: PictureView | None
    at_ms: int | None
    """The moment of the post that it speaks of."""
    pause: bool
    """Whether the post is to stop there."""
    state: State
    """``shown``; ``waiting`` for the author of the post, told to the two of you; ``refused``, and ``held`` by
    the rules, told to whoever wrote it; ``gone``: taken back."""
    flag: FlagView | None
    """What the rules say of it."""
    muted: bool
    """Whether you mute who wrote it: it is shown folded."""
    muted_words: bool
    """Whether it has words that you mute: it is shown folded; never what is yours, or the post's author's."""
    mine: bool
    created_at: datetime | None
    more: MoreView | None
    """What of its branch follows it, folded."""

    @property
    def folded(self) -> bool:
        """Whether it is shown folded."""
        return self.muted or self.muted_words or is_folded(self.flag, None)


@api.get("/posts/<id:post_id>/replies", public=True)
def list_replies(call: Call, post_id: int, query: PageQuery) -> Page[ReplyView]:
    """List the replies to a post that you may see, wherever they stand in its thread, the oldest first."""
    found, last = reply_cards.listing(
        call.session,
        call.identity,
        call.book,
        post_id,
        call.now,
        after=decode_int(query.cursor) or 0,
        limit=query.limit,
    )
    garden = garden_of(call.session, call.identity, call.book, call.now)
    folded = worded(call.session, call.identity, garden, [card.id for card in found])
    return Page(
        items=[reply_view(card, garden, worded=folded) for card in found],
        next=None if last is None else encode(last),
    )


@api.post("/posts/<id:post_id>/replies", raises=(RuleBroken, Forbidden, TooMany, NotYet, Conflict))
def write_reply(call: Call, post_id: int, body: NewReply) -> ReplyView:
    """Answer a post, or a reply to it; only whoever may see the post now will ever see your answer.

    Where the author of the post lets people ask, it is ``waiting`` until they have decided. In a heated
    thread a stranger pauses first (409 ``not-yet``, with how long): see ``PUT /posts/{id}/pause``.
    """
    made = replies.write(
        call.session,
        call.member,
        call.book,
        post_id,
        body.body,
        call.now,
        parent_id=None if body.parent_id is None else int(body.parent_id),
        at_ms=body.at_ms,
        pause=body.pause,
        asset_id=None if body.asset_id is None else int(body.asset_id),
    )
    return reply_view(reply_cards.one(call.session, call.member, made.id), NO_GARDEN)


@api.get("/replies/<id:reply_id>", public=True)
def read_reply(call: Call, reply_id: int) -> ReplyView:
    """Read one reply to a post that you may see, wherever it stands in its thread."""
    found = reply_cards.read(call.session, call.identity, call.book, reply_id, call.now)
    garden = garden_of(call.session, call.identity, call.book, call.now)
    return reply_view(found, garden, worded=worded(call.session, call.identity, garden, [found.id]))


@api.post("/replies/<id:reply_id>/grant", status=204, raises=(Forbidden, Conflict))
def grant_reply(call: Call, reply_id: int) -> None:
    """Show a reply that waits at a post of your own."""
    replies.grant(call.session, call.member, call.book, reply_id, call.now)


@api.post("/replies/<id:reply_id>/refuse", status=204, raises=(Conflict,))
def refuse_reply(call: Call, reply_id: int) -> None:
    """Leave a reply that waits at a post of your own unshown, for good."""
    replies.refuse(call.session, call.member, reply_id, call.now)


@api.delete("/replies/<id:reply_id>")
def delete_reply(call: Call, reply_id: int) -> None:
    """Take back a reply of your own, for good; where others have answered it, a gap stays."""
    replies.delete(call.session, call.member, reply_id, call.now)


def reply_view(
    card: ReplyCard, garden: Garden, more: MoreView | None = None, worded: Container[int] = ()
) -> ReplyView:
    """Return a card in the shape that the API gives it; ``more`` is what of its branch is folded.

    ``garden`` is that of whoever reads, ``worded`` are the replies that have words which they mute.
    """
    gone = card.author is None
    return ReplyView(
        id=str(card.id),
        parent_id=None if card.parent_id is None else str(card.parent_id),
        depth=card.depth,
        author=None
        if card.author is None
        else AuthorView(handle=card.author, display_name=card.author_name or ""),
        body=card.body,
        picture=picture_view(card),
        at_ms=card.at_ms,
        pause=card.pause and not gone,
        state="gone" if gone else _state(card.state),
        flag=flag_view(card.flag),
        muted=card.author in garden.muted,
        muted_words=card.id in worded,
        mine=card.mine,
        created_at=None if gone else card.created_at,
        more=more,
    )


def _state(state: str) -> State:
    return cast(State, state)
