"""Likes and reposts over HTTP: what a member does with a post in one gesture."""

from typing import Literal

from pydantic import BaseModel

from audience import likes, reposts
from audience.asks import DONE, Done
from coop.api import Api
from coop.call import Accepted, Call
from coop.errors import Forbidden

api = Api("reactions")


class DoneView(BaseModel):
    """What came of it."""

    state: Literal["done", "waiting"]
    """``waiting``: the post's author was asked, and it is so once they say yes."""


@api.put("/posts/<id:post_id>/like", raises=(Forbidden,))
def like_post(call: Call, post_id: int) -> DoneView | Accepted:
    """Like a post. Nobody is told that it was you."""
    return answered(likes.like(call.session, call.member, call.book, post_id, call.now))


@api.delete("/posts/<id:post_id>/like")
def unlike_post(call: Call, post_id: int) -> None:
    """No longer like a post, or no longer ask to."""
    likes.unlike(call.session, call.member, post_id)


@api.put("/posts/<id:post_id>/repost", raises=(Forbidden,))
def repost_post(call: Call, post_id: int) -> DoneView | Accepted:
    """Point to a post on your page, for those who may see it."""
    return answered(reposts.repost(call.session, call.member, call.book, post_id, call.now))


@api.delete("/posts/<id:post_id>/repost")
def take_back_repost(call: Call, post_id: int) -> None:
    """No longer point to a post, or no longer ask to."""
    reposts.take_back(call.session, call.member, post_id)


def answered(done: Done) -> DoneView | Accepted:
    """Return what came of a gesture: 202 where somebody else decides."""
    shown = DoneView(state=done)
    return shown if done == DONE else Accepted(shown)
