"""Following and blocking over HTTP. Each may be sent twice; nobody is told who blocks them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from audience import following, relations
from audience.moderation import follows, waiting_follows
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


class WaitingFollowView(BaseModel):
    """Somebody who would like to follow you and waits."""

    id: str
    handle: str
    display_name: str
    at: datetime
    """Since when."""


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


@api.get("/members/me/follows-waiting")
def list_follows_waiting(call: Call) -> list[WaitingFollowView]:
    """List who would like to follow you and is held back by a rule, where a clause asks you."""
    found = waiting_follows.listing(call.session, call.member, call.book, call.now)
    return [
        WaitingFollowView(id=str(one.id), handle=one.handle, display_name=one.display_name, at=one.at)
        for one in found
    ]


@api.post("/members/me/follows-waiting/<id:follow_id>/let-in", status=204)
def let_follow_in(call: Call, follow_id: int) -> None:
    """Let somebody follow you who waits to."""
    waiting_follows.let_in(call.session, call.member, call.book, follow_id, call.now)


@api.post("/members/me/follows-waiting/<id:follow_id>/turn-away", status=204)
def turn_follow_away(call: Call, follow_id: int) -> None:
    """Turn somebody away who waits to follow you; they may ask again, unless you block them."""
    waiting_follows.turn_away(call.session, call.member, call.book, follow_id, call.now)


@api.put("/members/<handle>/block", status=204, raises=(RuleBroken,))
def block_member(call: Call, handle: str) -> None:
    """Block a member: neither is shown what the other makes, and following ends both ways."""
    following.block(call.session, call.member, call.book, handle, call.now)


@api.delete("/members/<handle>/block")
def unblock_member(call: Call, handle: str) -> None:
    """No longer block a member."""
    relations.unblock(call.session, call.member, handle)
