"""Threads over HTTP: a post with its replies, everything that is needed to show both in one answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from audience import threads
from audience.gardens.reading import garden_of
from audience.gardens.reply_words import worded
from audience.permission import Value
from audience.reply_cards import ReplyCard
from audience.replying import Leave
from audience.routes.calm import HeatView, heat_view
from audience.routes.post_views import PostView
from audience.routes.posts import delivered
from audience.routes.replies import MoreView, ReplyView, reply_view
from audience.rules import AUDIENCE, AudienceRules
from audience.threads import Branch, Place, Thread
from coop.api import Api
from coop.call import Call
from coop.errors import Fault, RuleBroken
from coop.paging import PageQuery, decode_ints, encode
from coop.receipts import Citation

api = Api("threads")

_ROOTS, _BRANCH = 0, 1
"""How a cursor begins that stands for a page of replies to the post, or for the rest of a branch."""
_SHIFT = 1
"""The key of the first place is one below 0, and cursors hold no sign."""


class ThreadQuery(PageQuery):
    """Which part of a thread, in which order."""

    sort: Literal["oldest", "newest", "moment"] = "oldest"
    """Order of the replies to the post; under each, what was answered stands oldest first."""
    moments: bool = False
    """Whether to tell the moments of which replies speak."""


class LeaveView(BaseModel):
    """Whether you may answer."""

    value: Value
    """``yes``; ``ask``: it waits until the author of the post has decided; ``unknown``: it hangs on what you
    have not told; ``no``."""
    reason: str
    pointer: str | None
    """JSON Pointer of the part of the audience that decided."""
    clause: Citation | None
    """The clause that decided."""
    again: datetime | None
    """When you may, where it is only too soon."""
    left: int | None
    """How many more replies of yours it takes; none where nobody counts."""
    moments: bool
    """Whether you may answer at a moment of it."""
    length_ms: int
    """Where its moments end."""
    characters: int
    """Longest text."""
    pause: Citation | None
    """The clause that asks you to pause first, because the thread is heated: ``PUT /posts/{id}/pause``."""
    ready_at: datetime | None
    """From when on you have paused for long enough; none where you have not begun."""
    depth: int
    """Deepest place of an answer: what stands there is not answered itself."""


class MomentView(BaseModel):
    """A mark on the time line of a post."""

    at_ms: int
    number: int
    """How many replies speak of this moment, as far as you may see."""
    pause: bool
    """Whether one of them has the post stop there."""
    first: str
    """Id of the oldest of them."""


class ThreadView(BaseModel):
    """A post and a page of the replies to it."""

    post: PostView
    replies: list[ReplyView]
    """In reading order: each under what it answers."""
    next: str | None
    """Pass it as ``cursor`` for the next page; none where this is the last."""
    leave: LeaveView
    heat: HeatView | None
    """How heated it is; none where it is calm, and for whoever is not signed in."""
    moments: list[MomentView] | None
    """None unless they were asked for."""


@api.get("/posts/<id:post_id>/thread", public=True)
def read_thread(call: Call, post_id: int, query: ThreadQuery) -> ThreadView:
    """Read a post with its replies. The first time takes one of its seats, where they are counted.

    Whoever is not signed in reads what is public, and may not answer.
    """
    found = threads.read(
        call.session,
        call.identity,
        call.book,
        post_id,
        call.now,
        order=query.sort,
        start=_start(query.cursor),
        limit=query.limit,
    )
    garden = garden_of(call.session, call.identity, call.book, call.now)
    folded = worded(call.session, call.identity, garden, [one.id for one in found.cards])
    return ThreadView(
        post=delivered(call, found.post, garden),
        replies=[reply_view(one, garden, _more(one, found), folded) for one in found.cards],
        next=None if found.next is None else _cursor(found.next),
        leave=_leave(call, found.leave),
        heat=None if found.heated is None else heat_view(found.heated),
        moments=_moments(call, post_id) if query.moments else None,
    )


def _moments(call: Call, post_id: int) -> list[MomentView]:
    found = threads.moments(call.session, call.identity, post_id)
    return [
        MomentView(at_ms=one.at_ms, number=one.number, pause=one.pause, first=str(one.first)) for one in found
    ]


def _leave(call: Call, found: Leave) -> LeaveView:
    rules = call.book.rules(AUDIENCE, AudienceRules).replies
    return LeaveView(
        value=found.value,
        reason=found.reason,
        pointer=found.pointer,
        clause=found.clause,
        again=found.again,
        left=found.left,
        moments=found.moments,
        length_ms=found.length_ms,
        characters=rules.characters,
        pause=found.pause,
        ready_at=found.ready_at,
        depth=rules.depth,
    )


def _more(card: ReplyCard, found: Thread) -> MoreView | None:
    if not card.folded:
        return None
    return MoreView(number=card.folded, cursor=_cursor(Branch(found.roots[card.id], card.id)))


def _cursor(place: Place | Branch) -> str:
    if isinstance(place, Branch):
        return encode(f"{_BRANCH}-{place.root}-{place.after}")
    return encode(f"{_ROOTS}-{place.key + _SHIFT}-{place.id}")


def _start(cursor: str | None) -> Place | Branch | None:
    """Return what a cursor stands for; raise RuleBroken where it is none of ours."""
    found = decode_ints(cursor, 3)
    if found is None:
        return None
    kind, first, second = found
    if kind == _BRANCH:
        return Branch(first, second)
    if kind != _ROOTS or first > threads.NO_MOMENT + _SHIFT:
        fault = Fault("query/cursor", "Use the next of the page before, or a more of it, unchanged.")
        raise RuleBroken("This cursor is not one that a thread gave out.", faults=(fault,))
    return Place(first - _SHIFT, second)
