# ruff: noqa: S608 - the statements are put together from constants
"""The snapshot of metrics: counted each night, and kept as it may be told.

Law 14: a number is a function of facts, clauses and the day before which all was counted (``as_of``). A run
counts everything anew; one that comes late counts as of the same day, one that comes twice finds the day
counted, and where a vote has changed a clause the next run counts the same day again by it.

Only rows that changed are written. What is sorted or hashed on the way spills to disk beyond
:data:`MEMORY`, so a run takes as much memory for many members as for few.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from audience.feeds import runs
from audience.metrics import of_guilds, of_members
from audience.metrics.facts import gathered
from audience.metrics.metric import Holder, Metric
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.feature_rules import FEATURES, FeatureRules

JOB = "metrics"
MEMORY = "32MB"
"""What one sort may hold, and half of what one hash may (``hash_mem_multiplier``)."""

METRICS: Mapping[Holder, tuple[Metric, ...]] = {"member": of_members.METRICS, "guild": of_guilds.METRICS}
"""All metrics, by the kind of their holders."""

_HOLDERS: Mapping[Holder, str] = {
    "member": "SELECT id FROM member WHERE left_at IS NULL",
    "guild": "SELECT id FROM guild",
}
"""Of whom numbers are kept."""

_ROOMY = text("SELECT set_config('work_mem', :memory, true)")


def _keeping(holder: Holder, metric: Metric) -> TextClause:
    """Return the statement that counts a metric, keeps what has changed and says how many numbers have.

    Of the number that was counted the steps are kept that it reaches. Old and new are compared by a full
    join, because that is a hash or a merge however few rows the planner expects.
    """
    return text(f"""
WITH found AS MATERIALIZED (
  SELECT holder_id, value - value % :step AS value
  FROM ({metric.counting}) AS counted JOIN ({_HOLDERS[holder]}) AS holding(id) ON id = holder_id
  WHERE value >= :step
), known AS (
  SELECT holder_id, value FROM metric_snapshot WHERE holder = :holder AND metric = :metric
), different AS MATERIALIZED (
  SELECT holder_id, found.value FROM found FULL JOIN known USING (holder_id)
  WHERE found.value IS DISTINCT FROM known.value
), gone AS (
  DELETE FROM metric_snapshot
  WHERE holder = :holder AND metric = :metric
    AND holder_id = ANY(ARRAY(SELECT holder_id FROM different WHERE value IS NULL))
  RETURNING holder_id
), changed AS (
  INSERT INTO metric_snapshot (holder, holder_id, metric, value, as_of)
  SELECT :holder, holder_id, :metric, value, :as_of FROM different WHERE value IS NOT NULL ORDER BY holder_id
  ON CONFLICT (holder, holder_id, metric) DO UPDATE SET value = excluded.value, as_of = excluded.as_of
  RETURNING holder_id
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM changed)
""")


_KEPT = [
    (holder, metric, _keeping(holder, metric))
    for holder, metrics in METRICS.items()
    for metric in metrics
    if metric.counting is not None
]


def until(now: datetime) -> datetime:
    """Return the end of the last whole day (UTC) all of whose facts are on record at a moment.

    Just after midnight that is the day before: a transaction that was begun before it may be under way.
    """
    return datetime.combine((now - runs.UNDER_WAY).astimezone(UTC), time(), UTC)


def basis(book: Book) -> dict[str, Any]:
    """Return the clauses by which everything is counted."""
    rules = book.rules(FEATURES, FeatureRules).metrics
    return {"metrics": rules.model_dump(mode="json"), "step": step(book)}


def step(book: Book) -> int:
    """Return in which steps a number goes that its holder cannot count."""
    return book.rules(AUDIENCE, AudienceRules).reach.least_told


def refresh(session: Session, book: Book, now: datetime) -> int:
    """Count all metrics as of the day that ``now`` is in, unless they are, and keep them.

    Return how many numbers changed, or 0 where another worker is at it.
    """
    if not runs.alone(session, JOB):
        return 0
    ended, clauses = until(now), basis(book)
    counted = runs.until(session, JOB, clauses)
    if counted is not None and counted >= ended:
        return 0
    rules = book.rules(FEATURES, FeatureRules).metrics
    session.connection().execute(_ROOMY, {"memory": MEMORY})
    changed = 0
    with gathered(session, rules, ended):
        for holder, metric, keeping in _KEPT:
            bound = {
                "holder": holder,
                "metric": metric.name,
                "step": clauses["step"] if metric.in_steps else 1,
                "since": ended - metric.window(rules),
                "until": ended,
                "as_of": ended.date(),
            }
            changed += int(session.execute(keeping, bound).scalar_one())
    runs.ran(session, JOB, clauses, ended)
    return changed
