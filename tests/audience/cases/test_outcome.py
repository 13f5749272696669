"""Outcomes: what the votes of a jury come to."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.cases.outcome import Vote, decided, median
from audience.moderation.case_rules import MEASURES, OUTCOMES

BALLOTS = st.builds(Vote, st.sampled_from(OUTCOMES), st.sampled_from(MEASURES), st.booleans())
JURIES = st.lists(BALLOTS, min_size=1, max_size=9)


@given(JURIES)
def test_no_stricter_outcome_has_more_than_half_of_the_ballots_behind_it(votes: list[Vote]) -> None:
    found = decided(votes, 1)
    assert found is not None
    place = OUTCOMES.index(found.outcome)
    stricter = sum(OUTCOMES.index(one.outcome) > place for one in votes)
    as_strict = sum(OUTCOMES.index(one.outcome) >= place for one in votes)
    assert 2 * stricter <= len(votes)
    assert 2 * as_strict > len(votes)


@given(JURIES, BALLOTS)
def test_a_ballot_that_asks_for_more_never_makes_the_outcome_milder(votes: list[Vote], more: Vote) -> None:
    stricter = votes[0]._replace(outcome=max(votes[0].outcome, more.outcome, key=OUTCOMES.index))
    before, after = decided(votes, 1), decided([stricter, *votes[1:]], 1)
    assert before is not None and after is not None
    assert OUTCOMES.index(after.outcome) >= OUTCOMES.index(before.outcome)


@given(JURIES, st.randoms())
def test_the_order_of_ballots_says_nothing(votes: list[Vote], lot: Random) -> None:
    mixed = sorted(votes, key=lambda _: lot.random())
    assert decided(mixed, 1) == decided(votes, 1)


@given(JURIES)
def test_law_13_fewer_than_the_quorum_decide_nothing(votes: list[Vote]) -> None:
    assert decided(votes, len(votes) + 1) is None
    assert decided(votes, len(votes)) is not None


@given(JURIES)
def test_nobody_is_blamed_for_what_is_left_as_it_is_and_no_reporter_for_what_is_not(
    votes: list[Vote],
) -> None:
    found = decided(votes, 1)
    assert found is not None
    if found.outcome == "none":
        assert found.measure == "nothing"
    else:
        assert not found.bad_faith


@given(JURIES)
def test_every_ballot_is_in_the_tally_of_each_question(votes: list[Vote]) -> None:
    found = decided(votes, 1)
    assert found is not None
    assert [sum(one.values()) for one in found.tally.values()] == [len(votes)] * 3


def test_of_two_middle_ballots_the_milder_stands() -> None:
    assert median(["none", "remove"], OUTCOMES) == "none"
    assert median(["collapse", "remove", "none"], OUTCOMES) == "collapse"
    with pytest.raises(ValueError, match="nothing was said"):
        median([], OUTCOMES)
