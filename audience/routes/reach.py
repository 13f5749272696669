"""How far a post went, over HTTP: for its author alone, and in numbers of people only."""

from datetime import datetime

from pydantic import BaseModel

from audience import reach
from audience.routes.audiences import AboutView, about_view
from audience.routes.why import LimitView, NarrowedView, WeighedView, limit_view, narrowed_view
from coop.api import Api
from coop.call import Call
from coop.receipts import Citation

api = Api("reach")


class WayView(BaseModel):
    """One way by which it was delivered, and how many people each stage of it holds."""

    via: str
    """``feed:<profile>``, ``feed:own`` (those that members made), ``post`` (its own address), ``waiting``
    (for a seat), or the kind of page: ``member``, ``guild``, ``tag``, ``place`` or ``search``."""
    candidates: int | None
    """Of a feed: members who opened it since the post was made and are among those for whom it is, without
    those who are named one by one; none for other ways too."""
    about: bool
    """Whether the candidates were worked out from a sample, and may be fewer."""
    served: int | None
    """Members to whom it was delivered this way first."""
    finished: int | None
    """Of those served, who watched or read it to the end."""
    replied: int | None
    """Of those served, who answered."""


class ReachView(BaseModel):
    """How far a post of yours went, and what held it.

    Its stages: eligible, candidates, served, seated, replied. Numbers of people are "at least", in steps of
    the clause, and none where they are smaller, or nobody. So neither this report nor two of them speak of
    one person.
    """

    eligible: AboutView
    """Members for whom it is now."""
    ways: list[WayView]
    """Those of which any number is told."""
    seated: int | None
    """Members to whom it was delivered, all ways together; all of its seats where they are taken."""
    finished: int | None
    """Of those seated, who watched or read it to the end."""
    replied: int | None
    """Of those seated, who answered."""
    full_at: datetime | None
    """When its last seat was taken, where all are."""
    waiting: int | None
    """Members who wait for a seat; 0 where nobody can."""
    narrowed: list[NarrowedView]
    """The layers of its audience that were reached, the earliest first."""
    limits: list[LimitView]
    weighed: list[WeighedView]
    """What every voted feed makes of it for a reader of whom nothing is known."""
    least_told: Citation
    """The clause by which smaller numbers of people are not told."""
    finish: Citation
    """The clause that says how much of its length one has to have watched to have finished it."""


@api.get("/posts/<id:post_id>/reach")
def read_reach(call: Call, post_id: int) -> ReachView:
    """Ask how far a post of your own went, stage by stage: for whom it is, who was served, who answered."""
    found = reach.report(call.session, call.member, call.book, post_id, call.now)
    return ReachView(
        eligible=about_view(found.eligible),
        ways=[
            WayView(
                via=one.via,
                candidates=one.candidates,
                about=one.about,
                served=one.served,
                finished=one.finished,
                replied=one.replied,
            )
            for one in found.ways
        ],
        seated=found.seated,
        finished=found.finished,
        replied=found.replied,
        full_at=found.full_at,
        waiting=found.waiting,
        narrowed=[narrowed_view(one) for one in found.narrowed],
        limits=[limit_view(one) for one in found.limits],
        weighed=[
            WeighedView(profile=one.profile, score=one.score, terms=one.terms, weights=dict(one.weighings))
            for one in found.weighed
        ],
        least_told=reach.least_told(call.book),
        finish=reach.to_finish(call.book),
    )
