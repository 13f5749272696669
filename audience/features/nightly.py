"""The nightly round of features: every holder's numbers against every feature's terms, once for each day.

Law 14: what comes of a night is a function of the holdings before it, the numbers of its day and the clauses.
A run that comes late finds the numbers of the same day, one that comes twice finds the day done, and where a
vote has changed a clause the next run asks the same numbers again by it. A grace that is over was over at its
moment, whenever a run comes to write it down.

The numbers are read in one statement for each kind of holder, asked as generated Python (``coop/cel``), and
what has changed is written in one statement for each sort of change: no query for a single holder.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from audience.features import telling
from audience.features.conditions import FeatureConditions, conditions
from audience.feeds import runs
from audience.metrics import snapshot
from coop import feature_grants
from coop.book import Book
from coop.feature_grants import Key
from coop.feature_rules import FEATURES, FeatureRules
from coop.feature_state import Changed, State, after, ended
from coop.holdings import HOLDERS, Holder

JOB = "features"
AT_ONCE = 5000
"""Holders whose numbers are held at one time."""

_NUMBERS = """
SELECT holding.id, holding.since, numbers
FROM ({holding}) AS holding
LEFT JOIN (
  SELECT holder_id, json_object_agg(metric, value) AS numbers
  FROM metric_snapshot WHERE holder = :holder GROUP BY holder_id
) AS counted ON holder_id = holding.id
"""
_OF: dict[Holder, Any] = {
    "member": text(
        _NUMBERS.format(holding="SELECT id, joined_at AS since FROM member WHERE left_at IS NULL")
    ),
    "guild": text(_NUMBERS.format(holding="SELECT id, founded_at AS since FROM guild")),
}


class Measured(NamedTuple):
    """One holder with its numbers."""

    id: int
    facts: dict[str, int]
    """Every metric by its name."""


def basis(book: Book) -> dict[str, Any]:
    """Return the clauses by which features are gained and lost, those of the metrics among them."""
    rules = book.rules(FEATURES, FeatureRules)
    offered = {name: one.model_dump(mode="json") for name, one in rules.features.items()}
    return {**snapshot.basis(book), "features": offered}


def refresh(session: Session, book: Book, now: datetime) -> int:
    """Carry out the night whose numbers are counted, unless it was; return how many holdings changed.

    Nothing is done while there are no numbers by the clauses in force, or another worker is at it.
    """
    if not runs.alone(session, JOB):
        return 0
    counted, clauses = runs.until(session, snapshot.JOB, snapshot.basis(book)), basis(book)
    if counted is None:
        return 0
    done = runs.until(session, JOB, clauses)
    if done is not None and done >= counted:
        return 0
    changed = 0
    version = book.policies["coop", FEATURES].number
    for holder in HOLDERS:
        changes = list(round_of(session, book, holder, counted))
        feature_grants.write(session, holder, changes, version)
        telling.tell(session, book, holder, changes, counted, now)
        changed += len(changes)
    runs.ran(session, JOB, clauses, counted)
    return changed


def round_of(session: Session, book: Book, holder: Holder, at: datetime) -> Iterator[tuple[Key, Changed]]:
    """Yield what changes for holders of one kind by the numbers as of ``at``, and write nothing."""
    asked, before = conditions(book, holder), feature_grants.states(session, holder)
    for one in measured(session, holder, at):
        yield from moved(asked, before, one, at)
    # Whoever was not among them has left; a feature that is not offered any more is nobody's.
    for key, state in before.items():
        yield key, ended(state, at, "gone" if key[0] in asked.offered else "clause")


def moved(
    asked: FeatureConditions, before: dict[Key, State], one: Measured, at: datetime
) -> Iterator[tuple[Key, Changed]]:
    """Yield what changes for one holder, taking its states out of those before that were looked at."""
    met = asked.met(one.facts)
    for name, terms in asked.offered.items():
        state = before.pop((name, one.id), None)
        if name not in met:
            continue
        grace = timedelta(days=terms.grace_days)
        changed = after(state, met[name], at, grace=grace, expires=terms.expires)
        if changed.anything:
            yield (name, one.id), changed


def measured(session: Session, holder: Holder, at: datetime) -> Iterator[Measured]:
    """Yield every holder of one kind with the numbers that were last counted; days are as of ``at``."""
    names = [one.name for one in snapshot.METRICS[holder] if one.counting is not None]
    days = next(one.name for one in snapshot.METRICS[holder] if one.counting is None)
    statement = _OF[holder].execution_options(yield_per=AT_ONCE)
    for number, since, numbers in session.connection().execute(statement, {"holder": holder}):
        facts = dict.fromkeys(names, 0)
        facts.update(numbers or {})
        facts[days] = max(0, (at - since).days)
        yield Measured(number, facts)
