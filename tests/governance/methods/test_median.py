"""Median: one number that nobody can drag."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import RuleBroken
from governance.methods.median import Number, check, median

LOW, HIGH = -50, 50
NUMBERS: st.SearchStrategy[Number] = st.integers(LOW, HIGH) | st.decimals(LOW, HIGH, places=2)
VOTES = st.lists(NUMBERS, min_size=1, max_size=15)


@given(VOTES)
def test_at_least_half_named_it_or_less_and_at_least_half_it_or_more(values: list[Number]) -> None:
    found = median(values, LOW, HIGH)
    assert found.value in values
    assert 2 * (found.voters - found.above) >= found.voters
    assert 2 * (found.voters - found.below) >= found.voters
    assert found.below < Fraction(found.voters, 2), "the lower of two middle ones"
    assert median(values[::-1], LOW, HIGH) == found


@given(VOTES, NUMBERS, NUMBERS)
def test_law_04_nobody_brings_it_nearer_to_what_they_want_by_naming_something_else(
    others: list[Number], wanted: Number, named: Number
) -> None:
    honest = median([*others, wanted], LOW, HIGH).value
    dragged = median([*others, named], LOW, HIGH).value
    assert abs(Fraction(dragged) - Fraction(wanted)) >= abs(Fraction(honest) - Fraction(wanted))


def test_one_who_names_the_extreme_moves_it_by_one_place_at_most() -> None:
    assert median([3, 4, 4, 5, 5], 0, 1000).value == 4
    assert median([3, 4, 4, 5, 1000], 0, 1000).value == 4


def test_a_result_is_told_without_floats() -> None:
    assert median([1, 2, 2, 9], 0, 10).as_json() == {
        "method": "median", "value": 2, "voters": 4, "below": 1, "above": 1,
    }  # fmt: skip
    assert median([Decimal("0.50"), Decimal("1E+1")], 0, 10).as_json()["value"] == "0.50"
    assert median([Decimal("1E+1")], 0, 10).as_json()["value"] == "10"


@pytest.mark.parametrize("value", [51, -51, 1.5, True, "7", None, Decimal("NaN"), Decimal("Infinity")])
def test_a_value_outside_the_bounds_or_no_number_is_refused(value: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        check(value, LOW, HIGH)
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/value", "Name a number from -50 to 50.")
    ]
    with pytest.raises(RuleBroken) as refused:
        median([1, value], LOW, HIGH)
    assert refused.value.faults[0].pointer == "/values/1"


def test_the_bounds_themselves_can_be_named() -> None:
    assert check(LOW, LOW, HIGH) == LOW
    assert check(Decimal(HIGH), LOW, HIGH) == HIGH


def test_nobody_has_no_median() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        median([], LOW, HIGH)
