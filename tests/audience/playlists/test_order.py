"""Where a post comes to stand when it is moved; what is not seen is told to nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.playlists.order import GAP, Place, moved, position
from coop.errors import RuleBroken

ORDER = [1, 2, 3, 4, 5]
ALL = frozenset(ORDER)


@pytest.mark.parametrize(
    ("post", "to", "wanted"),
    [
        (3, Place(before=1), [3, 1, 2, 4, 5]),
        (1, Place(after=5), [2, 3, 4, 5, 1]),
        (2, Place(before=3), ORDER),
        (2, Place(after=2), ORDER),
        (5, Place(number=1), [5, 1, 2, 3, 4]),
        (1, Place(number=3), [2, 3, 1, 4, 5]),
        (1, Place(number=99), [2, 3, 4, 5, 1]),
    ],
)
def test_a_post_stands_where_it_was_moved(post: int, to: Place, wanted: list[int]) -> None:
    assert moved(ORDER, ALL, post, to) == wanted


@pytest.mark.parametrize(
    ("to", "pointer"),
    [
        (Place(), ""),
        (Place(before=1, number=2), ""),
        (Place(number=0), "/number"),
        (Place(before=9), "/before"),
        (Place(after=9), "/after"),
    ],
)
def test_what_is_no_place_is_told_where(to: Place, pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        moved(ORDER, ALL, 3, to)
    assert [one.pointer for one in refused.value.faults] == [pointer]


def test_law_07_a_place_beside_what_one_does_not_see_is_refused_as_one_that_is_not_there() -> None:
    said = []
    for order in (ORDER, [1, 3, 4, 5]):
        with pytest.raises(RuleBroken) as refused:
            moved(order, ALL - {2}, 3, Place(before=2))
        said.append((refused.value.detail, refused.value.faults))
    assert said[0] == said[1]


def test_a_number_is_counted_among_what_is_seen() -> None:
    assert moved(ORDER, frozenset({2, 4, 5}), 5, Place(number=2)) == [1, 2, 3, 5, 4]


@given(st.permutations(range(1, 9)), st.sets(st.integers(1, 8), min_size=1), st.data())
def test_law_07_a_move_looks_the_same_whether_or_not_there_is_more(
    order: list[int], seen: set[int], data: st.DataObject
) -> None:
    post = data.draw(st.sampled_from(sorted(seen)))
    anchor = data.draw(st.sampled_from(sorted(seen)))
    number = data.draw(st.integers(1, 10))
    for to in (Place(before=anchor), Place(after=anchor), Place(number=number)):
        whole = moved(order, seen, post, to)
        assert sorted(whole) == sorted(order)
        without = moved([one for one in order if one in seen], seen, post, to)
        assert [one for one in whole if one in seen] == without


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, None, GAP),
        (GAP, None, 2 * GAP),
        (None, GAP, GAP // 2),
        (4, 6, 5),
        (4, 5, None),
        (None, 1, None),
    ],
)
def test_a_position_lies_between_two_where_there_is_room(
    before: int | None, after: int | None, found: int | None
) -> None:
    assert position(before, after) == found
