"""The voting policy replayed: recorded counts held against another bar."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rehearsal import Rehearsing, Report
from governance.rehearsal.votes import passes, replay_votes
from governance.tally import Choice, count
from tests.coop.policy import with_clause
from tests.governance.assembly import CLASS_A, CLASS_B, Assembly
from tests.governance.founding import founding_rules

BAR = founding_rules().bar("B")


def rehearse(assembly: Assembly, clause: str, value: object) -> Report:
    book = assembly.books.current(assembly.session)
    now = assembly.clock.at + timedelta(days=1)
    after = with_clause(book, "voting", clause, value)
    asked = Rehearsing("coop", "voting", book, after, now - timedelta(days=28), now, 9, 5, "seed")
    return replay_votes(assembly.session, asked)


@pytest.fixture
def counted(assembly: Assembly) -> int:
    """A vote of class B that passed with three for and one against."""
    made = assembly.propose(CLASS_B)
    assembly.carry(made, "for", "for", "for", "against")
    assembly.advance()
    return made


def test_a_higher_threshold_would_have_rejected_what_passed(assembly: Assembly, counted: int) -> None:
    found = rehearse(assembly, "/classes/B/threshold", 0.8)
    (measure,) = found.measures
    assert (measure.total.before.value, measure.total.lost.value, measure.total.gained.value) == (1, 1, 0)
    assert list(measure.by["class"]) == ["class B"]
    (outcome,) = found.outcomes
    assert (outcome.ref, outcome.before, outcome.after) == (f"proposal:{counted}", "passed", "rejected")


def test_a_lower_floor_changes_no_vote_that_reached_the_higher_one(assembly: Assembly, counted: int) -> None:
    found = rehearse(assembly, "/classes/B/floor", 0.05)
    assert found.outcomes == ()
    assert found.replayed["votes"].value == 1


def test_what_was_counted_before_the_window_is_left_out(assembly: Assembly, counted: int) -> None:
    assembly.go_to(assembly.clock.at + timedelta(days=40))
    assert rehearse(assembly, "/classes/B/threshold", 0.8).replayed["votes"].value == 0


def test_other_classes_are_held_against_their_own_bars(assembly: Assembly, counted: int) -> None:
    assert CLASS_A != CLASS_B
    assert rehearse(assembly, "/classes/C/threshold", 0.9).outcomes == ()


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10), st.integers(0, 3), st.integers(0, 40))
def test_law_04_a_recorded_count_is_judged_as_it_was_counted(
    in_favour: int, against: int, abstain: int, block: int, absent: int
) -> None:
    votes: dict[str, int] = {
        Choice.FOR: in_favour,
        Choice.AGAINST: against,
        Choice.ABSTAIN: abstain,
        Choice.BLOCK: block,
    }
    tally: dict[str, Any] = count(votes, sum(votes.values()) + absent, BAR).as_json()
    assert passes(tally, BAR) is tally["passed"]
