"""What was chosen: the patch that takes force, of those that a vote had to choose from."""

from decimal import Decimal
from typing import Any

import pytest

from governance.chosen import patch_of, possible, weightiest
from governance.facts import Counted
from governance.outcome import Outcome
from governance.rules import Method
from governance.tally import Bar, count
from tests.governance.contesting import CHOICES, photos

CONTEST = {"choices": [{"label": "As it is"}, *CHOICES]}
NUMBER = {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
SHARE = {"clause": "/classes/A/threshold", "min": "0.5", "max": "0.6", "present": "0.6"}
PASSED = count({"for": 3}, 5, Bar.from_json({"floor": "0", "min": 1, "threshold": "1/2", "block": "1/2"}))


def outcome(method: Method, result: dict[str, Any], passed: bool = True) -> Outcome:
    return Outcome(method, passed, "", 5, 3, 3, result)


@pytest.mark.parametrize(
    ("method", "options", "counted", "patch"),
    [
        ("majority", None, PASSED, photos(70)),
        ("consent", None, None, photos(70)),
        ("schulze", CONTEST, outcome("schulze", {"chosen": [2]}), photos(100)),
        ("schulze", CONTEST, outcome("schulze", {"chosen": []}, passed=False), []),
        ("schulze", CONTEST, None, []),
        ("schulze", {"choices": [{"label": "A"}, {"label": "B"}]}, outcome("schulze", {"chosen": [1]}), []),
        ("median", NUMBER, outcome("median", {"chosen": [], "count": {"value": 80}}), photos(80)),
        ("median", NUMBER, outcome("median", {"chosen": [], "count": {"value": 80}}, passed=False), []),
        ("median", NUMBER, None, []),
    ],
)
def test_law_05_the_patch_follows_from_the_options_and_the_count(
    method: Method, options: Any, counted: Counted | None, patch: Any
) -> None:
    own = photos(70) if options is None else []
    assert patch_of(method, options, own, counted) == patch


def test_a_number_that_is_not_whole_is_set_as_it_was_named() -> None:
    counted = outcome("median", {"chosen": [], "count": {"value": "0.55"}})
    (operation,) = patch_of("median", SHARE, [], counted)
    assert Decimal(repr(operation["value"])) == Decimal("0.55")


@pytest.mark.parametrize("counted", [PASSED, outcome("median", {"chosen": []})])
def test_the_count_of_another_vote_chooses_nothing(counted: Counted) -> None:
    with pytest.raises(ValueError, match="its own count"):
        patch_of("schulze", CONTEST, [], counted)


def test_every_patch_that_can_take_force_has_its_place() -> None:
    assert possible("majority", None, photos(70)) == {"/patch": photos(70)}
    assert possible("schulze", CONTEST, []) == {
        "/options/choices/1": photos(80),
        "/options/choices/2": photos(100),
    }
    assert possible("median", NUMBER, []) == {"/options/min": photos(5), "/options/max": photos(500)}
    assert list(possible("median", SHARE, [])) == ["/options/min"]


def test_the_weightiest_class_decides() -> None:
    assert weightiest(["B", "A", "D", "C"]) == "D"
