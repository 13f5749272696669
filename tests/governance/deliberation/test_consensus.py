"""What all groups agree on, and what tells one from the others."""

import numpy as np
import pytest

from coop.opinions.answers import Answers
from governance.deliberation.consensus import consensus, group_informed, representative
from governance.deliberation.group_tallies import GroupTallies, difference_test, share_test, tallied
from tests.governance.deliberation.conversations import table


def said(*groups: tuple[list[int], list[int], list[int]]) -> GroupTallies:
    """Tallies of groups: for each how many answered, agreed and disagreed, by statement."""
    return GroupTallies(*(np.array([group[at] for group in groups], dtype=np.float64) for at in range(3)))


def open_to(number: int, *struck: int) -> np.ndarray:
    return np.array([at not in struck for at in range(number)])


def test_a_tally_counts_each_group_apart() -> None:
    answers: Answers = table("+-0.", "++..", "-+0+")
    found = tallied(answers, np.array([0, 0, 1]), 2)
    assert found.seen.tolist() == [[2, 2, 1, 0], [1, 1, 1, 1]]
    assert found.agreed.tolist() == [[2, 1, 0, 0], [0, 1, 0, 1]]
    assert found.disagreed.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]


def test_consensus_is_a_geometric_mean_over_groups_with_the_prior_of_jeffreys() -> None:
    found = group_informed(said(([8], [7], [1]), ([2], [1], [0])), "agree")
    first, second = (7.5 / 9) * (1 - 1.5 / 9), (1.5 / 3) * (1 - 0.5 / 3)
    assert found.tolist() == pytest.approx([(first * second) ** 0.5])


def test_no_group_is_outvoted_by_a_larger_one() -> None:
    tallies = said(([500, 500], [480, 300], [10, 100]), ([10, 10], [2, 9], [8, 0]))
    assert [one.statement for one in consensus(tallies, open_to(2), 5, 5)] == [1]


def test_what_all_reject_is_told_after_what_all_agree_on() -> None:
    tallies = said(([30, 30], [1, 28], [28, 1]), ([20, 20], [0, 19], [19, 0]))
    found = consensus(tallies, open_to(2), 5, 5)
    assert [(one.statement, one.side) for one in found] == [(1, "agree"), (0, "disagree")]


@pytest.mark.parametrize("seen", [4, 5])
def test_a_statement_that_too_few_of_a_group_answered_is_not_named(seen: int) -> None:
    tallies = said(([30], [30], [0]), ([seen], [seen], [0]))
    assert bool(consensus(tallies, open_to(1), 5, 5)) is (seen == 5)


def test_a_struck_statement_is_named_nowhere() -> None:
    tallies = said(([30], [30], [0]), ([30], [0], [30]))
    both = said(([30], [30], [0]), ([30], [30], [0]))
    assert representative(tallies, 0, open_to(1), 5, 5) and consensus(both, open_to(1), 5, 5)
    assert not representative(tallies, 0, open_to(1, 0), 5, 5)
    assert not consensus(both, open_to(1, 0), 5, 5)


def test_a_statement_stands_for_a_group_that_takes_a_side_more_than_others_do() -> None:
    tallies = said(([20, 20, 20], [18, 18, 2], [1, 1, 17]), ([30, 30, 30], [27, 3, 15], [1, 25, 12]))
    found = representative(tallies, 0, open_to(3), 5, 5)
    assert [(one.statement, one.side) for one in found] == [(1, "agree"), (2, "disagree")]
    assert len(representative(tallies, 0, open_to(3), 5, 1)) == 1


def test_tests_are_those_of_polis() -> None:
    assert share_test(np.array([9.0]), np.array([9.0])).tolist() == pytest.approx([10**0.5])
    found = difference_test(np.array([7.0]), np.array([9.0]), np.array([3.0]), np.array([19.0]))
    pooled = 12 / 30
    assert found.tolist() == pytest.approx([(0.8 - 0.2) / (pooled * (1 - pooled) * (1 / 10 + 1 / 20)) ** 0.5])
    nothing = np.array([0.0])
    assert difference_test(nothing, nothing, nothing, nothing).tolist() == [0.0]
