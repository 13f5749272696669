"""Reviews: what a change was forecast to do, beside what was seen after it took force.

A review falls due when the vote had agreed to. It measures as many days before the change as after it, and
sets the change that was seen beside the one that the rehearsal had forecast, where it had forecast one. It
says what cannot be compared, and decides nothing. Law 14: it is dated, and measured, at the moment it fell
due, so a late job finds the same. Law 7: what speaks of too few people is left out, as in the rehearsal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col

from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.ledger import append, stamp
from coop.measures import Measure
from coop.metrics import METRICS, STEP, Span
from coop.policies import Books
from governance import cases
from governance.case import Case
from governance.chosen import patch_of
from governance.deliberation.rules import NAME, DeliberationRules
from governance.facts import State
from governance.rehearsal.changes import Change
from governance.rehearsal.tables import Rehearsal
from governance.tables import Proposal

VERSION = 1
"""Of the document's form."""

FORECASTS = {"views": "views", "posts": "posts", "replies": "replies", "joined": "joined"}
"""What a rehearsal counts, by name → the metric that it forecasts a change of."""

NO_PROOF = "Other things have happened in the same time: that something changed does not say why."
NOT_REHEARSED = "It was not rehearsed, so nothing had been forecast."
BETWEEN = "Its number lies between the two that were rehearsed, so nothing had been forecast of it."
NOTHING_TO_COMPARE = "The rehearsal forecast nothing that is measured."


def review_due(database: Database, books: Books, clock: Clock, measures: Mapping[str, Measure]) -> int:
    """Make every review that is due, one a transaction, and return how many were made.

    Any number of workers may run this at once, late, or twice.
    """
    with database.begin() as session:
        waiting = [case.id for case in _waiting(session, clock.now(session))]
    return one_by_one(
        database,
        "reviews",
        reversed(waiting),
        lambda session, one: _review_one(session, books, one, clock, measures),
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A review that was made."""

    at: datetime
    """When it fell due."""
    review: dict[str, Any]


def last(session: Session, proposal_id: int) -> Made | None:
    """Return the newest review of a proposal, if there is one."""
    reviewed = select(col(Proposal.reviewed_at), col(Proposal.review)).where(col(Proposal.id) == proposal_id)
    row = session.execute(reviewed).one()
    return None if row.reviewed_at is None else Made(row.reviewed_at, row.review)


def _waiting(session: Session, now: datetime) -> list[Case]:
    since = func.coalesce(col(Proposal.renewed_at), col(Proposal.enacted_at))
    due_at = since + func.make_interval(0, 0, 0, 0, 0, 0, col(Proposal.review_after))
    unmade = or_(col(Proposal.reviewed_at).is_(None), col(Proposal.reviewed_at) < due_at)
    found = cases.find(session, now, *cases.WATCHED, due_at <= now, unmade)
    return [case for case in found if case.stage.state is State.IN_FORCE]


def _review_one(
    session: Session, books: Books, proposal_id: int, clock: Clock, measures: Mapping[str, Measure]
) -> bool:
    if not cases.lock(session, proposal_id, skip_locked=True):
        return False
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    made, at = last(session, proposal_id), case.review_at
    if case.stage.state is not State.IN_FORCE or at is None or at > now or (made and made.at >= at):
        return False
    review = document(session, books, case, at, measures)
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(review=review, reviewed_at=at))
    append(session, "proposal.reviewed", {"proposal": str(case.id), "at": stamp(at), "review": review}, now)
    return True


def document(
    session: Session, books: Books, case: Case, at: datetime, measures: Mapping[str, Measure]
) -> dict[str, Any]:
    """Return the review of a change in force, as it falls due at ``at``; its numbers are text."""
    enacted_at = case.facts.enacted_at or at
    rules = books.current(session).rules(NAME, DeliberationRules).rehearsals
    length = min(timedelta(days=rules.days), at - enacted_at)
    after = Span(at - length, at, length, rules.hidden_below, case.scope)
    before = replace(after, since=enacted_at - length, until=enacted_at)
    report = _report(session, case)
    forecast = {} if report is None else forecasts(report)
    metrics = list(_metrics(session, before, after, forecast, measures))
    compared = [one for one in metrics if one["missed_by"] is not None]
    limits = [] if compared else [_why_not(case, report)]
    return {
        "version": VERSION,
        "at": stamp(at),
        "before": {"since": stamp(before.since), "until": stamp(before.until)},
        "after": {"since": stamp(after.since), "until": stamp(after.until)},
        "rehearsal_sha256": case.rehearsal_sha256,
        "forecast": [] if report is None else report["summary"],
        "metrics": metrics,
        "limits": [*limits, NO_PROOF],
    }


def _metrics(
    session: Session,
    before: Span,
    after: Span,
    forecast: Mapping[str, Decimal],
    measures: Mapping[str, Measure],
) -> Iterator[dict[str, Any]]:
    for name, metric in METRICS.items():
        was, became = measures[name](session, before), measures[name](session, after)
        seen = None if was is None or became is None else change(was, became)
        expected = forecast.get(name)
        missed = None if seen is None or expected is None else abs(seen - expected)
        yield {
            "metric": name,
            "meaning": metric.meaning,
            "unit": metric.unit,
            "before": _text(was),
            "after": _text(became),
            "change": _text(seen),
            "forecast": _text(expected),
            "missed_by": _text(missed),
        }


def _why_not(case: Case, report: Mapping[str, Any] | None) -> str:
    """Say why nothing that was forecast can be compared with what was seen."""
    if report is not None:
        return NOTHING_TO_COMPARE
    return NOT_REHEARSED if case.rehearsal_sha256 is None else BETWEEN


def _report(session: Session, case: Case) -> dict[str, Any] | None:
    """Return the report on the change that was chosen, of those that the ballots were bound to, if any."""
    if case.rehearsal_sha256 is None:
        return None
    row = session.execute(
        select(col(Proposal.patch), col(Proposal.base_sha256)).where(col(Proposal.id) == case.id)
    ).one()
    chosen = patch_of(case.method, case.options, row.patch, case.facts.tally)
    change = Change(case.scope, case.kind, chosen, row.base_sha256)
    found: dict[str, Any] | None = session.execute(
        select(col(Rehearsal.report)).where(
            col(Rehearsal.proposal_id) == case.id, col(Rehearsal.patch_sha256) == change.sha256
        )
    ).scalar_one_or_none()
    return found


def forecasts(report: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the change in percent that a rehearsal's report forecasts, by metric.

    What the report leaves out, because it speaks of too few people, is forecast by nobody.
    """
    found = {}
    for measure in report["measures"]:
        name, total = FORECASTS.get(measure["name"]), measure["total"]
        if name is None or None in total.values():
            continue
        was, lost, gained = (Decimal(total[column]) for column in ("before", "lost", "gained"))
        expected = change(was, was - lost + gained)
        if expected is not None:
            found[name] = expected
    return found


def change(before: Decimal, after: Decimal) -> Decimal | None:
    """Return by how many percent something changed, in thousandths; None where there was nothing."""
    return (100 * (after - before) / before).quantize(STEP) if before else None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
