"""Instant run-off: the single transferable vote with one seat."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from governance.methods import irv, stv
from governance.methods.ranking import Profile
from tests.governance.methods.electorates import Rows, electorates, named

TENNESSEE = named({"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}, "MNCK")


@given(electorates(), st.randoms(use_true_random=False))
def test_law_04_it_is_stv_with_one_seat(drawn: tuple[Rows, int], random: Random) -> None:
    rows, options = drawn
    profile, lots = Profile.of(rows, options), list(range(options))
    random.shuffle(lots)
    one, other = irv.count(profile, lots), stv.count(profile, 1, lots)
    assert (one.winners, one.quota, one.rounds) == (other.winners, other.quota, other.rounds)


@given(electorates())
def test_the_winner_has_more_than_half_of_what_is_left(drawn: tuple[Rows, int]) -> None:
    rows, options = drawn
    found = irv.count(Profile.of(rows, options), list(range(options)))
    last = found.rounds[-1].tally
    (winner,) = found.winners
    assert all(last[winner] * 2 >= sum(last.values()) for _ in last)
    assert all(one.cut_off == 0 for one in found.rounds)


def test_tennessee_chooses_knoxville() -> None:
    told = irv.count(TENNESSEE, [0, 1, 2, 3]).as_json(["Memphis", "Nashville", "Chattanooga", "Knoxville"])
    assert told["winners"] == ["Knoxville"]
    assert [one["tally"] for one in told["rounds"]] == [
        {"Memphis": 42, "Nashville": 26, "Chattanooga": 15, "Knoxville": 17},
        {"Memphis": 42, "Nashville": 26, "Knoxville": 32},
        {"Memphis": 42, "Knoxville": 58},
    ]
    assert [one["action"] for one in told["rounds"]] == [
        "first preferences",
        "exclude Chattanooga",
        "exclude Nashville; elect Knoxville",
    ]


def test_more_than_half_wins_at_once() -> None:
    found = irv.count(named({"A": 6, "B": 3, "C": 2}, "ABC"), [0, 1, 2])
    assert (found.winners, len(found.rounds)) == ((0,), 1)


def test_the_last_two_are_parted_by_an_earlier_round_before_the_draw() -> None:
    found = irv.count(named({"A": 4, "B": 3, "CB": 1}, "ABC"), [2, 0, 1])
    assert found.rounds[-1].action("ABC") == "exclude C; elect A (tie, by earlier round)"
    found = irv.count(named({"A": 4, "B": 4, "C": 1}, "ABC"), [2, 0, 1])
    assert found.rounds[-1].action("ABC") == "exclude C; elect B (tie, by lot)"
