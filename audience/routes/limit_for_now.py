"""The limit for now over HTTP: one call shuts strangers out of all that you made, for some days."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience import limit_for_now
from audience.limit_for_now import Limit, Whom
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound, RuleBroken

api = Api("limit for now")


class LimitForNowIn(BaseModel):
    """Whom to keep out, and for how long."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(default=None, ge=1)
    """From now; where it is left out the clause ``/limit_for_now/default`` says."""
    whom: Whom = "strangers"
    """``strangers`` neither follow you nor are followed by you, and share no guild with you;
    for ``strangers_and_recent`` whoever has followed you for fewer days than a clause says is one as well."""


class LimitForNowView(BaseModel):
    """Your limit, which is on."""

    since: datetime
    until: datetime
    whom: Whom


@api.get("/members/me/limit", raises=(NotFound,))
def read_limit_for_now(call: Call) -> LimitForNowView:
    """Read your limit; there is nothing here while none is on."""
    found = limit_for_now.running(call.session, call.member, call.now)
    if found is None:
        raise NotFound
    return _view(found)


@api.put("/members/me/limit", raises=(RuleBroken,))
def begin_limit_for_now(call: Call, body: LimitForNowIn) -> LimitForNowView:
    """Keep strangers out of all that you made, from the next request on, until so many days are over.

    Whom a post names is none, and whoever has opened a post before reads on. Nobody whom it keeps out opens,
    answers, likes, quotes or passes on anything of yours, or begins to follow you. Nobody is told of it.
    """
    made = limit_for_now.begin(call.session, call.member, call.book, body.days, body.whom, call.now)
    return _view(made)


@api.delete("/members/me/limit")
def end_limit_for_now(call: Call) -> None:
    """End your limit before its time."""
    limit_for_now.end(call.session, call.member, call.now)


def _view(found: Limit) -> LimitForNowView:
    return LimitForNowView(since=found.since, until=found.until, whom=found.whom)
