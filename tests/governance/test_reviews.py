"""Reviews: what was forecast beside what was seen."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from app import MEASURES
from coop.book import Book
from coop.measures import Measure
from coop.metrics import METRICS, Span
from coop.policies import Books
from coop.rehearsal import Cell, Change, Rehearsing, Report
from coop.rehearsal import Measure as MeasureFound
from governance import reviews
from governance.drafts import Draft
from governance.facts import State
from governance.rehearsal import changes
from governance.rehearsal.tables import Rehearsal
from governance.tables import Proposal
from tests.governance.assembly import CLASS_A, MOMENT, START, Assembly
from tests.governance.changes import DAY, in_force, setting, told
from tests.governance.contesting import contest, number

REVIEW = 60 * DAY


def steady(views: Callable[[Span], int]) -> dict[str, Measure]:
    """Measures of which views read this, and all else reads nothing."""

    def measure(session: Session, span: Span) -> Decimal | None:
        return Decimal(views(span))

    def nothing(session: Session, span: Span) -> Decimal | None:
        return None

    found: dict[str, Measure] = dict.fromkeys(METRICS, nothing)
    return found | {"views": measure}


def review(assembly: Assembly, measures: dict[str, Measure] | None = None) -> int:
    return reviews.review_due(assembly.database, assembly.books, assembly.clock, measures or MEASURES)


def of(assembly: Assembly, made: int) -> dict[str, Any]:
    found = reviews.last(assembly.session, made)
    assert found is not None
    return found.review


def row_of(found: dict[str, Any], metric: str) -> dict[str, Any]:
    row: dict[str, Any] = next(one for one in found["metrics"] if one["metric"] == metric)
    return row


def rehearsed(assembly: Assembly, made: int, *measures: dict[str, Any]) -> None:
    """Say what the rehearsal of a proposal forecast."""
    proposal = assembly.session.get_one(Proposal, made)
    report = {"measures": list(measures), "summary": ["Of 100 views, 20 would have been turned away."]}
    assembly.session.add(
        Rehearsal(
            id=1,
            proposal_id=made,
            scope="coop",
            kind="media",
            patch=proposal.patch,
            base_sha256=proposal.base_sha256,
            patch_sha256=changes.Change("coop", "media", proposal.patch, proposal.base_sha256).sha256,
            epoch=1,
            seed="s",
            state="done",
            report=report,
            report_sha256="a" * 64,
            asked_at=proposal.created_at,
            done_at=proposal.created_at,
        )
    )
    proposal.rehearsed_at, proposal.rehearsal_sha256 = proposal.created_at, "a" * 64
    assembly.session.flush()


def counted(name: str, **total: int | None) -> dict[str, Any]:
    return {"name": name, "total": total}


def test_a_review_falls_due_when_the_vote_had_agreed(assembly: Assembly) -> None:
    made = in_force(assembly, CLASS_A, review_after=REVIEW)
    due_at = assembly.clock.at + REVIEW
    assembly.go_to(due_at - MOMENT)
    assert review(assembly) == 0
    assert reviews.last(assembly.session, made) is None
    assembly.go_to(due_at + DAY)
    assert [review(assembly) for _ in range(2)] == [1, 0]
    found = reviews.last(assembly.session, made)
    assert found is not None
    assert found.at == due_at
    (event,) = told(assembly, "proposal.reviewed")
    assert (event["proposal"], event["review"]) == (str(made), found.review)


def test_a_review_sets_what_was_seen_beside_what_was_forecast(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_A)
    rehearsed(assembly, made, counted("views", before=100, lost=20, gained=5), counted("full", before=9))
    assembly.carry(made, *["for"] * 5)
    assembly.advance()
    enacted_at = assembly.clock.at
    due_at = assembly.case(made).review_at
    assert due_at is not None
    assembly.go_to(due_at)
    review(assembly, steady(lambda span: 200 if span.until <= enacted_at else 160))
    found = of(assembly, made)
    views = row_of(found, "views")
    assert (views["before"], views["after"]) == ("200", "160")
    assert (views["change"], views["forecast"], views["missed_by"]) == ("-20.000", "-15.000", "5.000")
    assert found["forecast"] == ["Of 100 views, 20 would have been turned away."]
    assert found["limits"] == [reviews.NO_PROOF]
    posts = row_of(found, "posts")
    assert (posts["before"], posts["change"], posts["forecast"]) == (None, None, None)


def fewer(session: Session, asked: Rehearsing) -> Report:
    """A replayer that finds as many views turned away as photos are allowed."""
    photos = asked.after.policies["coop", "media"].data["photos"]["per_day"]
    total = Change(Cell(200, 200), Cell(photos, 50), Cell(0, None))
    return Report({}, (MeasureFound("views", "views", "turned away", "let in", total),))


@pytest.mark.parametrize(
    ("wanted", "said", "forecast", "limit"),
    [
        pytest.param(contest, {"choice": "ranked", "marks": (2,)}, "-50.000", [], id="a choice"),
        pytest.param(
            number, {"choice": "named", "value": Decimal(100)}, None, [reviews.BETWEEN], id="a number between"
        ),
        pytest.param(
            number, {"choice": "named", "value": Decimal(5)}, "-2.500", [], id="an end of the range"
        ),
    ],
)
def test_of_several_changes_the_forecast_is_of_the_one_that_was_chosen(
    assembly: Assembly, wanted: Callable[[Book], Draft], said: Any, forecast: str | None, limit: list[str]
) -> None:
    made = assembly.bring(wanted(assembly.books.current(assembly.session)))
    assembly.rehearse(made, {"media": fewer})
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter in assembly.members:
        assembly.vote(made, voter, **said)
    assembly.go_to(times.due_at)
    assembly.advance()
    due_at = assembly.case(made).review_at
    assert due_at is not None
    assembly.go_to(due_at)
    review(assembly, steady(lambda span: 100))
    found = of(assembly, made)
    assert row_of(found, "views")["forecast"] == forecast
    assert found["limits"] == [*limit, reviews.NO_PROOF]


def test_as_many_days_are_measured_before_the_change_as_after_it(assembly: Assembly) -> None:
    spans = []

    def note(span: Span) -> int:
        spans.append(span)
        return 1

    in_force(assembly, CLASS_A, review_after=10 * DAY)
    enacted_at = assembly.clock.at
    assembly.go_to(enacted_at + 10 * DAY)
    review(assembly, steady(note))
    before, after = spans
    assert (before.since, before.until) == (enacted_at - 10 * DAY, enacted_at)
    assert (after.since, after.until) == (enacted_at, enacted_at + 10 * DAY)
    assert {span.length for span in spans} == {10 * DAY}


def test_a_review_says_what_it_could_not_compare(assembly: Assembly) -> None:
    made = in_force(assembly, CLASS_A, review_after=REVIEW)
    assembly.go_to(assembly.clock.at + REVIEW)
    review(assembly)
    assert of(assembly, made)["limits"] == [reviews.NOT_REHEARSED, reviews.NO_PROOF]


@pytest.mark.parametrize(
    "measure",
    [
        counted("uploads", before=9, lost=1, gained=0),
        counted("views", before=None, lost=None, gained=0),
        counted("views", before=0, lost=0, gained=0),
    ],
)
def test_law_07_what_a_report_leaves_out_or_does_not_count_is_no_forecast(measure: dict[str, Any]) -> None:
    assert reviews.forecasts({"measures": [measure]}) == {}


def test_law_14_a_late_review_is_of_the_moment_at_which_it_fell_due(assembly: Assembly) -> None:
    found = []
    for late in (timedelta(), 30 * DAY):
        point = assembly.session.begin_nested()
        assembly.go_to(START)
        made = in_force(assembly, CLASS_A, review_after=REVIEW)
        assembly.go_to(assembly.clock.at + REVIEW + late)
        review(assembly, steady(lambda span: span.until.toordinal()))
        found.append(of(assembly, made))
        point.rollback()
        assembly.books = Books(assembly.books.kinds)
    assert found[0] == found[1]


def test_what_has_ended_is_not_reviewed_and_what_was_renewed_is_reviewed_again(assembly: Assembly) -> None:
    over = in_force(assembly, setting(small=500), review_after=REVIEW)
    made = in_force(assembly, setting(small=520), review_after=REVIEW)
    assert assembly.state(over) is State.SUPERSEDED
    assembly.go_to(assembly.clock.at + REVIEW)
    assert review(assembly) == 1
    row = assembly.session.get_one(Proposal, made)
    row.renewed_at = assembly.clock.at + DAY
    assembly.session.flush()
    assembly.go_to(row.renewed_at + REVIEW)
    assert review(assembly) == 1
    found = reviews.last(assembly.session, made)
    assert found is not None
    assert found.at == row.renewed_at + REVIEW
