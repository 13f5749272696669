"""What you may do with a post, over HTTP: every verb with its reason."""

from typing import get_args

from pydantic import BaseModel

from audience.document import Verb
from audience.permission import Answer, Value
from audience.permissions import ask_for_each
from coop.api import Api
from coop.call import Call
from coop.receipts import Citation

api = Api("permissions")


class PermissionView(BaseModel):
    """Whether you may do one thing with a post."""

    verb: Verb
    may: Value
    """``ask``: once its author says yes; ``unknown``: it hangs on what you have not told."""
    reason: str
    pointer: str | None
    """JSON Pointer of the part of its audience that decided, where one did."""
    clause: Citation | None
    """The clause that decided, where one did."""


class PermissionList(BaseModel):
    """What you may do with a post."""

    items: list[PermissionView]


@api.get("/posts/<id:post_id>/permissions")
def list_permissions(call: Call, post_id: int) -> PermissionList:
    """Ask what you may do with a post, and why: the strictest of author, guild and coop decides."""
    verbs: tuple[Verb, ...] = get_args(Verb)
    _, found = ask_for_each(call.session, call.member, call.book, post_id, verbs, call.now)
    return PermissionList(items=[permission_view(one) for one in found])


def permission_view(found: Answer) -> PermissionView:
    """Return an answer in the shape that the API gives it."""
    return PermissionView(
        verb=found.verb, may=found.value, reason=found.reason, pointer=found.pointer, clause=found.clause
    )
