"""What a reader says of a post they read, over HTTP: how long they watched, and whether it helped."""

from pydantic import BaseModel, ConfigDict, Field

from audience import watching
from audience.feeds import helped
from coop.api import Api
from coop.call import Call
from coop.errors import RuleBroken

api = Api("reading")


class WatchedIn(BaseModel):
    """For how long the post was before you."""

    model_config = ConfigDict(extra="forbid")

    ms: int = Field(ge=0)
    """Milliseconds in all, since you were first shown it."""


class WatchedView(BaseModel):
    """What counts of it."""

    ms: int
    """The most that you ever said, and at most the time since you were first shown it."""


class HelpedIn(BaseModel):
    """Your answer to "did this help you understand?"."""

    model_config = ConfigDict(extra="forbid")

    helped: bool


@api.put("/posts/<id:post_id>/watched")
def report_watched(call: Call, post_id: int, body: WatchedIn) -> WatchedView:
    """Say for how long a post that you were shown was before you; who watched what is told to nobody."""
    return WatchedView(ms=watching.watched(call.session, call.member, call.book, post_id, body.ms, call.now))


@api.put("/posts/<id:post_id>/helped", status=204, raises=(RuleBroken,))
def answer_helped(call: Call, post_id: int, body: HelpedIn) -> None:
    """Say whether a post of somebody else's helped you understand; the last answer counts."""
    helped.answer(call.session, call.member, call.book, post_id, body.helped, call.now)


@api.delete("/posts/<id:post_id>/helped")
def withdraw_helped(call: Call, post_id: int) -> None:
    """Take your answer back."""
    helped.withdraw(call.session, call.member, post_id)
