"""Groups of places that lie together."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.opinions.clusters import clustered, nearest, silhouettes

FAR = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (10.0, 10.0), (10.0, 11.0), (30.0, 0.0)]


def heaps(*centres: tuple[float, float], each: int = 40, width: float = 0.5) -> np.ndarray:
    dice = np.random.default_rng(5)
    return np.round(np.concatenate([dice.normal(centre, width, (each, 2)) for centre in centres]), 6)


def plain_silhouettes(distances: np.ndarray, labels: list[int]) -> list[float]:
    """The definition of Rousseeuw (1987), place by place."""
    found = []
    for place, own in enumerate(labels):
        means = {}
        for group in set(labels):
            others = [distances[place, at] for at, one in enumerate(labels) if one == group and at != place]
            if others:
                means[group] = sum(others) / len(others)
        if own not in means:
            found.append(0.0)
            continue
        inside, outside = means[own], min(mean for group, mean in means.items() if group != own)
        found.append((outside - inside) / max(outside, inside) if max(outside, inside) else 0.0)
    return found


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_heaps_that_lie_apart_are_found_for_what_they_are(number: int) -> None:
    centres = [(0, 0), (9, 0), (0, 9), (9, 9), (20, 4)][:number]
    found = clustered(heaps(*centres), 5)
    assert len(found.centres) == number
    assert found.sizes == [40] * number
    assert all(len(set(found.labels[at : at + 40].tolist())) == 1 for at in range(0, 40 * number, 40))
    assert found.silhouette > 0.8


@pytest.mark.parametrize(("apart", "number"), [(2.9, 2), (3.3, 3)])
def test_a_group_more_has_to_be_clearly_there(apart: float, number: int) -> None:
    """At 2.9 three groups have the better silhouette, by less than half of its standard error."""
    assert len(clustered(heaps((0, 0), (6, 0), (6, apart)), 5).centres) == number


def test_the_largest_group_comes_first() -> None:
    places = np.concatenate([heaps((0, 0), each=10), heaps((9, 9), each=30)])
    found = clustered(places, 2)
    assert found.sizes == [30, 10]
    assert found.centres[0] == pytest.approx([9, 9], abs=0.5)


def test_those_who_do_not_differ_are_one_group() -> None:
    found = clustered(np.ones((7, 2)), 5)
    assert (found.sizes, found.silhouette, found.centres.tolist()) == ([7], 0.0, [[1.0, 1.0]])


def test_there_are_no_more_groups_than_places() -> None:
    assert sorted(clustered(np.array([(0.0, 0.0)] * 5 + [(1.0, 1.0)] * 4), 5).sizes) == [4, 5]


def test_silhouettes_are_those_of_the_definition() -> None:
    places = np.array(FAR)
    distances = np.hypot(*(places[:, axis, None] - places[None, :, axis] for axis in (0, 1)))
    labels = [0, 0, 1, 1, 1, 2]
    found = silhouettes(distances, np.array(labels), 4)
    assert found.tolist() == pytest.approx(plain_silhouettes(distances, labels))
    assert found[5] == 0, "it is alone in its group"


def test_many_places_are_judged_by_some_of_them() -> None:
    found = clustered(heaps((0, 0), (9, 0), (4, 9), each=900), 5)
    assert found.sizes == [900, 900, 900]


def test_a_few_among_thousands_who_do_not_differ_are_no_group() -> None:
    alike = np.zeros((3000, 2))
    alike[1234] = (1.0, 1.0)
    assert clustered(alike, 5).sizes == [3000]


def test_where_nothing_lies_apart_the_order_of_places_still_tells_nothing() -> None:
    dice = np.random.default_rng(11)
    places = np.round(dice.random((300, 2)), 6)
    expected = clustered(places, 5)
    for _ in range(5):
        order = dice.permutation(300)
        assert np.array_equal(clustered(places[order], 5).labels, expected.labels[order])


points = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=30)


@settings(max_examples=30)
@given(points, st.randoms(use_true_random=False))
def test_the_same_places_in_any_order_make_the_same_groups(
    listed: list[tuple[int, int]], random: Random
) -> None:
    order = list(range(len(listed)))
    random.shuffle(order)
    places = np.array(listed, dtype=np.float64)
    one, other = clustered(places, 4), clustered(places[order], 4)
    assert one.labels[order].tolist() == other.labels.tolist()
    assert np.array_equal(one.centres, other.centres)
    assert np.array_equal(one.labels, nearest(places, one.centres)), "each is in the nearest group"
    assert all(one.sizes)
