"""Approval: those approved by most are elected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.methods import approval
from governance.methods.ranking import Profile
from tests.governance.methods.electorates import Rows, electorates, named


@given(electorates(), st.integers(1, 4))
def test_law_04_each_ballot_counts_once_for_each_option_it_approves(
    drawn: tuple[Rows, int], seats: int
) -> None:
    rows, options = drawn
    found = approval.count(Profile.of(rows, options), seats, range(options))
    assert list(found.votes) == [
        sum(count for marks, count in rows if option in marks) for option in range(options)
    ]
    assert found.blank == sum(count for marks, count in rows if not marks)
    assert list(found.ranking) == sorted(range(options), key=lambda option: (-found.votes[option], option))
    backwards = [(marks[::-1], count) for marks, count in rows]
    assert approval.count(Profile.of(backwards, options), seats, range(options)) == found


def test_the_draw_parts_those_approved_by_as_many() -> None:
    ballots = named({"AB": 3, "C": 3, "": 1}, "ABC")
    told = approval.count(ballots, 1, [2, 1, 0]).as_json("ABC")
    assert told["winners"] == ["C"]
    assert told["rounds"] == [
        {
            "tally": {"A": 3, "B": 3, "C": 3},
            "action": "approvals; elect C (tie, by lot)",
            "nontransferable": 1,
        }
    ]
    assert approval.count(ballots, 2, [0, 1, 2]).winners == (0, 1)
    assert not approval.count(ballots, 3, [0, 1, 2]).by_lot
    assert not approval.count(named({"A": 2, "B": 1}, "AB"), 1, [0, 1]).by_lot


def test_a_count_needs_a_seat_and_a_lot_for_each_option() -> None:
    with pytest.raises(ValueError, match="one seat"):
        approval.count(named({"A": 1}, "AB"), 0, [0, 1])
    with pytest.raises(ValueError, match="one lot"):
        approval.count(named({"A": 1}, "AB"), 1, [0])
