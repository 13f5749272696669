"""Every change that a vote may choose is named, and one hash stands for what was found of them all."""

import hashlib
from typing import Any

import pytest

from governance.rehearsal.changes import Change, choosable, joined, label
from governance.rules import Method
from tests.governance.contesting import CHOICES, photos

CONTEST = {"choices": [{"label": "As it is"}, *CHOICES]}
NUMBER = {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
SHARE = {"clause": "/classes/A/threshold", "min": "0.55", "max": "0.6", "present": "0.6"}
QUESTION = {"choices": [{"label": "As it is"}, {"label": "The barn"}]}


def changes(method: Method, options: Any, patch: Any = ()) -> dict[str, Change]:
    return choosable(
        scope="coop", kind="media", base_sha256="b" * 64, method=method, options=options, patch=list(patch)
    )


@pytest.mark.parametrize(
    ("method", "options", "patch", "expected"),
    [
        ("majority", None, photos(70), {"/patch": ("", photos(70))}),
        (
            "schulze",
            CONTEST,
            (),
            {
                "/options/choices/1": ("Eighty", photos(80)),
                "/options/choices/2": ("A hundred", photos(100)),
            },
        ),
        (
            "median",
            NUMBER,
            (),
            {
                "/options/min": ("5, the least", photos(5)),
                "/options/max": ("500, the most", photos(500)),
            },
        ),
        ("schulze", QUESTION, (), {}),
        ("approval", QUESTION, (), {}),
        ("stv", {"seats": 3}, (), {}),
        ("majority", None, (), {}),
    ],
)
def test_law_05_a_vote_may_choose_what_has_a_patch(
    method: Method, options: Any, patch: Any, expected: dict[str, tuple[str, Any]]
) -> None:
    found = changes(method, options, patch)
    assert {pointer: (label(pointer, options), one.patch) for pointer, one in found.items()} == expected
    assert {(one.scope, one.kind, one.base_sha256) for one in found.values()} <= {("coop", "media", "b" * 64)}


def test_an_end_that_is_not_whole_is_called_by_its_own_digits() -> None:
    found = changes("median", SHARE)
    assert [label(pointer, SHARE) for pointer in found] == ["0.55, the least"]


def test_law_05_the_hash_of_one_report_stands_for_itself_and_that_of_several_is_over_them_all() -> None:
    one, other = "1" * 64, "2" * 64
    assert joined({"/patch": one}) == one
    canonical = f'{{"/options/max":"{other}","/options/min":"{one}"}}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert joined({"/options/min": one, "/options/max": other}) == expected
    assert joined({"/options/max": other, "/options/min": one}) == expected
    assert joined({"/options/min": other, "/options/max": one}) != expected
