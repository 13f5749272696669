"""Derivatives over HTTP: what was made from a post of yours, and detaching it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from audience import derivatives
from audience.routes.post_views import AuthorView
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("derivatives")


class DerivativeView(BaseModel):
    """A post that was made from one of yours."""

    id: str
    kind: Literal["quote", "video_reply", "stitch", "duet", "sound"]
    state: Literal["waiting", "active", "refused", "detached"]
    author: AuthorView
    body: str
    created_at: datetime


@api.get("/posts/<id:post_id>/derivatives")
def list_derivatives(call: Call, post_id: int, query: PageQuery) -> Page[DerivativeView]:
    """List what was made from a post of yours, the oldest first: you see it whatever audience it has."""
    after = decode_int(query.cursor) or 0
    found, last = derivatives.page(call.session, call.member, post_id, after=after, limit=query.limit)
    items = [
        DerivativeView(
            id=str(one.id),
            kind=one.kind,
            state=one.state,
            author=AuthorView(handle=one.author, display_name=one.author_name),
            body=one.body,
            created_at=one.created_at,
        )
        for one in found
    ]
    return Page(items=items, next=None if last is None else encode(last))


@api.post("/posts/<id:post_id>/derivatives/<id:derived_id>/detach", status=204, raises=(Conflict,))
def detach_derivative(call: Call, post_id: int, derived_id: int) -> None:
    """No longer let it show your post, for good; the words of its author stay."""
    derivatives.detach(call.session, call.member, post_id, derived_id, call.now)
