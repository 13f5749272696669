"""Watching: a tripwire that is crossed reverts a change, or opens its repeal."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from coop.errors import RuleBroken
from coop.measures import Measure
from coop.metrics import METRICS, Span
from governance import proposals, watching
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import Assembly
from tests.governance.changes import (
    DAY,
    FOUNDING,
    MEDIUM,
    PHOTOS,
    SMALL,
    founding_text,
    go_on,
    head,
    in_force,
    said,
    setting,
    told,
    undone,
)
from tests.governance.record import audited

CALM: dict[str, Any] = {"metric": "posts", "window_days": 7, "min": 10, "max": 100}


def reading(value: int | None) -> dict[str, Measure]:
    """Measures of which each reads this."""

    def measure(session: Session, span: Span) -> Decimal | None:
        return None if value is None else Decimal(value)

    return dict.fromkeys(METRICS, measure)


def watch(assembly: Assembly, value: int | None) -> int:
    return watching.watch(assembly.database, assembly.books, assembly.clock, reading(value))


def watched(assembly: Assembly, **clauses: int) -> int:
    return in_force(assembly, setting(**clauses), tripwires=(CALM,))


def test_law_02_a_crossed_tripwire_puts_back_the_very_text_that_stood_before(assembly: Assembly) -> None:
    made = watched(assembly, small=500)
    go_on(assembly, DAY)
    assert watch(assembly, 101) == 1
    assert undone(assembly, made) == (State.REVERTED, assembly.clock.at)
    assert (head(assembly).cause, head(assembly).text) == ("tripwire", founding_text(assembly))
    reason = "Over 7 days, posts a day: 101, where at most 100 had been agreed."
    assert assembly.case(made).undone_reason == reason
    (event,) = told(assembly, "tripwire.crossed")
    assert (event["metric"], event["value"], event["repeal"]) == ("posts", "101", None)
    assert watch(assembly, 101) == 0
    audited(assembly)


@pytest.mark.parametrize("value", [10, 100, 9, None])
def test_inside_its_bounds_or_before_its_window_a_tripwire_does_nothing(
    assembly: Assembly, value: int | None
) -> None:
    made = watched(assembly, small=500)
    go_on(assembly, 6 * DAY)
    assert watch(assembly, value) == 0
    assert assembly.state(made) is State.IN_FORCE
    (read,) = watching.readings(assembly.session, made)
    assert (read.value, read.at) == (value, assembly.clock.at)


def test_a_lower_bound_is_crossed_once_a_whole_window_has_passed(assembly: Assembly) -> None:
    made = watched(assembly, small=500)
    go_on(assembly, 7 * DAY)
    assert watch(assembly, 9) == 1
    assert assembly.state(made) is State.REVERTED


def let_go(assembly: Assembly, made: int) -> None:
    """Let a vote begin without its rehearsal."""
    assembly.session.get_one(Proposal, made).rehearsal_needed = False
    assembly.session.flush()


def opened(assembly: Assembly, made: int) -> list[int]:
    found = select(col(Proposal.id)).where(col(Proposal.target_id) == made).order_by(col(Proposal.id))
    return list(assembly.session.scalars(found))


def test_where_others_have_built_on_it_an_expedited_repeal_is_opened(assembly: Assembly) -> None:
    made = watched(assembly, small=500, medium=1000)
    in_force(assembly, setting(medium=1200))
    assert watch(assembly, 101) == 1
    assert assembly.state(made) is State.IN_FORCE
    (repeal,) = opened(assembly, made)
    case = assembly.case(repeal)
    row = assembly.session.get_one(Proposal, repeal)
    assert (case.facts.pace, case.stage.state, case.author_id) == (
        "expedited",
        State.VERIFICATION,
        assembly.case(made).author_id,
    )
    assert row.rehearsal_needed
    assert row.patch == [{"op": "replace", "path": SMALL, "value": 480}]
    assert MEDIUM in row.rationale
    assert told(assembly, "tripwire.crossed")[0]["repeal"] == str(repeal)
    let_go(assembly, repeal)
    times = assembly.times(repeal)
    assert times.due_at - times.deliberation_at == timedelta(days=3, hours=12)
    assembly.carry(repeal, *["for"] * 5)
    assembly.advance()
    assert undone(assembly, made) == (State.REPEALED, assembly.clock.at)
    assert said(assembly) == FOUNDING | {MEDIUM: 1200}
    audited(assembly)


def test_a_repeal_that_is_open_or_was_voted_down_answers_the_tripwire(assembly: Assembly) -> None:
    made = watched(assembly, small=500, medium=1000)
    in_force(assembly, setting(medium=1200))
    assert [watch(assembly, 101) for _ in range(2)] == [1, 0]
    (repeal,) = opened(assembly, made)
    let_go(assembly, repeal)
    assembly.carry(repeal, *["against"] * 5)
    assembly.advance()
    assert assembly.state(repeal) is State.REJECTED
    assert watch(assembly, 101) == 0
    assert assembly.state(made) is State.IN_FORCE


def test_a_repeal_that_its_author_took_back_is_opened_again(assembly: Assembly) -> None:
    made = watched(assembly, small=500, medium=1000)
    in_force(assembly, setting(medium=1200))
    watch(assembly, 101)
    (repeal,) = opened(assembly, made)
    proposals.withdraw(assembly.session, assembly.members[0], repeal, assembly.clock)
    assert watch(assembly, 101) == 1
    assert len(opened(assembly, made)) == 2


def test_a_change_that_is_out_of_force_is_not_watched(assembly: Assembly) -> None:
    made = watched(assembly, photos=70)
    in_force(assembly, setting(photos=80))
    assert assembly.state(made) is State.SUPERSEDED
    assert watch(assembly, 101) == 0
    assert said(assembly)[PHOTOS] == 80


def test_law_13_one_that_cannot_be_read_holds_up_no_other(assembly: Assembly) -> None:
    broken = in_force(assembly, setting(small=500), tripwires=(CALM | {"metric": "views"},))
    made = watched(assembly, medium=1000)

    def fails(session: Session, span: Span) -> Decimal | None:
        raise ZeroDivisionError

    measures = reading(101) | {"views": fails}
    assert watching.watch(assembly.database, assembly.books, assembly.clock, measures) == 1
    assert (assembly.state(broken), assembly.state(made)) == (State.IN_FORCE, State.REVERTED)
    assert said(assembly) == FOUNDING | {SMALL: 500}


def test_a_tripwire_that_nothing_can_read_is_refused_when_it_is_drafted(assembly: Assembly) -> None:
    with pytest.raises(RuleBroken) as refused:
        in_force(assembly, setting(small=500), tripwires=({"metric": "joy", "window_days": 7, "min": 1},))
    assert refused.value.faults[0].pointer == "/tripwires/0/metric"
