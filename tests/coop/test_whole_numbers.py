"""Whole numbers that were typed: in ASCII digits, as many as their bound has, and no larger."""

import pytest

from coop.whole_numbers import whole


@pytest.mark.parametrize(("typed", "read"), [("0", 0), ("007", 7), ("1000", 1000), ("999", 999)])
def test_digits_up_to_the_bound_are_read(typed: str, read: int) -> None:
    assert whole(typed, 1000) == read


@pytest.mark.parametrize("typed", ["", "-1", "+1", "1.0", " 1", "1_0", "1e2", "²", "٣", "1001", "9" * 5000])
def test_anything_else_is_none(typed: str) -> None:
    assert whole(typed, 1000) is None
