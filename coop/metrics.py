"""Metrics: what can be measured of the cooperative, by name, so that a vote can bind a change to it.

Pure: the names and what they mean. What measures each stands in the room that knows the numbers and is wired
in ``app.py``. Law 7: a number that speaks of fewer people than ``hidden_below`` is None; so is one with
nothing to go by. Nought speaks of nobody, and is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from coop.book import COOP

DAY = timedelta(days=1)
STEP = Decimal("0.001")
"""What measures are rounded to."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured over a length of time."""

    name: str
    meaning: str
    """In words: "posts a day"."""
    unit: str
    grows: bool = False
    """Whether more time can only make it larger: it is divided by the whole length from the beginning."""


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("posts", "posts a day", "posts", grows=True),
        Metric("authors", "members who posted", "members", grows=True),
        Metric("views", "first views of posts a day", "views", grows=True),
        Metric("viewers", "members who were shown a post", "members", grows=True),
        Metric("replies", "replies a day", "replies", grows=True),
        Metric("replies_per_post", "replies for each post that was made", "replies"),
        Metric("small_authors", "share of views that went to authors with few viewers", "%"),
        Metric("joined", "members who joined, a day", "members", grows=True),
        Metric("left", "members who left, a day", "members", grows=True),
        Metric("turnout", "share of those on the rolls who voted, in votes that were counted", "%"),
    )
}
"""Every metric by its name."""


@dataclass(frozen=True, slots=True)
class Span:
    """Of whom and when something is measured: ``since <= event < until``."""

    since: datetime
    until: datetime
    length: timedelta
    """What a day's number is the mean over; longer than the span where that has not run its length yet."""
    hidden_below: int
    """Fewer people than this are not told of."""
    scope: str = COOP

    @property
    def days(self) -> Decimal:
        """The days of :attr:`length`."""
        return Decimal(self.length // timedelta(microseconds=1)) / Decimal(DAY // timedelta(microseconds=1))

    @property
    def guild(self) -> str | None:
        """The slug of the guild that it is about; None for all of the coop."""
        return None if self.scope == COOP else self.scope.partition(":")[2]


def told(value: Decimal, people: int, span: Span) -> Decimal | None:
    """Return a value as it may be told, rounded to thousandths: None where it speaks of too few people."""
    if 0 < people < span.hidden_below:
        return None
    return value.quantize(STEP, ROUND_HALF_EVEN)


def share(part: int, whole: int) -> Decimal:
    """Return ``part ÷ whole`` as a percentage; ``whole`` is not nought."""
    return Decimal(100 * part) / Decimal(whole)
