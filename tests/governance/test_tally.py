"""Counting: exact, monotone, and the same for anyone who counts again."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules import CLASSES, RiskClass
from governance.tally import Bar, Choice, Tally, count
from tests.governance.founding import founding_rules
from tests.thorough import much

LARGEST = much(16, 30)
"""Members of the largest roll of which every tally is counted."""

BARS = st.builds(
    Bar,
    floor=st.fractions(0, Fraction(1, 2), max_denominator=100),
    minimum=st.integers(1, 50),
    threshold=st.fractions(Fraction(51, 100), Fraction(9, 10), max_denominator=100),
    block=st.fractions(Fraction(9, 10), Fraction(19, 20), max_denominator=100),
)
B = Bar(Fraction(1, 10), 5, Fraction(3, 5), Fraction(9, 10))


@st.composite
def counts(draw: st.DrawFn) -> tuple[dict[str, int], int]:
    """Votes, and a roll with room for one more."""
    votes = {choice.value: draw(st.integers(0, 40)) for choice in Choice}
    return votes, sum(votes.values()) + draw(st.integers(1, 200))


@given(BARS, counts(), st.sampled_from(["against", "abstain", "block"]))
def test_law_04_one_more_who_does_not_say_yes_never_turns_fail_into_pass(
    bar: Bar, drawn: tuple[dict[str, int], int], choice: str
) -> None:
    votes, roll = drawn
    more = votes | {choice: votes[choice] + 1}
    assert count(votes, roll, bar).passed or not count(more, roll, bar).passed


@pytest.mark.parametrize("risk_class", CLASSES)
def test_law_04_of_all_tallies_none_fails_and_passes_with_one_more_who_does_not_say_yes(
    risk_class: RiskClass,
) -> None:
    """Every tally of every roll from 3 on, with and without a block, under the founding rules."""
    bar = replace(founding_rules().bar(risk_class), guilds=None)
    for roll, block in product(range(3, LARGEST + 1), range(2)):
        passed = {
            (yes, no, none): count(
                {"for": yes, "against": no, "abstain": none, "block": block}, roll, bar
            ).passed
            for yes, no, none in product(range(roll + 1), repeat=3)
            if yes + no + none + block <= roll
        }
        assert block or passed[roll, 0, 0]
        for (yes, no, none), found in passed.items():
            assert found or not passed.get((yes, no + 1, none), False)
            assert found or not passed.get((yes, no, none + 1), False)
            assert not found or passed.get((yes + 1, no, none), True)


Voter = tuple[str, frozenset[int]]
"""What one of the roll says, and the guilds they belong to."""
SAYS = ("for", "against", "abstain", "block")
GUILDS = [frozenset(found) for found in ((), (1,), (2,), (1, 2))]


def counted(voters: Iterable[Voter], roll: int, bar: Bar) -> Tally:
    """Count the ballots of these voters, and those of each guild."""
    guilds: dict[int, Counter[str]] = defaultdict(Counter)
    votes: Counter[str] = Counter()
    for choice, belongs in voters:
        votes[choice] += 1
        for guild in belongs:
            guilds[guild][choice] += 1
    return count(votes, roll, bar, guilds)


def test_law_04_where_guilds_are_asked_too_no_more_against_or_abstaining_makes_it_pass() -> None:
    """Every electorate of up to four, in any of two guilds, and any fifth member."""
    bar = Bar(Fraction(1, 4), 2, Fraction(1, 2), Fraction(2, 3), guilds=Fraction(2, 3))
    kinds = list(product(SAYS, GUILDS))
    more = list(product(("against", "abstain"), GUILDS))
    passing = 0
    for number in range(5):
        for voters in combinations_with_replacement(kinds, number):
            found = counted(voters, 5, bar)
            passing += found.passed
            assert found.passed or not any(counted([*voters, one], 5, bar).passed for one in more)
    assert passing


@pytest.mark.parametrize(
    ("guilds", "passes"),
    [
        ({}, True),
        ({1: {"for": 4}, 2: {"against": 1}}, False),
        ({1: {"for": 4}, 2: {"for": 2, "against": 1}, 3: {"against": 3}}, True),
        ({1: {"for": 4}, 2: {"for": 2, "against": 2}, 3: {"against": 1}}, False),
        ({1: {"for": 4}, 2: {"abstain": 9}}, True),
        ({1: {"for": 4}, 2: {"for": 1, "block": 1}}, False),
    ],
)
def test_two_thirds_of_the_guilds_that_took_part_have_to_be_in_favour(
    guilds: dict[int, dict[str, int]], passes: bool
) -> None:
    bar = replace(B, guilds=Fraction(2, 3))
    votes = {"for": 30, "against": 1}
    assert count(votes, 40, bar, guilds).passed is passes
    assert count(votes, 40, B, guilds).passed


@given(BARS, counts())
def test_law_04_one_more_yes_never_turns_pass_into_fail(bar: Bar, drawn: tuple[dict[str, int], int]) -> None:
    votes, roll = drawn
    more = votes | {"for": votes["for"] + 1}
    assert not count(votes, roll, bar).passed or count(more, roll, bar).passed


@given(BARS, counts())
def test_law_04_the_pass_rule_holds_to_the_last_ballot(bar: Bar, drawn: tuple[dict[str, int], int]) -> None:
    votes, roll = drawn
    tally = count(votes, roll, bar)
    no = votes["against"] + votes["block"]
    threshold = max(bar.threshold, bar.block) if votes["block"] else bar.threshold
    capped = min(bar.minimum, (roll + 1) // 2)
    enough = votes["for"] >= capped and votes["for"] >= bar.floor * roll and votes["for"] > 0
    assert tally.passed == (enough and votes["for"] >= threshold * (votes["for"] + no))


@given(BARS, counts())
def test_law_04_a_tally_survives_the_ledger(bar: Bar, drawn: tuple[dict[str, int], int]) -> None:
    tally = count(*drawn, bar)
    told = json.loads(json.dumps(tally.as_json()), parse_float=lambda text: pytest.fail(f"float {text}"))
    assert Tally.from_json(told) == tally
    assert Bar.from_json(json.loads(json.dumps(bar.as_json()))) == bar


def test_six_of_twenty_one_meets_the_floor_of_a_constitution_exactly() -> None:
    bar = Bar(Fraction(1, 4), 5, Fraction(3, 4), Fraction(9, 10))
    assert count({"for": 6}, 21, bar).passed
    assert not count({"for": 5}, 21, bar).passed


def test_two_of_ninety_six_is_not_enough_for_anything() -> None:
    bar = Bar(Fraction(1, 20), 3, Fraction(3, 5), Fraction(9, 10))
    assert not count({"for": 2}, 96, bar).passed


def test_two_thirds_is_met_by_two_of_three() -> None:
    assert count({"for": 2, "against": 1}, 3, Bar(Fraction(0), 1, Fraction(2, 3), Fraction(9, 10))).passed


def test_abstaining_takes_no_side() -> None:
    assert count({"for": 5, "abstain": 40}, 50, B).passed


def test_a_block_raises_the_threshold_and_is_no_veto() -> None:
    assert count({"for": 8, "against": 2}, 20, B).passed
    assert not count({"for": 8, "against": 1, "block": 1}, 20, B).passed
    assert count({"for": 9, "block": 1}, 20, B).passed


def test_the_least_number_asks_at_most_half_of_a_small_roll() -> None:
    assert [B.need(roll) for roll in (0, 1, 2, 3, 8, 9, 10, 60, 100)] == [1, 1, 1, 2, 4, 5, 5, 6, 10]


def test_an_empty_roll_and_an_unanswered_vote_decide_nothing() -> None:
    assert not count({}, 0, B).passed
    assert not count({"abstain": 10}, 10, B).passed


def test_a_tally_says_why() -> None:
    assert count(Counter(["for"] * 9 + ["block"]), 20, B).reason == (
        "Passed: 9 of 20 on the roll said yes, where 5 had to; that is 9 of the 10 who took a side, "
        "where 9/10 had to, raised to it by 1 block."
    )
