"""Following and blocking over HTTP. Each may be sent twice; nobody is told who blocks them."""

from typing import Literal

from pydantic import BaseModel

from audience import following, relations
from audience.moderation import follows
from audience.relations import member_id_of
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, RuleBroken, TooMany

api = Api("relations")


class FollowView(BaseModel):
    """How you stand to a member."""

    state: Literal["following", "waiting", "held", "none"]
    """``waiting``: they have as many followers as they may, and you are in line. ``held``: a rule holds
    it back for now; see ``/moderation/decisions``."""


@api.get("/members/<handle>/follow")
def read_follow(call: Call, handle: str) -> FollowView:
    """Say whether you follow a member, or wait to."""
    return FollowView(state=follows.state(call.session, call.member, member_id_of(call.session, handle)))


@api.put("/members/<handle>/follow", raises=(Conflict, RuleBroken, Forbidden, TooMany))
def follow_member(call: Call, handle: str) -> FollowView:
    """Follow a member; where they have as many followers as they may, wait until there is room."""
    return FollowView(state=follows.follow(call.session, call.member, call.book, handle, call.now))


@api.delete("/members/<handle>/follow")
def unfollow_member(call: Call, handle: str) -> None:
    """No longer follow a member, or wait to."""
    follows.unfollow(call.session, call.member, call.book, handle, call.now)


@api.put("/members/<handle>/block", status=204, raises=(RuleBroken,))
def block_member(call: Call, handle: str) -> None:
    """Block a member: neither is shown what the other makes, and following ends both ways."""
    following.block(call.session, call.member, call.book, handle, call.now)


@api.delete("/members/<handle>/block")
def unblock_member(call: Call, handle: str) -> None:
    """No longer block a member."""
    relations.unblock(call.session, call.member, handle)
