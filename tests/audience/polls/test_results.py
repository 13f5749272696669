"""What is told of a poll that is over."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from audience.polls.results import told


@pytest.mark.parametrize(
    ("counts", "votes", "others"),
    [
        ((7, 5, 12), (7, 5, 12), None),
        ((7, 4, 0), (7, None, None), None),
        ((7, 4, 1), (7, None, None), 5),
        ((7, 4), (7, None), None),
        ((3, 3, 3), (None, None, None), 5),
        ((4, 4, 4, 4, 4), (None,) * 5, 15),
        ((4, 0, 0), (None, None, None), None),
        ((0, 0), (None, None), None),
    ],
)
def test_too_few_are_not_told_apart(
    counts: tuple[int, ...], votes: tuple[int | None, ...], others: int | None
) -> None:
    assert told(counts, 5) == (votes, others)


@given(lists(integers(0, 12), min_size=2, max_size=8), integers(5, 8))
def test_law_07_of_an_option_that_is_left_out_no_number_follows(counts: list[int], least: int) -> None:
    """The same would be told for another number of votes of it."""
    found = told(counts, least)
    few = [place for place, number in enumerate(counts) if number < least]
    assert [place for place, number in enumerate(found.votes) if number is None] == few
    for place in few:
        ways = [_with(counts, {place: number}) for number in range(least) if number != counts[place]]
        for other in set(few) - {place}:
            for step in (-1, 1):
                ways.append(_with(counts, {place: counts[place] + step, other: counts[other] - step}))
        assert any(min(way) >= 0 and told(way, least) == found for way in ways)


@given(integers(5, 8), integers(2, 20))
def test_as_many_as_can_be_left_out_are_not_known_either(least: int, options: int) -> None:
    found = told([least - 1] * options, least)
    assert found.others is None or found.others < options * (least - 1)


def _with(counts: list[int], changed: dict[int, int]) -> list[int]:
    return [changed.get(place, number) for place, number in enumerate(counts)]
