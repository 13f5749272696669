"""From the end of a timelock to the first request that the new clause decides.

Each change raises the number of seats of one guild's posts. A post of that guild is full; a member who has
no seat asks for it again and again, and is not shown it until the change is in force.
"""

import math
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.ballots_coop import Change
from bench.instance import HOST
from bench.report import Figures
from bench.wire import Wire

EARLY = timedelta(milliseconds=300)
"""How long before the end of a timelock the member begins to ask."""
PAUSE_S = 0.002
PATIENCE = timedelta(seconds=20)


class Disobeyed(RuntimeError):
    """A change was obeyed before it was due, or not at all."""


def watch(port: int, changes: Sequence[Change], token: str, ahead: timedelta) -> list[float]:
    """Return, for each change, the seconds from its due moment to the answer that obeys it.

    ``ahead`` is how far the database's clock is ahead of this process's.
    """
    with Wire(HOST, port) as wire:
        return [_obeyed(wire, change, token, ahead) for change in changes]


def figures(delays: list[float]) -> Figures:
    """Return the median, what 95 of 100 do not exceed, and the longest."""
    ordered = sorted(delays)
    return {
        "changes": len(delays),
        "effect_p50_s": round(statistics.median(ordered), 3),
        "effect_p95_s": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3),
        "effect_max_s": round(ordered[-1], 3),
    }


def _obeyed(wire: Wire, change: Change, token: str, ahead: timedelta) -> float:
    path = f"/api/v1/posts/{change.post_id}"
    while (now := datetime.now(UTC) + ahead) < change.due_at + PATIENCE:
        if now < change.due_at - EARLY:
            time.sleep((change.due_at - EARLY - now).total_seconds())
            continue
        status, _ = wire.ask("GET", path, token)
        late = (datetime.now(UTC) + ahead - change.due_at).total_seconds()
        if status == 200:
            if late < 0:
                raise Disobeyed(f"post {change.post_id} was shown {-late:.3f} s before the change was due")
            return late
        time.sleep(PAUSE_S)
    raise Disobeyed(f"post {change.post_id} was not shown within {PATIENCE.seconds} s of the change")
