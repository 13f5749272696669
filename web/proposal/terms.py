"""The terms: how long a change stays, when it is looked at again, which measures undo it, and its review."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from governance import reviews, watching
from governance.case import Case
from governance.dossier import Dossier
from governance.reviews import Made
from governance.watching import Reading
from web.proposal.section import Section, Sight

WIDTH = 100
"""Of the picture of a measure, in its own units."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A tripwire with what it read last, and where that lies in its picture."""

    reading: Reading
    least: float | None
    most: float | None
    value: float | None
    holds: bool
    """Whether what was read keeps the bounds."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed beforehand about how a change ends."""

    review_after: timedelta | None
    sunset_after: timedelta | None
    unratified: bool
    """Whether it is an emergency measure that all of us have not ratified."""
    gauges: list[Gauge]
    review: Made | None
    """What it did beside what was forecast, once it was looked at."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the terms; None where none were agreed."""
    session, case, agreed = sight.call.session, sight.case, found.terms
    gauges = [_gauge(one) for one in watching.readings(session, case.id)] if agreed.tripwires else []
    terms = Terms(
        _length(agreed.review_after),
        _length(agreed.sunset_after),
        _is_unratified(case),
        gauges,
        None if case.facts.enacted_at is None else reviews.last(session, case.id),
    )
    if not (terms.review_after or terms.sunset_after or terms.unratified or gauges or terms.review):
        return None
    return Section("terms", "How long it stays", "proposal/terms.html", terms)


def _is_unratified(case: Case) -> bool:
    tally = case.facts.tally
    return case.facts.pace == "emergency" and (tally is None or not tally.passed)


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _gauge(reading: Reading) -> Gauge:
    """Return a tripwire drawn from nought to a little beyond the largest number in it."""
    tripwire, value = reading.tripwire, reading.value
    known = [one for one in (tripwire.least, tripwire.most, value) if one is not None]
    end = max(known) * Decimal("1.25") or Decimal(1)

    def place(number: Decimal | None) -> float | None:
        return None if number is None else round(float(number / end) * WIDTH, 2)

    holds = value is None or tripwire.within(value)
    return Gauge(reading, place(tripwire.least), place(tripwire.most), place(value), holds)
