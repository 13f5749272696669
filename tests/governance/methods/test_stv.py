"""STV: the Scottish rules, to the fifth decimal."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.methods import stv
from governance.methods.ranking import MOST_BALLOTS, Profile
from governance.methods.stv import UNIT
from tests.governance.methods import oracle
from tests.governance.methods.electorates import Rows, electorates, named

ELECTIONS = st.tuples(electorates(), st.integers(1, 5), st.randoms(use_true_random=False))


def lots_of(options: int, random: Random) -> list[int]:
    lots = list(range(options))
    random.shuffle(lots)
    return lots


@given(ELECTIONS)
def test_law_04_every_stage_is_that_of_a_count_paper_by_paper(
    drawn: tuple[tuple[Rows, int], int, Random],
) -> None:
    (rows, options), seats, random = drawn
    lots = lots_of(options, random)
    expected = oracle.stv(rows, options, seats, lots)
    found = stv.count(Profile.of(rows, options), seats, lots)
    assert list(found.winners) == expected.winners
    assert found.quota == expected.quota
    assert len(found.rounds) == len(expected.stages)
    for one, (tally, exhausted) in zip(found.rounds, expected.stages, strict=True):
        assert one.nontransferable == exhausted
        assert one.tally == {option: votes for option, votes in tally.items() if option in one.tally}


@given(ELECTIONS)
def test_no_vote_is_made_and_none_lost_but_what_is_cut_off(
    drawn: tuple[tuple[Rows, int], int, Random],
) -> None:
    (rows, options), seats, random = drawn
    found = stv.count(Profile.of(rows, options), seats, lots_of(options, random))
    valid = sum(count for marks, count in rows if marks) * UNIT
    cut_off = 0
    for one in found.rounds:
        assert sum(one.tally.values()) + one.nontransferable + one.cut_off == valid
        assert one.cut_off >= cut_off
        cut_off = one.cut_off
    assert len(set(found.winners)) == len(found.winners) == min(seats, options)
    assert list(found.winners) == [option for one in found.rounds for option in one.elected]


@given(ELECTIONS)
def test_law_04_who_cast_what_and_in_which_order_changes_nothing(
    drawn: tuple[tuple[Rows, int], int, Random],
) -> None:
    (rows, options), seats, random = drawn
    singly = [(marks, 1) for marks, count in reversed(rows) for _ in range(count)]
    lots = lots_of(options, random)
    assert stv.count(Profile.of(singly, options), seats, lots) == stv.count(
        Profile.of(rows, options), seats, lots
    )


@given(ELECTIONS)
def test_law_04_renaming_the_options_renames_the_winners(drawn: tuple[tuple[Rows, int], int, Random]) -> None:
    (rows, options), seats, random = drawn
    lots, to = lots_of(options, random), lots_of(options, random)
    renamed = [(bytes(to[option] for option in marks), count) for marks, count in rows]
    moved = [lots[to.index(option)] for option in range(options)]
    found = stv.count(Profile.of(rows, options), seats, lots)
    assert stv.count(Profile.of(renamed, options), seats, moved).winners == tuple(
        to[o] for o in found.winners
    )


def test_a_surplus_passes_on_at_a_value_cut_to_five_decimals() -> None:
    """Quota 12 of 34 ballots; A's surplus of 8 over 20 papers is worth 0.4 each, 3 of them name nobody."""
    found = stv.count(named({"AB": 9, "AC": 8, "A": 3, "B": 7, "C": 7}, "ABC"), 2, [0, 1, 2])
    assert found.quota == 12
    first, second, third = found.rounds
    assert second.tally == {0: 12 * UNIT, 1: 1_060_000, 2: 1_020_000}
    assert (second.nontransferable, second.cut_off) == (120_000, 0)
    assert third.action("ABC") == "exclude C; elect B"
    assert (first.step, second.step, third.step) == ("count", "transfer", "exclude")
    assert found.as_json("ABC")["rounds"][1] == {
        "tally": {"A": "12.00000", "B": "10.60000", "C": "10.20000"},
        "action": "transfer A",
        "nontransferable": "1.20000",
    }


def test_what_is_cut_off_is_nobodys() -> None:
    """Quota 4 of 11; A's surplus is 3/7 = 0.42857 a paper, and the rest of it is lost."""
    found = stv.count(named({"AB": 7, "B": 2, "C": 2}, "ABC"), 2, [0, 1, 2])
    assert found.rounds[1].tally[1] == 2 * UNIT + 7 * 42857
    assert found.rounds[1].cut_off == 3 * UNIT - 7 * 42857


def test_options_level_now_are_parted_by_the_latest_round_in_which_they_were_not() -> None:
    """B and C have 3 each once A is excluded; before, B had 2, so B goes, whatever the lot."""
    ballots = named({"AB": 1, "B": 2, "C": 3, "D": 4, "E": 5}, "ABCDE")
    for lots in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0]):
        found = stv.count(ballots, 2, lots)
        assert [one.action("ABCDE") for one in found.rounds] == [
            "first preferences",
            "exclude A",
            "exclude B (tie, by earlier round)",
            "exclude C; elect E; elect D",
        ]


def test_options_that_were_always_level_are_parted_by_the_draw() -> None:
    ballots = named({"A": 2, "B": 2, "C": 5, "D": 6}, "ABCD")
    assert stv.count(ballots, 2, [0, 1, 2, 3]).rounds[1].action("ABCD") == "exclude B (tie, by lot)"
    assert stv.count(ballots, 2, [1, 0, 2, 3]).rounds[1].action("ABCD") == "exclude A (tie, by lot)"


def test_equal_surpluses_are_parted_by_the_draw() -> None:
    ballots = named({"AC": 6, "BC": 6, "C": 1, "D": 2}, "ABCD")
    assert stv.count(ballots, 3, [0, 1, 2, 3]).rounds[1].action("ABCD").startswith("transfer A (tie, by lot)")
    assert stv.count(ballots, 3, [1, 0, 2, 3]).rounds[1].action("ABCD").startswith("transfer B (tie, by lot)")


def test_all_are_elected_where_there_are_no_more_than_seats() -> None:
    found = stv.count(named({"A": 1, "BA": 2}, "AB"), 3, [0, 1])
    assert found.winners == (1, 0)
    assert len(found.rounds) == 1


def test_without_ballots_the_draw_decides() -> None:
    for profile in (Profile.joined(None, 3), Profile.of([(b"", 5)], 3)):
        found = stv.count(profile, 1, [2, 0, 1])
        assert found.winners == (1,)
        assert found.rounds[-1].run_off_tie == "lot"
        assert found.rounds[-1].nontransferable == 0


def test_the_largest_profile_does_not_overflow() -> None:
    rows = [(b"\x00\x01\x02", MOST_BALLOTS - 7), (b"\x01\x00", 4), (b"\x02", 3)]
    found = stv.count(Profile.of(rows, 3), 2, [0, 1, 2])
    expected = oracle.stv(rows, 3, 2, [0, 1, 2])
    assert found.rounds[1].tally == expected.stages[1][0]
    assert all(votes >= 0 for one in found.rounds for votes in one.tally.values())


def test_a_count_needs_a_seat_and_a_lot_for_each_option() -> None:
    with pytest.raises(ValueError, match="one seat"):
        stv.count(named({"A": 1}, "AB"), 0, [0, 1])
    for lots in ([0], [0, 0], [1, 2]):
        with pytest.raises(ValueError, match="one lot"):
            stv.count(named({"A": 1}, "AB"), 1, lots)
