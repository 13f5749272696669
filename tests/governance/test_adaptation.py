"""Adaptation: the same clauses as a patch to the text of each guild."""

from typing import Any

import jsonpatch
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coop.errors import RuleBroken
from coop.policy_text import leaves
from governance.adaptation import adapted, clauses_set

SEATS = [{"op": "add", "path": "/seats", "value": {"default": 40, "ceiling": 90}}]


@pytest.mark.parametrize(
    ("data", "patch"),
    [
        ({}, [{"op": "add", "path": "/seats", "value": {"default": 40, "ceiling": 90}}]),
        (
            {"seats": {"default": 12, "on_full": "waitlist"}},
            [
                {"op": "replace", "path": "/seats/default", "value": 40},
                {"op": "add", "path": "/seats/ceiling", "value": 90},
            ],
        ),
    ],
)
def test_a_table_is_added_where_it_is_missing_and_filled_where_it_is_not(
    data: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    assert adapted(clauses_set(SEATS), data) == patch


def test_clauses_of_one_missing_table_are_added_with_it() -> None:
    patch = [
        {"op": "replace", "path": "/arrivals/strangers/per_minute", "value": 6},
        {"op": "add", "path": "/arrivals/burst", "value": 2},
    ]
    assert adapted(clauses_set(patch), {}) == [
        {"op": "add", "path": "/arrivals", "value": {"strangers": {"per_minute": 6}, "burst": 2}}
    ]


KEYS = st.sampled_from(["a", "b", "c/d", "e~f"])
VALUES = st.integers(-5, 5) | st.booleans() | st.text(max_size=3) | st.lists(st.integers(0, 3), max_size=2)
TABLES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3),
    lambda inside: st.dictionaries(KEYS, VALUES | inside, max_size=3),
    max_leaves=8,
)


def pointers_of_tables(data: dict[str, Any], clauses: dict[str, Any]) -> bool:
    """Whether a clause of one is a table of the other: no text could hold both."""
    old = leaves(data)
    return any(one.startswith(f"{other}/") or other.startswith(f"{one}/") for one in old for other in clauses)


@given(TABLES, TABLES.filter(leaves))
def test_whatever_the_guilds_text_the_clauses_are_set_and_no_other_changes(
    data: dict[str, Any], wanted: dict[str, Any]
) -> None:
    clauses = leaves(wanted)
    assume(not pointers_of_tables(data, clauses))
    after = jsonpatch.apply_patch(data, adapted(clauses, data))
    assert leaves(after) == leaves(data) | clauses


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ([{"op": "remove", "path": "/seats/default"}], "/patch/0/op"),
        ([{"op": "add", "path": "/seats/default"}], "/patch/0"),
        ([], "/patch"),
        (
            [
                {"op": "add", "path": "/seats", "value": 3},
                {"op": "add", "path": "/seats/default", "value": 40},
            ],
            "/patch",
        ),
    ],
)
def test_what_sets_no_clauses_is_refused_by_its_place(patch: list[dict[str, Any]], pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        clauses_set(patch)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
