"""Answers as a table."""

import numpy as np

from coop.opinions.answers import gathered
from tests.governance.deliberation.conversations import table


def test_votes_become_people_by_statements_in_ascending_order() -> None:
    found = gathered(np.array([(9, 40, -1), (3, 70, 1), (9, 70, 0)]))
    assert (found.people, found.statements) == ([3, 9], [40, 70])
    assert found.values.tolist() == [[0, 1], [-1, 0]]
    assert found.seen.tolist() == [[False, True], [True, True]]
    assert found.counts.tolist() == [1, 2]


def test_the_later_answer_of_two_counts() -> None:
    assert gathered(np.array([(1, 1, 1), (1, 1, -1)])).values.tolist() == [[-1]]


def test_statements_that_nobody_answered_are_columns_and_answers_to_others_are_left_out() -> None:
    found = gathered(np.array([(1, 5, 1), (2, 6, 1)]), [4, 5])
    assert (found.people, found.statements) == ([1], [4, 5])
    assert found.seen.tolist() == [[False, True]]


def test_a_struck_statement_is_passed_by_everybody() -> None:
    found = table("+-.", "-.+").without([1, 99])
    assert found.values.tolist() == [[1, 0, 0], [-1, 0, 1]]
    assert found.seen.tolist() == [[True, True, False], [True, True, True]]
