import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rand_index import adjusted_rand_index


@pytest.mark.parametrize(
    ("one", "other", "index"),
    [
        ("aabb", "xxyy", 1),
        ("aabb", "yyxx", 1),
        ("aaaa", "xxxx", 1),
        ("abcd", "wxyz", 1),
        ("aaaa", "wxyz", 0),
        ("aabb", "xyxy", -0.5),
        ("aaabbb", "xxyyzz", 8 / 33),
    ],
)
def test_the_index_is_that_of_hubert_and_arabie(one: str, other: str, index: float) -> None:
    assert float(adjusted_rand_index(one, other)) == pytest.approx(index)


groups = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@given(groups)
def test_it_is_the_same_either_way_round_and_whatever_groups_are_called(pairs: list[tuple[int, int]]) -> None:
    one, other = zip(*pairs, strict=True)
    index = adjusted_rand_index(one, other)
    assert index == adjusted_rand_index(other, one)
    assert index == adjusted_rand_index([f"group {4 - name}" for name in one], other)
    assert index <= 1
    assert adjusted_rand_index(one, one) == 1


def test_both_have_to_be_of_the_same_people() -> None:
    with pytest.raises(ValueError, match="shorter"):
        adjusted_rand_index("aab", "ab")
