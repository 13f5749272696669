"""Schulze: the option that beats every other, directly or by the strongest chain."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.methods import schulze
from governance.methods.ranking import Profile
from governance.methods.schulze import Strength
from tests.governance.methods import oracle
from tests.governance.methods.electorates import Rows, electorates, named

STRENGTHS: list[Strength] = ["winning", "margins"]
PAPER = named(
    {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}, "ABCDE"
)
"""The example of Schulze's paper."""


@given(electorates(most_options=5), st.sampled_from(STRENGTHS))
def test_law_04_chains_are_those_found_by_trying_all(drawn: tuple[Rows, int], strength: Strength) -> None:
    rows, options = drawn
    found = schulze.count(Profile.of(rows, options), range(options), strength)
    beats = oracle.pairwise(rows, options)
    assert [list(row) for row in found.pairwise] == beats
    assert [list(row) for row in found.strengths] == oracle.strongest(beats, strength == "margins")


@given(electorates(), st.sampled_from(STRENGTHS))
def test_who_beats_each_other_in_a_duel_is_elected(drawn: tuple[Rows, int], strength: Strength) -> None:
    rows, options = drawn
    found = schulze.count(Profile.of(rows, options), range(options), strength)
    for one in range(options):
        rivals = [other for other in range(options) if other != one]
        if all(found.pairwise[one][other] > found.pairwise[other][one] for other in rivals):
            assert found.winners == (one,)
            assert found.ranking[0] == one


@given(electorates(), st.sampled_from(STRENGTHS))
def test_nobody_is_ranked_above_one_who_beats_them(drawn: tuple[Rows, int], strength: Strength) -> None:
    rows, options = drawn
    found = schulze.count(Profile.of(rows, options), range(options), strength)
    assert sorted(found.ranking) == list(range(options))
    for place, one in enumerate(found.ranking):
        assert not any(found.beats(later, one) for later in found.ranking[place:])
    assert found.ranking[0] in found.winners
    assert found.ranking[0] == min(found.winners), "the draw was in the order of the options"


@given(electorates(), st.randoms(use_true_random=False))
def test_law_04_neither_the_order_of_ballots_nor_of_options_matters(
    drawn: tuple[Rows, int], random: Random
) -> None:
    rows, options = drawn
    to = list(range(options))
    random.shuffle(to)
    renamed = [
        (bytes(to[option] for option in marks), 1) for marks, count in reversed(rows) for _ in range(count)
    ]
    found = schulze.count(Profile.of(rows, options), range(options))
    lots = [to.index(option) for option in range(options)]
    other = schulze.count(Profile.of(renamed, options), lots)
    assert other.ranking == tuple(to[option] for option in found.ranking)


def test_the_example_of_the_paper() -> None:
    found = schulze.count(PAPER, range(5))
    assert "".join("ABCDE"[option] for option in found.ranking) == "EACBD"
    assert [list(row) for row in found.pairwise] == [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ]
    assert [list(row) for row in found.strengths] == [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
    ]


def test_tennessee_chooses_nashville() -> None:
    found = schulze.count(named({"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}, "MNCK"), range(4))
    assert found.as_json(["Memphis", "Nashville", "Chattanooga", "Knoxville"])["ranking"] == [
        "Nashville", "Chattanooga", "Knoxville", "Memphis",
    ]  # fmt: skip


def test_what_is_not_ranked_is_below_all_that_is_and_level_with_the_rest() -> None:
    found = schulze.count(named({"B": 2, "": 4}, "ABC"), range(3))
    assert found.pairwise == ((0, 0, 0), (2, 0, 2), (0, 0, 0))


def test_the_two_strengths_can_elect_different_options() -> None:
    """A cycle: A over B by 9 to 6, B over C by 8 to 7, C over A by 7 to 2 of the few who rank both."""
    beats = np.array([[0, 9, 2], [6, 0, 8], [7, 7, 0]])
    winning = schulze.from_pairwise(beats, range(3))
    margins = schulze.from_pairwise(beats, range(3), "margins")
    assert (winning.winners, margins.winners) == ((0,), (2,))


def test_the_draw_parts_what_the_chains_leave_level() -> None:
    cycle = named({"ABC": 1, "BCA": 1, "CAB": 1}, "ABC")
    assert schulze.count(cycle, [2, 0, 1]).winners == (0, 1, 2)
    assert schulze.count(cycle, [2, 0, 1]).ranking == (1, 2, 0)
    assert schulze.count(cycle, [0, 1, 2]).ranking == (0, 1, 2)


@pytest.mark.parametrize("beats", [[[0, 1]], [[0, -1], [1, 0]], [[0]]])
def test_what_is_no_beat_matrix_is_refused(beats: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="beat matrix"):
        schulze.from_pairwise(np.array(beats), [0, 1])
