"""Reading metrics: what a holder is told of its own, and what it is decided by.

Law 7: a member is told of themself, and of a guild whoever belongs to it; whoever else asks is told what one
who asks for no guild is told. Nobody is told who is behind a number. Between a vote on the clauses and the
run after it there are no numbers, for those of before go by other clauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.feeds import runs
from audience.metrics import snapshot
from audience.metrics.metric import Holder, Metric
from audience.metrics.tables import MetricSnapshot
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import NotFound
from coop.feature_rules import FEATURES, FeatureRules
from coop.identity import Identity
from coop.names import normal
from coop.receipts import Citation
from coop.tables import Guild

LEAST_TOLD = "/reach/least_told"


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric of one holder."""

    metric: Metric
    value: int | None
    """None where it is not counted yet by these clauses."""
    window: Citation | None
    """The clause that says how far back it counts; None where it counts what there is."""
    clauses: tuple[Citation, ...]
    """The other clauses by which it is counted."""


@dataclass(frozen=True, slots=True)
class Readings:
    """All metrics of one holder."""

    as_of: date | None
    """The day (UTC) before which everything is counted; None where it is not counted yet by these clauses."""
    items: tuple[Reading, ...]


def of_member(session: Session, member: Identity, book: Book) -> Readings:
    """Return a member's own metrics."""
    return _readings(session, book, "member", member.member_id, member.joined_at)


def of_guild(session: Session, member: Identity, book: Book, slug: str) -> Readings:
    """Return the metrics of a guild that the member belongs to; raise NotFound for any other."""
    found = session.execute(
        select(col(Guild.id), col(Guild.founded_at)).where(col(Guild.slug) == normal(slug))
    ).one_or_none()
    if found is None or found.id not in member.guilds:
        raise NotFound
    return _readings(session, book, "guild", found.id, found.founded_at)


def numbers(
    session: Session, book: Book, holder: Holder, holder_id: int, since: datetime
) -> tuple[date | None, Mapping[str, int]]:
    """Return the day as of which a holder's metrics are counted, and each of them by its name.

    ``since`` is when the holder began. Where they are not counted yet by the clauses in force there is no day
    and no number.
    """
    ended = runs.until(session, snapshot.JOB, snapshot.basis(book))
    if ended is None:
        return None, {}
    rows = session.execute(
        select(col(MetricSnapshot.metric), col(MetricSnapshot.value)).where(
            col(MetricSnapshot.holder) == holder, col(MetricSnapshot.holder_id) == holder_id
        )
    )
    kept: dict[str, int] = {row.metric: row.value for row in rows}
    days = max(0, (ended - since).days)
    found = {
        metric.name: days if metric.counting is None else kept.get(metric.name, 0)
        for metric in snapshot.METRICS[holder]
    }
    return ended.date(), found


def _readings(session: Session, book: Book, holder: Holder, holder_id: int, since: datetime) -> Readings:
    as_of, found = numbers(session, book, holder, holder_id, since)
    return Readings(
        as_of, tuple(_reading(book, one, found.get(one.name)) for one in snapshot.METRICS[holder])
    )


def _reading(book: Book, metric: Metric, value: int | None) -> Reading:
    pointers = metric.clauses(book.rules(FEATURES, FeatureRules).metrics)
    cited = [book.cite(FEATURES, pointer) for pointer in pointers]
    steps = [book.cite(AUDIENCE, LEAST_TOLD)] if metric.in_steps else []
    return Reading(metric, value, cited[0] if cited else None, (*cited[1:], *steps))
