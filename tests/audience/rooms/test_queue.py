"""The order of those who wait to speak, and who may take the floor."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.feature_clauses import Turns
from audience.rooms.queue import Floor, Hand, Turn, floor, in_order, may_take, place
from tests.audience.factories import NOW

SECOND = timedelta(seconds=1)
HANDS = st.lists(
    st.builds(
        Hand, st.integers(1, 40), st.integers(0, 9).map(lambda s: NOW + s * SECOND), heard=st.booleans()
    ),
    unique_by=lambda one: one.member_id,
)
TURNS = st.lists(
    st.builds(
        Turn, st.integers(1, 99), st.integers(50, 90), st.integers(-9, 9).map(lambda s: NOW + s * SECOND)
    ),
    unique_by=(lambda one: one.id, lambda one: one.member_id),
)


def test_who_has_not_spoken_comes_before_who_has_where_the_clause_says_so() -> None:
    heard, early, late = Hand(1, NOW, True), Hand(2, NOW + SECOND, False), Hand(3, NOW + 2 * SECOND, False)
    hands = [late, heard, early]
    assert in_order(hands, "unheard_first") == [early, late, heard]
    assert in_order(hands, "first_come") == [heard, early, late]


def test_hands_of_one_moment_have_one_order() -> None:
    hands = [Hand(9, NOW, False), Hand(4, NOW, False)]
    assert [one.member_id for one in in_order(hands, "first_come")] == [4, 9]
    assert in_order(hands[::-1], "first_come") == in_order(hands, "first_come")


def test_a_turn_past_its_end_makes_room_and_the_oldest_goes_first() -> None:
    turns = [Turn(1, 51, NOW), Turn(2, 52, NOW - SECOND), Turn(3, 53, NOW + SECOND)]
    found = floor(turns, 3, NOW)
    assert (found.free, [one.id for one in found.over], found.room) == (0, [2, 1], 2)
    assert floor(turns, 2, NOW).free == 0
    assert floor(turns, 5, NOW).room == 4


@pytest.mark.parametrize(("room", "may"), [(0, []), (1, [4]), (2, [4, 5]), (3, [4, 5, 99])])
def test_as_many_may_take_the_floor_as_there_is_room_for_and_who_did_not_ask_comes_last(
    room: int, may: list[int]
) -> None:
    queue = [Hand(4, NOW, False), Hand(5, NOW + SECOND, False)]
    assert [one for one in (4, 5, 99) if may_take(queue, one, Floor(room, ()))] == may
    assert [place(queue, one) for one in (4, 5, 99)] == [1, 2, None]


@given(HANDS, TURNS, st.integers(1, 12), st.sampled_from(get_args(Turns)))
def test_law_06_no_more_may_take_it_than_there_is_room_for(
    hands: list[Hand], turns: list[Turn], speakers: int, clause: Turns
) -> None:
    queue = in_order(hands, clause)
    found = floor(turns, speakers, NOW)
    assert sorted(queue, key=id) == sorted(hands, key=id)
    allowed = [one.member_id for one in queue if may_take(queue, one.member_id, found)]
    assert allowed == [one.member_id for one in queue[: found.room]]
    assert len(turns) - len(found.over) + min(len(allowed), found.room) <= max(speakers, len(turns))
