"""What a change in force was bound to, over HTTP: its tripwires with their readings, and its review."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from coop.api import Api
from coop.call import Call
from coop.errors import NotFound
from coop.metrics import METRICS, Metric
from governance import cases, reviews, watching
from governance.watching import Reading

api = Api("tripwires")


class MetricView(BaseModel):
    """What a tripwire can measure."""

    name: str
    meaning: str
    unit: str
    grows: bool
    """Whether it may cross an upper bound before its whole window has passed."""


class Metrics(BaseModel):
    """All of them."""

    items: list[MetricView]


class TripwireView(BaseModel):
    """A measure and its bounds, with what it read last."""

    metric: MetricView
    window_days: int
    min: Decimal | None
    max: Decimal | None
    value: Decimal | None
    """None where it was not read yet, had nothing to go by, or speaks of too few people."""
    read_at: datetime | None


class Tripwires(BaseModel):
    """Those that one change carries."""

    items: list[TripwireView]


class ReviewView(BaseModel):
    """What a change was forecast to do, beside what was seen."""

    reviewed_at: datetime
    review: dict[str, Any]


@api.get("/metrics")
def list_metrics(call: Call) -> Metrics:
    """List what a tripwire can measure."""
    return Metrics(items=[_metric(metric) for metric in METRICS.values()])


@api.get("/proposals/<id:proposal_id>/tripwires")
def list_tripwires(call: Call, proposal_id: int) -> Tripwires:
    """List the tripwires of a proposal; one that is crossed while it is in force undoes it."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    return Tripwires(items=[_tripwire(one) for one in watching.readings(call.session, case.id)])


@api.get("/proposals/<id:proposal_id>/review")
def read_review(call: Call, proposal_id: int) -> ReviewView:
    """Read the last review of a change; there is none before it falls due."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    found = reviews.last(call.session, case.id)
    if found is None:
        raise NotFound
    return ReviewView(reviewed_at=found.at, review=found.review)


def _metric(metric: Metric) -> MetricView:
    return MetricView(name=metric.name, meaning=metric.meaning, unit=metric.unit, grows=metric.grows)


def _tripwire(reading: Reading) -> TripwireView:
    tripwire = reading.tripwire
    return TripwireView(
        metric=_metric(tripwire.metric),
        window_days=tripwire.window // timedelta(days=1),
        min=tripwire.least,
        max=tripwire.most,
        value=reading.value,
        read_at=reading.at,
    )
