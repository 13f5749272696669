"""The opinion map, on planted conversations and on those that Polis published."""

import statistics

import numpy as np
import pytest

from bench.rand_index import adjusted_rand_index
from governance.deliberation import polis_csv
from governance.deliberation.opinion_map import OpinionMap, draw, enough
from tests.governance.deliberation.conversations import PUBLISHED, RULES, camps, table, votes_file

AGREEMENT = {
    "brexit-consensus": 0.876,
    "canadian-electoral-reform": 0.898,
    "scoop-hivemind.freshwater": 0.132,
}
"""Adjusted Rand index to Polis's own groups; docs/benchmarks.md says why the last one is low."""


def with_polis(name: str) -> tuple[OpinionMap, float]:
    """The map of a published conversation, and how far it agrees with the groups that Polis made."""
    conversation = polis_csv.read(votes_file(name))
    found = draw(conversation.answers, RULES, conversation.struck)
    both = [person for person in found.groups if person in conversation.groups]
    index = adjusted_rand_index(
        [found.groups[one] for one in both], [conversation.groups[str(one)] for one in both]
    )
    return found, float(index)


def test_published_conversations_have_the_groups_that_polis_found() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == AGREEMENT.keys()
    indices = {}
    for name in AGREEMENT:
        found, indices[name] = with_polis(name)
        assert len(found.clustering.centres) == 2, "Polis has two groups in each"
    assert {name: round(index, 3) for name, index in indices.items()} == AGREEMENT
    assert statistics.median(indices.values()) >= 0.75


@pytest.mark.parametrize("sizes", [(30, 20), (40, 30, 20)])
def test_camps_are_found_with_what_they_share_and_what_tells_them_apart(sizes: tuple[int, ...]) -> None:
    found = draw(camps(*sizes), RULES)
    assert found.clustering.sizes == list(sizes)
    ends = np.cumsum(sizes)
    planted = [int(np.searchsorted(ends, person, side="right")) for person in range(sum(sizes))]
    assert [found.groups[person] for person in range(sum(sizes))] == planted
    everyone = found.shown
    common = [(one.statement, one.side) for one in found.consensus(everyone)]
    assert common == [(10, "agree"), (11, "disagree")]
    for camp in everyone:
        told = found.representative(camp, everyone)
        assert told and all((one.statement % len(sizes) == camp) == (one.side == "agree") for one in told)


def test_the_same_answers_make_the_same_map_in_any_order_of_people() -> None:
    answers = camps(30, 20, 10, loyal=0.8)
    order = np.random.default_rng(3).permutation(60)
    one, other = draw(answers, RULES), draw(answers.among(order), RULES)
    assert one.groups == other.groups
    assert one.clustering.silhouette == other.clustering.silhouette
    assert one.weights() == other.weights()


def test_whoever_answered_enough_is_on_the_map() -> None:
    counts = np.array([7, 6, 40, 0, 8] + [7] * 15)
    assert enough(counts, 40, RULES).tolist() == [0, 2, 4, *range(5, 20)]


def test_where_there_are_few_statements_all_have_to_be_answered() -> None:
    counts = np.array([3, 2] + [3] * 15)
    assert enough(counts, 3, RULES).tolist() == [0, *range(2, 17)]


def test_too_few_are_joined_by_those_who_answered_most() -> None:
    counts = np.array([7, 1, 0, 6, 1] + [5] * 12)
    assert enough(counts, 40, RULES).tolist() == [0, 1, 3, *range(5, 17)]
    assert 2 not in enough(np.array([1, 1, 0]), 40, RULES), "nobody is on it who answered nothing"


def test_one_more_group_is_looked_for_with_every_twelve_people() -> None:
    few = draw(camps(4, 4, 3, statements=18), RULES)
    more = draw(camps(5, 5, 4, statements=18), RULES)
    assert (len(few.clustering.centres), len(more.clustering.centres)) == (2, 3)


def test_a_struck_statement_shapes_nothing_and_still_is_an_answer_given() -> None:
    answers = camps(30, 20)
    halves = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    found = draw(answers, RULES, halves)
    assert found.plane.axes[halves].tolist() == [[0.0, 0.0]] * 10
    assert len(found.placed) == 50
    assert found.weights().keys() == {10, 11}
    assert {one.statement for one in found.consensus(found.shown)} <= {10, 11}


def test_there_is_no_map_of_nothing() -> None:
    with pytest.raises(ValueError, match="nobody"):
        draw(table("...", "..."), RULES)
