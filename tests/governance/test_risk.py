"""Risk: computed from what a change touches."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.risk import risk_class

POLICY: dict[str, Any] = {
    "seats": {"default": 150, "on_full": "waitlist"},
    "names": ["a"],
    "bounds": {
        "coop": {
            "/seats/default": {"min": 10, "max": 500},
            "/seats/on_full": {"one_of": ["waitlist", "close"]},
        },
        "guild": {"/seats/default": {"min": 10, "max": 200}},
    },
}


def classify(kind: str, **changes: Any) -> str:
    after = deepcopy(POLICY)
    for path, value in changes.items():
        table, _, key = path.partition("__")
        if value is None:
            del after[table][key]
        else:
            after[table][key] = value
    return risk_class(kind, POLICY, after, POLICY["bounds"]["coop"])


@pytest.mark.parametrize("kind", ["audience", "feeds", "features", "media", "membership"])
def test_a_value_inside_declared_bounds_is_class_a(kind: str) -> None:
    assert classify(kind, seats__default=500) == "A"
    assert classify(kind, seats__default=10, seats__on_full="close") == "A"


@pytest.mark.parametrize(
    ("kind", "expected"), [("audience", "B"), ("features", "B"), ("membership", "C"), ("voting", "D")]
)
def test_beyond_declared_bounds_the_kind_decides(kind: str, expected: str) -> None:
    assert classify(kind, seats__default=501) == expected
    assert classify(kind, seats__default="150") == expected
    assert classify(kind, seats__on_full="open") == expected
    assert classify(kind, seats__on_full=None) == expected
    assert classify(kind, seats__extra=20) == expected
    assert classify(kind, seats__default=20, seats__extra=20) == expected


def test_an_unknown_kind_is_as_weighty_as_the_constitution() -> None:
    assert classify("treasury", seats__default=501) == "D"


@pytest.mark.parametrize("holder", ["coop", "guild"])
@pytest.mark.parametrize("kind", ["audience", "feeds", "media", "membership", "voting", "treasury"])
def test_whatever_touches_declared_bounds_is_class_d(kind: str, holder: str) -> None:
    assert classify(kind, **{f"bounds__{holder}": {"/seats/default": {"min": 1, "max": 500}}}) == "D"
    assert classify(kind, **{f"bounds__{holder}": None, "seats__default": 20}) == "D"


def test_the_bounds_that_count_are_those_before_the_change() -> None:
    wider = {"/seats/default": {"min": 1, "max": 9999}}
    assert classify("audience", bounds__coop=wider, seats__default=9000) == "D"


@given(st.integers(0, 1000))
def test_law_12_no_value_outside_declared_bounds_is_ever_class_a(value: int) -> None:
    if value != 150:
        assert (classify("audience", seats__default=value) == "A") == (10 <= value <= 500)
