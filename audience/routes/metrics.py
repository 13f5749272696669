"""Metrics over HTTP: what is measured of oneself, and of a guild that one belongs to."""

from datetime import date

from pydantic import BaseModel

from audience.metrics import reading
from audience.metrics.reading import Readings
from coop.api import Api
from coop.call import Call
from coop.receipts import Citation

api = Api("metrics")


class MetricReadingView(BaseModel):
    """One metric."""

    name: str
    """The word for it in the conditions of features."""
    meaning: str
    value: int | None
    """None where it was not counted yet by the clauses in force. In steps it is "at least so many", and 0 is
    fewer than one step, or none."""
    in_steps: bool
    """Whether it goes by steps of the clause ``/reach/least_told``, so that it speaks of no single person."""
    window: Citation | None
    """The clause that says how far back it counts, as a duration; none where it counts what there is."""
    clauses: list[Citation]
    """The other clauses by which it is counted."""


class MetricReadings(BaseModel):
    """What is measured, by which features are gained and lost. It says nothing of who is behind a number."""

    as_of: date | None
    """Everything before this day (UTC) is counted; none until the first run by the clauses in force."""
    items: list[MetricReadingView]


@api.get("/me/metrics")
def read_own_metrics(call: Call) -> MetricReadings:
    """Read what is measured of you, as of when, and by which clauses; only posts for every member count."""
    return _view(reading.of_member(call.session, call.member, call.book))


@api.get("/guilds/<slug>/metrics")
def read_guild_metrics(call: Call, slug: str) -> MetricReadings:
    """Read what is measured of a guild of yours; posts made in it count that all of its members may read."""
    return _view(reading.of_guild(call.session, call.member, call.book, slug))


def _view(found: Readings) -> MetricReadings:
    return MetricReadings(
        as_of=found.as_of,
        items=[
            MetricReadingView(
                name=one.metric.name,
                meaning=one.metric.meaning,
                value=one.value,
                in_steps=one.metric.in_steps,
                window=one.window,
                clauses=list(one.clauses),
            )
            for one in found.items
        ],
    )
