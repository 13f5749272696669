"""Disclosure: what an author is told of numbers of people, and that nobody is found out by them."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.disclosure import Seats, gestures, in_steps, parts, seats

PEOPLE = st.integers(0, 200)
LEAST = st.integers(5, 50)


@pytest.mark.parametrize(
    ("number", "told"), [(0, None), (1, None), (4, None), (5, 5), (9, 5), (10, 10), (149, 145)]
)
def test_a_number_is_told_in_steps_and_nobody_like_a_few(number: int, told: int | None) -> None:
    assert in_steps(number, 5) == told


@given(PEOPLE, LEAST)
def test_law_07_one_person_more_changes_what_is_told_by_a_whole_step_or_not_at_all(
    number: int, least: int
) -> None:
    before, after = in_steps(number, least) or 0, in_steps(number + 1, least) or 0
    assert after - before in (0, least)
    assert before <= number


@given(PEOPLE, PEOPLE, LEAST)
def test_law_07_gestures_are_told_to_an_author_in_steps_and_in_public_once_enough_have_seen_it(
    number: int, seen: int, least: int
) -> None:
    assert gestures(number, seen, least, public=False) == in_steps(number, least)
    assert gestures(number, seen, least, public=True) == (number if seen >= least else None)


def test_law_07_no_part_and_no_rest_can_be_worked_out_from_a_whole_that_is_known() -> None:
    least = 5
    for whole in range(least, 28):
        told = defaultdict(set)
        for feed, page in product(range(whole + 1), repeat=2):
            if feed + page <= whole:
                found = parts({"feed": feed, "page": page}, whole, least)
                told[found["feed"], found["page"]].add((feed, page, whole - feed - page))
        for possible in told.values():
            for column in zip(*possible, strict=True):
                assert len(set(column)) >= least


@given(st.dictionaries(st.sampled_from("abcdef"), PEOPLE), PEOPLE, LEAST)
def test_what_is_told_of_a_part_is_never_more_than_it_is(
    cells: dict[str, int], rest: int, least: int
) -> None:
    found = parts(cells, sum(cells.values()) + rest, least)
    assert found.keys() == cells.keys()
    assert all(number is None or least <= number <= cells[name] for name, number in found.items())


@pytest.mark.parametrize(
    ("taken", "cap", "published", "told"),
    [
        (0, 11, 11, Seats(None, full=False)),
        (4, 11, 11, Seats(None, full=False)),
        (10, 11, 11, Seats(10, full=False)),
        (11, 11, 11, Seats(11, full=True)),
        (11, 11, None, Seats(11, full=True)),
        (148, 150, None, Seats(145, full=False)),
        (7, None, None, Seats(5, full=False)),
        (2, 3, 3, Seats(None, full=False)),
        (3, 3, 3, Seats(3, full=True)),
        (12, 10, None, Seats(10, full=True)),
        (18, 10, None, Seats(15, full=True)),
    ],
)
def test_a_full_post_tells_all_of_its_seats(
    taken: int, cap: int | None, published: int | None, told: Seats
) -> None:
    assert seats(taken, cap, published, 5) == told


def test_law_07_seats_that_were_lowered_one_by_one_count_nobody() -> None:
    for taken in range(5):
        assert {seats(taken, cap, 9, 5) for cap in range(1, 9)} == {Seats(None, full=False)}


@given(PEOPLE, st.integers(1, 200), st.none() | st.integers(1, 200), LEAST)
def test_a_post_that_has_room_is_never_told_to_be_full(
    taken: int, cap: int, published: int | None, least: int
) -> None:
    found = seats(taken, cap, published, least)
    assert not found.full or taken >= cap
    assert taken >= cap or (found.taken or 0) < cap
    assert found.taken is None or found.taken <= max(taken, cap)
