"""Patches: their form, and the hash that a ballot binds to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.patch import LARGEST, MOST_OPERATIONS, check, patch_hash

GOOD: list[dict[str, Any]] = [
    {"op": "test", "path": "/seats/default", "value": 150},
    {"op": "replace", "path": "/seats/default", "value": 120},
    {"op": "add", "path": "/bounds/coop/~1seats~1default", "value": {"min": 1, "max": 2.5}},
    {"op": "remove", "path": "/seats/on_full"},
    {"op": "move", "from": "/a", "path": "/b"},
    {"op": "copy", "from": "/a", "path": "/b~0c"},
]

BAD: list[tuple[list[Any], str]] = [
    ([], "/patch"),
    ([{"op": "remove", "path": "/a"}] * (MOST_OPERATIONS + 1), "/patch"),
    ([7], "/patch/0"),
    ([{"op": ["add"], "path": "/a", "value": 1}], "/patch/0"),
    ([{"op": "increment", "path": "/a", "value": 1}], "/patch/0"),
    ([{"op": "remove", "path": "/a", "value": 1}], "/patch/0"),
    ([{"op": "replace", "path": "/a"}], "/patch/0"),
    ([{"op": "remove", "path": ""}], "/patch/0/path"),
    ([{"op": "remove", "path": "a/b"}], "/patch/0/path"),
    ([{"op": "remove", "path": "/a~2"}], "/patch/0/path"),
    ([{"op": "remove", "path": 5}], "/patch/0/path"),
    ([{"op": "move", "path": "/a", "from": "b"}], "/patch/0/from"),
    ([GOOD[1], {"op": "add", "path": "/a", "value": None}], "/patch/1/value"),
    ([{"op": "add", "path": "/a", "value": {"b": [1, float("nan")]}}], "/patch/0/value"),
    ([{"op": "add", "path": "/a", "value": float("inf")}], "/patch/0/value"),
    ([{"op": "add", "path": "/a", "value": LARGEST + 1}], "/patch/0/value"),
    ([{"op": "add", "path": "/a", "value": "a\0b"}], "/patch/0/value"),
    ([{"op": "add", "path": "/a", "value": "\ud800"}], "/patch/0/value"),
]


def test_a_json_patch_to_clauses_is_well_formed() -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize(("patch", "pointer"), BAD)
def test_what_is_no_json_patch_is_named_by_its_place(patch: list[Any], pointer: str) -> None:
    assert [fault.pointer for fault in check(patch)] == [pointer]


def hash_of(**changed: Any) -> str:
    body: dict[str, Any] = {
        "scope": "coop",
        "kind": "audience",
        "base_sha256": "a" * 64,
        "patch": GOOD,
        "method": "majority",
        "options": None,
        "target": None,
        "terms": {"review_after": None, "sunset_after": None, "tripwires": []},
        "proposer": "ada",
        "nonce": "00",
    }
    return patch_hash(**(body | changed))


def test_the_hash_is_the_same_wherever_it_is_computed() -> None:
    assert hash_of() == "821814e3ae8010dda2d9559486f43f53f027d3a84977ee2274b83e4a9290b7c0"


@pytest.mark.parametrize(
    "changed",
    [
        {"scope": "guild:a"},
        {"kind": "media"},
        {"base_sha256": "b" * 64},
        {"patch": GOOD[:1]},
        {"method": "consent"},
        {"options": {"choices": []}},
        {"target": "7"},
        {"terms": {"review_after": 86400, "sunset_after": None, "tripwires": []}},
        {"proposer": "bob"},
        {"nonce": "01"},
    ],
)
def test_law_05_the_hash_binds_every_part_of_a_proposal(changed: dict[str, Any]) -> None:
    assert hash_of(**changed) != hash_of()


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-LARGEST, max_value=LARGEST))
def test_law_05_any_number_that_is_allowed_can_be_hashed(value: float) -> None:
    patch = [{"op": "add", "path": "/a", "value": value}]
    assert check(patch) == []
    assert len(hash_of(patch=patch)) == 64
