"""Following and blocking over HTTP. Each may be sent twice; nobody is told who blocks them."""

from audience import relations
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, RuleBroken

api = Api("relations")


@api.put("/members/<handle>/follow", status=204, raises=(Conflict, RuleBroken))
def follow_member(call: Call, handle: str) -> None:
    """Follow a member."""
    relations.follow(call.session, call.member, handle, call.now)


@api.delete("/members/<handle>/follow")
def unfollow_member(call: Call, handle: str) -> None:
    """No longer follow a member."""
    relations.unfollow(call.session, call.member, handle)


@api.put("/members/<handle>/block", status=204, raises=(RuleBroken,))
def block_member(call: Call, handle: str) -> None:
    """Block a member: neither is shown what the other makes, and following ends both ways."""
    relations.block(call.session, call.member, handle, call.now)


@api.delete("/members/<handle>/block")
def unblock_member(call: Call, handle: str) -> None:
    """No longer block a member."""
    relations.unblock(call.session, call.member, handle)
