"""The plane of the two strongest differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coop.opinions.answers import Answers
from coop.opinions.pca import principal_plane
from tests.governance.deliberation.conversations import camps, table


def textbook(answers: Answers) -> np.ndarray:
    """Places by a singular value decomposition of the mean-filled table, without regard to sign."""
    seen = np.where(answers.seen, answers.values.astype(float), np.nan)
    centred = np.nan_to_num(seen - np.nanmean(seen, axis=0))
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    spread = np.sqrt(answers.values.shape[1] / answers.counts)
    return np.asarray(np.abs(left[:, :2] * size[:2] * spread[:, None]))


def test_places_are_those_of_a_singular_value_decomposition_with_missing_answers_as_means() -> None:
    answers = camps(20, 15, 10, asked=0.6)
    plane = principal_plane(answers)
    assert np.abs(plane.places(answers)) == pytest.approx(textbook(answers), abs=2e-6)
    assert 1 > plane.explained[0] > plane.explained[1] > 0


def test_whoever_answered_little_is_moved_out_from_the_centre() -> None:
    answers = table("++--", "--++", "+...", "-...")
    plane = principal_plane(answers)
    assert plane.means.tolist() == [0, 0, 0, 0]
    assert plane.places(answers)[2, 0] == pytest.approx(plane.axes[0, 0] * (4 / 1) ** 0.5, abs=1e-6)
    assert plane.places(answers)[0, 0] == pytest.approx(plane.axes[:, 0] @ [1, 1, -1, -1], abs=1e-6)


def test_where_nobody_differs_everybody_stands_at_the_centre() -> None:
    answers = table("+-0", "+-0", "+-.")
    plane = principal_plane(answers)
    assert plane.explained == (0.0, 0.0)
    assert not plane.places(answers).any()


def test_one_statement_makes_one_axis() -> None:
    answers = table("+", "-", "+")
    plane = principal_plane(answers)
    assert plane.explained == (1.0, 0.0)
    assert plane.places(answers)[:, 1].tolist() == [0, 0, 0]


def test_extremity_is_how_far_agreeing_alone_would_place_somebody() -> None:
    answers = camps(20, 15)
    plane = principal_plane(answers)
    alone = Answers([0], answers.statements, np.eye(12, dtype=np.int8)[:1], np.eye(12, dtype=np.bool_)[:1])
    x, y = plane.places(alone)[0]
    assert plane.extremity[0] == pytest.approx(np.hypot(x, y), abs=2e-6)


@given(
    arrays(np.int8, (12, 5), elements=st.integers(-1, 1)),
    arrays(np.bool_, (12, 5)),
    st.permutations(range(12)),
)
def test_the_order_of_people_moves_nobody(values: np.ndarray, seen: np.ndarray, order: list[int]) -> None:
    answers = Answers(range(12), range(5), np.where(seen, values, 0).astype(np.int8), seen)
    shuffled = answers.among(np.array(order))
    one, other = principal_plane(answers), principal_plane(shuffled)
    assert np.array_equal(one.axes, other.axes)
    for axis in one.axes.T[one.axes.any(axis=0)]:
        assert axis[np.argmax(np.round(np.abs(axis), 9))] > 0, "whichever way the solver turned it"
    assert np.array_equal(one.means, other.means)
    assert np.array_equal(one.places(answers)[order], other.places(shuffled))
    assert np.array_equal(one.places(answers), np.round(one.places(answers), 6)), (
        "no last digit of a machine's"
    )
