"""Asks over HTTP: what waits for your yes, and your answer."""

from datetime import datetime

from pydantic import BaseModel

from audience import grants
from audience.routes.post_views import AuthorView, PictureView, picture_view
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("asks")


class AskView(BaseModel):
    """What somebody wants to do with a post of yours."""

    id: str
    """Of the ask; where something was made from your post, or answers it, it is the id of that."""
    verb: str
    asker: AuthorView
    post_id: str
    """Your post."""
    body: str | None
    """What they wrote, where it is a quote or a reply; nobody else sees it yet."""
    picture: PictureView | None
    """That of a reply."""
    at: datetime


@api.get("/asks")
def list_asks(call: Call, query: PageQuery) -> Page[AskView]:
    """List what waits for your yes, the oldest first."""
    after = decode_int(query.cursor) or 0
    found, last = grants.page(call.session, call.member, after=after, limit=query.limit)
    items = [
        AskView(
            id=str(one.id),
            verb=one.verb,
            asker=AuthorView(handle=one.asker, display_name=one.asker_name),
            post_id=str(one.post_id),
            body=one.body,
            picture=picture_view(one),
            at=one.at,
        )
        for one in found
    ]
    return Page(items=items, next=None if last is None else encode(last))


@api.post("/asks/<id:ask_id>/grant", status=204, raises=(Conflict, Forbidden))
def grant_ask(call: Call, ask_id: int) -> None:
    """Say yes: what waits happens now. A no can become a yes: whoever was refused may then do it."""
    grants.grant(call.session, call.member, call.book, ask_id, call.now)


@api.post("/asks/<id:ask_id>/refuse", status=204, raises=(Conflict,))
def refuse_ask(call: Call, ask_id: int) -> None:
    """Say no, or take back your yes to a like, a repost or a download."""
    grants.refuse(call.session, call.member, ask_id, call.now)
