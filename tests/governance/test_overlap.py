"""Overlap: which clauses two proposals would both set."""

from typing import Any

import pytest

from governance.overlap import Asked, overlapping, touched

DATA = {"seats": {"default": 150, "ceiling": 500}, "arrivals": {"burst": 20}}


def setting(path: str, value: Any, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": path, "value": value}


@pytest.mark.parametrize(
    ("asked", "clauses"),
    [
        (Asked([setting("/seats/default", 90)], None), {"/seats/default"}),
        (Asked([setting("/seats", {"default": 150, "ceiling": 9})], None), {"/seats/ceiling"}),
        (Asked([{"op": "remove", "path": "/arrivals"}], None), {"/arrivals/burst"}),
        (
            Asked(
                [],
                {
                    "choices": [
                        {"label": "As it is"},
                        {"label": "One", "patch": [setting("/seats/default", 1)]},
                        {"label": "Two", "patch": [setting("/seats/ceiling", 2)]},
                    ]
                },
            ),
            {"/seats/default", "/seats/ceiling"},
        ),
        (Asked([], {"clause": "/seats/default", "min": 1, "max": 9, "present": 5}), {"/seats/default"}),
        (Asked([], {"choices": [{"label": "Blue"}, {"label": "Green"}]}), set()),
        (Asked([], None), set()),
    ],
)
def test_what_a_proposal_touches_is_what_would_change(asked: Asked, clauses: set[str]) -> None:
    assert touched(asked, DATA) == clauses
    assert all(overlapping([clause], asked.places()) for clause in clauses)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (["/seats/default"], ["/seats/default"], ["/seats/default"]),
        (["/seats/default", "/arrivals/burst"], ["/seats"], ["/seats/default"]),
        (["/seats"], ["/seats/default"], ["/seats"]),
        (["/seats/default"], ["/seats/default_of_all"], []),
        (["/seat"], ["/seats"], []),
        ([], ["/seats"], []),
    ],
)
def test_a_table_overlaps_with_each_clause_in_it(
    mine: list[str], theirs: list[str], expected: list[str]
) -> None:
    assert overlapping(mine, theirs) == expected
