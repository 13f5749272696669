"""Voting rules as a by-law writes them."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coop.policy_text import parse
from governance.rules import Sponsors, VotingRules, duration, share
from tests.governance.founding import VOTING_TEXT


def test_law_01_the_founding_numbers_are_read_from_the_policy() -> None:
    rules = VotingRules.model_validate(parse(VOTING_TEXT))
    assert rules.classes.A.vote == timedelta(days=3)
    assert rules.classes.of("C").threshold == Fraction(2, 3)
    assert rules.classes.D.tenure == timedelta(days=30)
    assert rules.block.threshold == Fraction(9, 10)
    assert rules.sponsors.lapse == timedelta(days=14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0D", timedelta()),
        ("P2W", timedelta(weeks=2)),
        ("P1DT6H", timedelta(days=1, hours=6)),
        ("PT3S", timedelta(seconds=3)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_a_duration_is_written_as_iso_8601(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "P1M", "P1Y", "-P1D", "3 days", "P1DT", 3, 2.5, None, "P1H"])
def test_a_duration_without_a_fixed_length_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration(text)


@given(st.integers(0, 10_000))
def test_a_share_written_in_decimals_is_exact(number: int) -> None:
    assert share(number / 10_000) == Fraction(number, 10_000)


@given(st.integers(0, 999), st.integers(1, 999))
def test_a_share_written_as_a_fraction_is_exact(above: int, below: int) -> None:
    if above <= below:
        assert share(f"{above}/{below}") == Fraction(above, below)
    else:
        with pytest.raises(ValueError, match="share"):
            share(f"{above}/{below}")


@pytest.mark.parametrize("value", [True, -0.1, 1.01, "0.6", "1/0", "3/2", None, float("nan"), float("inf")])
def test_a_share_outside_nought_to_one_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="share"):
        share(value)


def test_an_unknown_clause_is_refused() -> None:
    data = parse(VOTING_TEXT)
    data["classes"]["A"]["delegation"] = True
    with pytest.raises(ValidationError, match="delegation"):
        VotingRules.model_validate(data)


@pytest.mark.parametrize(
    ("members", "needed"), [(0, 1), (1, 1), (2, 1), (4, 2), (6, 3), (150, 3), (151, 4), (10_000, 200)]
)
def test_sponsors_are_three_or_two_percent_and_at_most_half_of_all(members: int, needed: int) -> None:
    sponsors = Sponsors.model_validate({"count": 3, "share": 0.02, "lapse": "P14D", "drafts": 20})
    assert sponsors.needed(members) == needed
