"""Rounds: each who takes part speaks once before anyone speaks twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from governance.deliberation.rounds import Rounds, awaited, joined, took, turn

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
WAITS = timedelta(hours=12)
ANN, BEN, CLEO = 1, 2, 3

acts = st.lists(
    st.tuples(st.sampled_from(["speak", "join"]), st.integers(1, 4), st.integers(0, 9)), max_size=30
)
"""What is tried, by whom, and how many hours after what came before."""


def spoken(rounds: Rounds, *members: int, at: datetime = START) -> Rounds:
    for member in members:
        number = turn(rounds, member, WAITS, at)
        assert number is not None
        rounds = took(rounds, member, number, at)
    return rounds


def test_whoever_is_alone_speaks_as_often_as_they_like() -> None:
    assert spoken(Rounds(), ANN, ANN, ANN).number == 3


def test_nobody_speaks_a_third_time_before_all_have_spoken_twice() -> None:
    rounds = spoken(Rounds(), ANN, BEN, ANN)
    assert turn(rounds, ANN, WAITS, START) is None
    assert awaited(rounds, WAITS, START) == {BEN}
    assert turn(spoken(rounds, BEN), ANN, WAITS, START) == 3


def test_whoever_joins_is_waited_for_before_they_have_said_anything() -> None:
    rounds = joined(spoken(Rounds(), ANN), BEN)
    assert turn(rounds, ANN, WAITS, START) is None
    assert turn(rounds, BEN, WAITS, START) == 1


def test_who_comes_late_comes_in_at_the_round_under_way() -> None:
    rounds = spoken(Rounds(), ANN, BEN, ANN, BEN)
    assert turn(rounds, CLEO, WAITS, START) == 2
    assert turn(spoken(rounds, CLEO), CLEO, WAITS, START) == 3


def test_joining_again_gives_no_turn_back() -> None:
    rounds = spoken(Rounds(), ANN, BEN, ANN)
    assert joined(rounds, ANN) == rounds


def test_law_14_a_round_that_has_lasted_waits_for_nobody_any_more() -> None:
    rounds = spoken(Rounds(), ANN, BEN, ANN)
    last = START + WAITS - timedelta(microseconds=1)
    assert turn(rounds, ANN, WAITS, last) is None
    assert turn(rounds, ANN, WAITS, START + WAITS) == 3
    after = took(rounds, ANN, 3, START + WAITS)
    assert turn(after, BEN, WAITS, START + WAITS) == 3


@given(acts)
def test_nobody_begins_a_round_while_one_who_joined_waits_for_the_last(
    tried: list[tuple[str, int, int]],
) -> None:
    rounds, now = Rounds(), START
    for what, member, hours in tried:
        now += timedelta(hours=hours)
        number = None if what == "join" else turn(rounds, member, WAITS, now)
        fresh = rounds.opened_at is not None and now < rounds.opened_at + WAITS
        behind = [one for one, last in rounds.taken.items() if last < rounds.number]
        if what == "join":
            rounds = joined(rounds, member)
        elif number is None:
            assert fresh
            assert behind
            assert rounds.taken[member] == rounds.number
        else:
            assert number > rounds.taken.get(member, 0)
            assert number <= rounds.number or not (fresh and behind)
            rounds = took(rounds, member, number, now)
        assert max(rounds.taken.values(), default=0) == rounds.number


@given(st.lists(st.integers(1, 4), max_size=30))
def test_those_who_are_in_from_the_start_never_differ_by_more_than_one_turn(speakers: list[int]) -> None:
    rounds = Rounds()
    for member in (1, 2, 3, 4):
        rounds = joined(rounds, member)
    turns = Counter(dict.fromkeys((1, 2, 3, 4), 0))
    for member in speakers:
        number = turn(rounds, member, WAITS, START)
        if number is not None:
            turns[member] += 1
            rounds = took(rounds, member, number, START)
        assert max(turns.values()) - min(turns.values()) <= 1


@given(acts, st.integers(0, 20))
def test_somebody_may_always_speak(tried: list[tuple[str, int, int]], hours: int) -> None:
    rounds, now = Rounds(), START
    for what, member, later in tried:
        now += timedelta(hours=later)
        number = turn(rounds, member, WAITS, now)
        if what == "join":
            rounds = joined(rounds, member)
        elif number is not None:
            rounds = took(rounds, member, number, now)
    now += timedelta(hours=hours)
    waiting = awaited(rounds, WAITS, now)
    assert all(turn(rounds, member, WAITS, now) is not None for member in waiting or rounds.taken)
