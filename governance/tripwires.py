"""Tripwires: measures and bounds that a change carries, and that undo it once they are crossed.

Pure. A tripwire is ``{"metric": …, "window_days": …, "min": …, "max": …}`` with either bound or both. It is
agreed together with the change, so a ballot binds to it. The window reaches back from the moment of a
reading, though never to before the change took force. A lower bound, and whatever does not only grow, is
read once the change has been in force for a whole window; what only grows may cross its upper bound sooner.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from coop.errors import Fault
from coop.metrics import METRICS, Metric, Span
from governance.patch import LARGEST

LONGEST_WINDOW = 90
"""In days, as the rest."""
MOST = 5
"""Tripwires of one change."""


@dataclass(frozen=True, slots=True)
class Tripwire:
    """One measure with its bounds."""

    metric: Metric
    window: timedelta
    least: Decimal | None
    most: Decimal | None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Return the tripwire that was agreed as JSON, once :func:`check` has found nothing wrong in it."""
        least, most = (
            None if told.get(name) is None else Decimal(str(told[name])) for name in ("min", "max")
        )
        return cls(METRICS[told["metric"]], timedelta(days=told["window_days"]), least, most)

    def span(self, enacted_at: datetime, now: datetime, scope: str, hidden_below: int) -> Span:
        """Return what a reading at ``now`` measures."""
        since = max(enacted_at, now - self.window)
        return Span(since, now, self.window, hidden_below, scope)

    def crossed(self, value: Decimal | None, span: Span) -> str | None:
        """Return how a reading crosses a bound, in words; None where it does not, or cannot be told yet."""
        if value is None:
            return None
        whole = span.until - span.since >= self.window
        if self.most is not None and value > self.most and (whole or self.metric.grows):
            return f"{self._read(value)} where at most {_plain(self.most)} had been agreed."
        if self.least is not None and value < self.least and whole:
            return f"{self._read(value)} where at least {_plain(self.least)} had been agreed."
        return None

    def within(self, value: Decimal) -> bool:
        """Say whether a value keeps both bounds."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def _read(self, value: Decimal) -> str:
        days = self.window // timedelta(days=1)
        return f"Over {days} {'day' if days == 1 else 'days'}, {self.metric.meaning}: {_plain(value)},"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def check(tripwires: Iterable[Any]) -> list[Fault]:
    """Return what is wrong with tripwires as they were drafted; each pointer is into the draft."""
    listed = list(tripwires)
    if len(listed) > MOST:
        return [Fault("/tripwires", f"A change has {MOST} tripwires at the most.")]
    return [fault for index, one in enumerate(listed) for fault in _check_one(one, f"/tripwires/{index}")]


def _check_one(told: Any, at: str) -> list[Fault]:
    if not isinstance(told, dict) or told.keys() - {"metric", "window_days", "min", "max"}:
        return [Fault(at, "A tripwire has metric, window_days and min or max, and nothing else.")]
    faults = []
    if not isinstance(told.get("metric"), str) or told["metric"] not in METRICS:
        faults.append(Fault(f"{at}/metric", f"Use one of {', '.join(METRICS)}."))
    days = told.get("window_days")
    if type(days) is not int or not 1 <= days <= LONGEST_WINDOW:
        faults.append(Fault(f"{at}/window_days", f"A window is 1 to {LONGEST_WINDOW} whole days."))
    bounds = {name: told[name] for name in ("min", "max") if name in told}
    wrong = [name for name, bound in bounds.items() if not _is_bound(bound)]
    faults += [Fault(f"{at}/{name}", "A bound is a number that is not below nought.") for name in wrong]
    if not bounds:
        faults.append(Fault(at, "A tripwire has a bound: min, max or both."))
    elif not wrong and len(bounds) == 2 and bounds["min"] > bounds["max"]:
        faults.append(Fault(f"{at}/min", "Nothing lies between this min and this max."))
    return faults


def _is_bound(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST
