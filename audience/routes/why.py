"""Why a post is shown or not opened, over HTTP: audience, limits and score, each with the clause behind."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from audience import why, why_closed
from audience.feeds.named import recipe_of
from audience.feeds.ranking import Term
from audience.feeds.rules import SignalName, SlotName
from audience.feeds.sliders import Weighing
from audience.rules import AtTime
from audience.why import Limit, Narrowed
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound
from coop.receipts import Citation

api = Api("why")


@dataclass(slots=True)
class ScoreView:
    """How a post comes by its score."""

    score: int
    """In billionths: exactly the sum of the contributions."""
    terms: list[Term]
    """Without those of signals that add nothing."""


@dataclass(slots=True)
class WeighedView(ScoreView):
    """What a profile makes of a post."""

    profile: str
    weights: dict[SignalName, Weighing]
    """By signal, the weight that a term's value was multiplied by, in thousandths as all weights are."""


class LimitView(BaseModel):
    """One limit that holds for a post."""

    name: str
    """``seats`` (viewers), ``arrivals`` (strangers a minute), ``burst`` (strangers at once), ``replies``,
    ``replies_each`` (of one member), ``replies_gap_s`` (seconds between two of one member),
    ``replies_watched_min`` (percent of it to be watched or read first), ``replies_until`` (a duration from
    when it was published) or ``replies_at_time`` (who answers at a moment of it; ``on`` is whoever may)."""
    value: int | timedelta | AtTime | None
    """None where it is open."""
    clause: Citation | None
    """The clause that set it; none where the author did."""


class NarrowedView(BaseModel):
    """A layer of a post's audience whose time has come."""

    at: str
    """JSON Pointer of the layer in the document; layers added by hand are counted on after the planned."""
    since: datetime
    age: timedelta | None
    """The age that it waited for; none besides ``seats_pct`` where you added it by hand."""
    seats_pct: int | None
    """Percent of the seats that it waited for."""
    sets: list[str]
    """What it says something of: ``see``, ``read``, ``seats``, ``arrivals``, ``interact`` or ``replies``."""


class WhyView(BaseModel):
    """Why you see a post."""

    because: list[str]
    """Each reason would be enough."""
    seat: bool
    """Whether you hold a seat; an author needs none."""
    taken: int | None
    """At least so many seats are taken; told to the author alone, and none where they are too few."""
    narrowed: list[NarrowedView]
    """Why a post of your own went no further: the layers that were reached, the earliest first."""
    limits: list[LimitView]
    feed: WeighedView
    """What a profile would give it now."""
    rank: int | None
    """Its place, from 1, on the page that the profile would make now; none where it would not be there."""
    slot: SlotName | None
    """``discovery`` or ``bridging`` where only the places kept for such authors would bring it there."""
    rank_without: dict[str, int | None]
    """By signal: the place that it would have without that signal; none where it would not be there."""
    receipts: list[Citation]
    """Every clause that the score and the place rest on: weights, the reach of sliders that are turned, the
    numbers inside the signals that add anything, and the kept places that brought it."""


class WhyClosedView(BaseModel):
    """Why you may know of a post and not open it."""

    because: list[str]
    """Each reason would be enough: to know of it, or to open it where nothing but its seats keeps you out."""
    closed: str
    """Why you may not open it."""
    limits: list[LimitView]
    """Its ``seats``, where they are what keeps you out."""
    receipts: list[Citation]
    """Every clause that it rests on; none where all of it is as its author chose."""


class WhyQuery(BaseModel):
    """Under which recipe to explain."""

    profile: str | None = Field(default=None, max_length=30)
    """A profile of the ``feeds`` policy, ``own:`` one of yours, or ``default``. Where none is named it is the
    voted one that delivered the post to you, else your default."""


@api.get("/posts/<id:post_id>/why")
def explain_post(call: Call, post_id: int, query: WhyQuery) -> WhyView | WhyClosedView:
    """Ask why you see a post: its audience, its limits with the votes behind them, and its score.

    Of one that you may know of and not open you are told why, and by whose rule.
    """
    asked = None
    if query.profile is not None:
        asked = recipe_of(call.session, call.member, call.book, query.profile)
    try:
        found = why.explain(call.session, call.member, call.book, post_id, asked, call.now)
    except NotFound:
        return explain_door(call, post_id)
    return WhyView(
        because=found.because,
        seat=found.seat,
        taken=found.taken,
        narrowed=[narrowed_view(one) for one in found.narrowed],
        limits=[limit_view(one) for one in found.limits],
        feed=WeighedView(
            profile=found.profile,
            score=found.made.score,
            terms=found.made.terms,
            weights=dict(found.made.weighings),
        ),
        rank=found.made.rank,
        slot=found.made.slot,
        rank_without=found.made.rank_without,
        receipts=found.receipts,
    )


def explain_door(call: Call, post_id: int) -> WhyClosedView:
    """Return why a post that was not opened to whoever asks is not; raise NotFound without a door."""
    found = why_closed.explain(call.session, call.member, call.book, post_id, call.now)
    return WhyClosedView(
        because=found.because,
        closed=found.closed,
        limits=[limit_view(one) for one in found.limits],
        receipts=found.receipts,
    )


def limit_view(limit: Limit) -> LimitView:
    """Return a limit as the API shows it."""
    return LimitView(name=limit.name, value=limit.value, clause=limit.clause)


def narrowed_view(narrowed: Narrowed) -> NarrowedView:
    """Return a layer that was reached as the API shows it."""
    return NarrowedView(
        at=narrowed.at,
        since=narrowed.since,
        age=narrowed.age,
        seats_pct=narrowed.seats_pct,
        sets=narrowed.sets,
    )
