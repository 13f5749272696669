"""Options: what a ballot may say, by the method that counts it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import RuleBroken
from governance.options import ANSWERS, Said, labels, said
from governance.ranges import Range
from governance.rules import Method
from governance.tally import Choice

CHOICES = {"choices": [{"label": "As it is"}, {"label": "Fifty"}, {"label": "Eighty"}]}
NUMBER = {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
SHARE = {"clause": "/classes/A/threshold", "min": "0.5", "max": "0.9", "present": "0.6"}


def refused(method: Method, options: Any, choice: str, **more: Any) -> list[str]:
    with pytest.raises(RuleBroken) as found:
        said(method, options, Choice(choice), **more)
    return [fault.pointer for fault in found.value.faults]


def test_every_method_has_its_answers() -> None:
    assert ANSWERS.keys() == set(get_args(Method))


@pytest.mark.parametrize(
    ("method", "choice", "marks", "read"),
    [
        ("schulze", "ranked", [2, 0], b"\x02\x00"),
        ("stv", "ranked", [1], b"\x01"),
        ("approval", "approved", [2, 1], b"\x01\x02"),
        ("approval", "approved", [], b""),
    ],
)
def test_choices_are_named_by_their_places(
    method: Method, choice: str, marks: Sequence[int], read: bytes
) -> None:
    found = said(method, CHOICES, Choice(choice), marks=marks)
    assert found.marks == read
    assert found.as_json() == {"choice": choice, "reason": "", "clause": "", "marks": list(read)}


@pytest.mark.parametrize("method", ["schulze", "stv"])
@pytest.mark.parametrize(
    ("marks", "where"),
    [
        (None, ["/marks"]),
        ([], ["/marks"]),
        ([3], ["/marks/0"]),
        ([1, 1, -1], ["/marks/1", "/marks/2"]),
        ([True], ["/marks/0"]),
    ],
)
def test_a_ranking_names_a_choice_and_none_twice(method: Method, marks: Any, where: list[str]) -> None:
    assert refused(method, CHOICES, "ranked", marks=marks) == where


def test_an_approval_names_no_choice_twice() -> None:
    assert refused("approval", CHOICES, "approved", marks=[1, 1]) == ["/marks/1"]
    assert refused("approval", CHOICES, "approved") == ["/marks"]


@pytest.mark.parametrize("value", ["5", "500", "60.0", "1E+2"])
def test_a_whole_number_is_named_within_its_range(value: str) -> None:
    found = said("median", NUMBER, Choice.NAMED, value=Decimal(value))
    assert found.value == Decimal(value)
    assert found.as_json()["value"] == str(int(Decimal(value)))


@pytest.mark.parametrize("value", ["4", "501", "60.5", "1E+999999", "NaN", "sNaN", "-Infinity", None])
def test_what_is_no_number_for_the_clause_is_refused(value: str | None) -> None:
    named = None if value is None else Decimal(value)
    assert refused("median", NUMBER, "named", value=named) == ["/value"]


@pytest.mark.parametrize("value", ["0.49", "0.91", "0.65000000000000000001", "1E-999999"])
def test_what_a_policy_cannot_hold_is_refused(value: str) -> None:
    assert refused("median", SHARE, "named", value=Decimal(value)) == ["/value"]


def test_a_number_that_is_not_whole_is_told_in_one_form() -> None:
    told = [said("median", SHARE, Choice.NAMED, value=Decimal(value)) for value in ("0.65", "0.650")]
    assert [one.as_json()["value"] for one in told] == ["0.65", "0.65"]


@pytest.mark.parametrize(("method", "options"), [("schulze", CHOICES), ("median", NUMBER)])
def test_one_may_abstain_and_then_says_nothing_else(method: Method, options: Any) -> None:
    assert said(method, options, Choice.ABSTAIN) == Said(Choice.ABSTAIN)
    assert refused(method, options, "abstain", marks=[1]) == ["/choice"]
    assert refused(method, options, "abstain", value=Decimal(60)) == ["/choice"]


@pytest.mark.parametrize(
    ("method", "options", "choice"),
    [
        ("schulze", CHOICES, "for"),
        ("schulze", CHOICES, "approved"),
        ("schulze", CHOICES, "block"),
        ("approval", CHOICES, "ranked"),
        ("median", NUMBER, "against"),
        ("stv", CHOICES, "named"),
        ("majority", None, "ranked"),
        ("consent", None, "block"),
    ],
)
def test_a_ballot_answers_what_its_method_asks(method: Method, options: Any, choice: str) -> None:
    assert refused(method, options, choice, marks=[1]) == ["/choice"]


def test_a_ballot_says_one_thing() -> None:
    assert refused("schulze", CHOICES, "ranked", marks=[1], value=Decimal(60)) == ["/marks"]
    assert refused("median", NUMBER, "named", marks=[1], value=Decimal(60)) == ["/value"]


def test_an_election_without_a_slate_has_no_labels_yet() -> None:
    assert labels({"seats": 3}) == ()
    assert labels(CHOICES) == ("As it is", "Fifty", "Eighty")


@given(st.floats(0.5, 0.9) | st.integers(1, 9).map(lambda tenths: tenths / 10))
def test_what_a_policy_holds_is_read_and_written_unchanged(number: float) -> None:
    asked = Range("/x", Decimal("0.01"), Decimal("0.99"), Decimal("0.6"))
    read = asked.read(Decimal(repr(number)))
    assert asked.patch(read)[0]["value"] == number
    assert Range.of(asked.as_json()) == asked
