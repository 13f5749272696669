"""The features policy: its founding text, what it cannot say, and that a vote on a value never breaks it."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app import POLICY_KINDS
from coop.book import check_rules
from coop.feature_rules import FEATURES
from coop.policy_text import leaves

TEXT = (Path(__file__).parents[2] / "policies" / "features.toml").read_text(encoding="utf-8")
KIND = POLICY_KINDS[FEATURES]


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def put(data: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    """Set one clause, whether or not it is there."""
    *path, last = pointer.removeprefix("/").split("/")
    place = data
    for part in path:
        place = place[part]
    place[last] = value
    return data


def test_the_founding_text_stands(data: dict[str, Any]) -> None:
    assert check_rules(KIND, data) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/metrics/exchanges/window", 28),
        ("/metrics/exchanges/window", "P0D"),
        ("/metrics/exchanges/window", "PT36H"),
        ("/metrics/exchanges/window", "P367D"),
        ("/metrics/exchanges/within", "-P1D"),
        ("/metrics/exchanges/every", "P4W"),
        ("/metrics/exchanges/times", 1),
        ("/metrics/reach/window", "a month"),
        ("/metrics/likes", {"window": "P28D"}),
    ],
)
def test_law_01_a_clause_that_cannot_stand_is_named(
    data: dict[str, Any], pointer: str, value: object
) -> None:
    (fault,) = check_rules(KIND, put(data, pointer, value))
    assert fault.pointer == pointer


def test_a_pair_counts_at_least_once_in_the_window(data: dict[str, Any]) -> None:
    (fault,) = check_rules(KIND, put(data, "/metrics/exchanges/every", "P29D"))
    assert (fault.pointer, "every" in fault.detail) == ("/metrics/exchanges", True)


def test_a_bound_of_no_clause_is_refused(data: dict[str, Any]) -> None:
    data["bounds"]["coop"]["/metrics/reach/windows"] = {"one_of": ["P1D"]}
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/bounds/coop/~1metrics~1reach~1windows"


def test_every_clause_of_metrics_has_bounds_and_whatever_is_voted_within_them_stands(
    data: dict[str, Any],
) -> None:
    bounds = data["bounds"]["coop"]
    of_metrics = [pointer for pointer in bounds if pointer.startswith("/metrics/")]
    assert set(of_metrics) == leaves({"metrics": data["metrics"]}).keys()
    # Features go by no clause of these, and to check them takes a while.
    data |= {"features": {}, "held": {}, "bounds": {"coop": {one: bounds[one] for one in of_metrics}}}
    for chosen in product(*(bounds[pointer]["one_of"] for pointer in of_metrics)):
        for pointer, value in zip(of_metrics, chosen, strict=True):
            put(data, pointer, value)
        assert check_rules(KIND, data) == []
