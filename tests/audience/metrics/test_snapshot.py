"""What the nightly run counts: what the definition says of hundreds of worlds, however often it runs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.metrics import snapshot
from audience.metrics.tables import MetricSnapshot
from audience.rules import AUDIENCE
from coop.book import Book
from coop.feature_rules import FEATURES, FeatureRules
from tests.audience.factories import with_clauses
from tests.audience.metrics.definition import Measuring, World
from tests.audience.metrics.worlds import Maker
from tests.thorough import much

DAY = timedelta(days=1)
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
NOON = UNTIL + DAY / 2
WORLDS = much(30, 100)
"""Of each set of clauses."""
LENGTHS = ("window", "within", "every")
CLAUSES = [
    # of exchanges: window, within, every; of activity, answers, reach and reports; the step
    ("P28D", "P7D", "P7D", "P28D", "P28D", "P28D", "P84D", 5),
    ("P14D", "P1D", "P1D", "P28D", "P7D", "P2D", "P28D", 5),
    ("P28D", "P3D", "P14D", "P1D", "P56D", "P28D", "P56D", 6),
    ("P56D", "P14D", "P7D", "P56D", "P28D", "P14D", "P14D", 5),
    ("P10D", "P7D", "P3D", "P3D", "P1D", "P60D", "P60D", 7),
    ("P7D", "P28D", "P7D", "P14D", "P28D", "P5D", "P3D", 5),
    ("P28D", "P28D", "P28D", "P7D", "P3D", "P8D", "P1D", 9),
    ("P84D", "P2D", "P1D", "P84D", "P84D", "P84D", "P35D", 5),
    ("P1D", "P1D", "P1D", "P2D", "P2D", "P1D", "P7D", 5),
    ("P35D", "P8D", "P5D", "P10D", "P10D", "P35D", "P182D", 8),
][: much(3, 10)]

Numbers = dict[tuple[str, int, str], int]


def by(book: Book, lengths: tuple[str | int, ...]) -> Book:
    """Return the book as it stands by a line of CLAUSES."""
    *exchanges, activity, answers, reach, reports, step = lengths
    clauses = {f"/metrics/exchanges/{name}": one for name, one in zip(LENGTHS, exchanges, strict=True)}
    clauses |= {
        f"/metrics/{name}/window": one
        for name, one in zip(
            ("activity", "answers", "reach", "reports"), (activity, answers, reach, reports), strict=True
        )
    }
    return with_clauses(with_clauses(book, FEATURES, clauses), AUDIENCE, {"/reach/least_told": step})


def kept(session: Session) -> Numbers:
    rows = session.execute(
        select(
            col(MetricSnapshot.holder),
            col(MetricSnapshot.holder_id),
            col(MetricSnapshot.metric),
            col(MetricSnapshot.value),
        )
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def defined(worlds: list[World], book: Book, until: datetime) -> Numbers:
    rules, step = book.rules(FEATURES, FeatureRules).metrics, snapshot.step(book)
    found: Numbers = {}
    for world in worlds:
        found |= Measuring(world, rules, step, until).all()
    return found


def again(session: Session) -> None:
    """Have the next run count everything, whatever was counted."""
    session.execute(text("DELETE FROM signal_run WHERE job = 'metrics'"))


@pytest.mark.parametrize("lengths", CLAUSES, ids=str)
def test_law_14_numbers_are_what_the_definition_says_of_facts_clauses_and_the_day(
    session: Session, book: Book, lengths: tuple[str | int, ...]
) -> None:
    book, maker = by(book, lengths), Maker(session, UNTIL, Random(str(lengths)))
    worlds = [maker.world() for _ in range(WORLDS)]
    before = kept(session)
    for day in range(2):
        until = UNTIL + day * DAY
        changed = snapshot.refresh(session, book, until + DAY / 3)
        found = kept(session)
        assert found == defined(worlds, book, until)
        assert changed == len(dict(found.items() ^ before.items()))
        again(session)
        assert snapshot.refresh(session, book, until + DAY / 2) == 0, "a doubled run finds the same"
        before = found


def test_the_worlds_hold_something_of_every_metric(session: Session, book: Book) -> None:
    maker = Maker(session, UNTIL, Random(7))
    found = defined([maker.world() for _ in range(WORLDS)], book, UNTIL)
    counted = {(holder, one.name) for holder, all in snapshot.METRICS.items() for one in all if one.counting}
    told = Counter((holder, name) for holder, _, name in found)
    assert told.keys() == counted
    assert min(told.values()) > 3
