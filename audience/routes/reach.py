"""How far a post went, over HTTP: for its author alone, and in numbers of people only."""

from datetime import datetime

from pydantic import BaseModel

from audience import reach
from audience.reach import Estimate
from audience.routes.posts import LimitView, ScoreView
from coop.api import Api
from coop.call import Call
from coop.receipts import Citation

api = Api("reach")


class EstimateView(BaseModel):
    """A number of members."""

    number: int | None
    """None where it is too small to be told."""
    about: bool
    """Whether it was worked out from a sample."""


class WayView(BaseModel):
    """One way by which it was delivered."""

    via: str
    """``feed:<profile>``, ``post`` (its own address), or the kind of page."""
    readers: EstimateView | None
    """Of a feed: members who opened it since the post was made, and whose keys open the post."""
    served: int | None
    """Members to whom it was delivered this way; none where the number is too small to be told."""


class ReachView(BaseModel):
    """How far a post of yours went, and what held it."""

    eligible: EstimateView
    """Members whose keys open it now."""
    ways: list[WayView]
    seated: int | None
    """Members to whom it was delivered."""
    finished: int | None
    """Of these, who watched or read it to the end."""
    replied: int | None
    """Members who answered."""
    full_at: datetime | None
    """When its last seat was taken, where all are."""
    limits: list[LimitView]
    weighed: list[ScoreView]
    """What every voted feed makes of it for a reader of whom nothing is known."""
    least_told: Citation
    """The clause by which smaller numbers of people are not told."""


@api.get("/posts/<id:post_id>/reach")
def read_reach(call: Call, post_id: int) -> ReachView:
    """Ask how far a post of your own went: who could, who was offered it, who came, who answered."""
    found = reach.report(call.session, call.member, call.book, post_id, call.now)
    return ReachView(
        eligible=_estimate(found.eligible),
        ways=[
            WayView(
                via=one.via,
                readers=None if one.readers is None else _estimate(one.readers),
                served=one.served,
            )
            for one in found.ways
        ],
        seated=found.seated,
        finished=found.finished,
        replied=found.replied,
        full_at=found.full_at,
        limits=[LimitView(name=one.name, value=one.value, clause=one.clause) for one in found.limits],
        weighed=[ScoreView(profile=one.profile, score=one.score, terms=one.terms) for one in found.weighed],
        least_told=reach.least_told(call.book),
    )


def _estimate(found: Estimate) -> EstimateView:
    return EstimateView(number=found.number, about=found.about)
