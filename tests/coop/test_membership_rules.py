"""The membership policy: its founding text, and the bounds that no vote can cross (law 12)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from coop.book import PolicyKind, check_rules, within
from coop.membership_rules import MembershipRules, membership_charter
from coop.policy_text import leaves

TEXT = (Path(__file__).parents[2] / "policies" / "membership.toml").read_text(encoding="utf-8")
KIND = PolicyKind("membership", MembershipRules, charter=membership_charter)


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def test_the_founding_text_stands(data: dict[str, Any]) -> None:
    assert check_rules(KIND, data) == []


def test_a_clause_that_nobody_knows_is_refused(data: dict[str, Any]) -> None:
    data["joining"]["fee"] = 5
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/joining/fee"


def test_every_declared_bound_names_a_clause_and_holds_its_founding_value(data: dict[str, Any]) -> None:
    clauses = leaves(data)
    for pointer, bound in data["bounds"]["coop"].items():
        assert within(clauses[pointer], bound), pointer


def test_law_12_a_closed_door_keeps_a_way_in(data: dict[str, Any]) -> None:
    data["joining"]["admission"] = "invited"
    assert check_rules(KIND, data) == []
    data["joining"]["invitations_per_member"] = 0
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/joining/invitations_per_member"


@pytest.mark.parametrize("length", [11, 65])
def test_law_12_passwords_stay_neither_guessable_nor_impossible(data: dict[str, Any], length: int) -> None:
    data["credentials"]["password_min_length"] = length
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/credentials/password_min_length"


def test_law_12_nobody_can_be_called_me(data: dict[str, Any]) -> None:
    data["names"]["reserved"] = ["admin"]
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/names/reserved"


def test_a_number_in_quotes_is_not_a_number(data: dict[str, Any]) -> None:
    data["joining"]["invitation_days"] = "14"
    (fault,) = check_rules(KIND, data)
    assert fault.pointer == "/joining/invitation_days"


@pytest.mark.parametrize(
    ("clause", "value", "pointer"),
    [
        ("zone", "Mars/Olympus", "/notices/zone"),
        ("rhythm", "yearly", "/notices/rhythm"),
        ("urgent", ["jury", "weather"], "/notices/urgent/1"),
        ("hour", 24, "/notices/hour"),
        ("hours_to_act", -1, "/notices/hours_to_act"),
    ],
)
def test_a_rhythm_in_which_nobody_could_hear_of_things_is_refused(
    data: dict[str, Any], clause: str, value: Any, pointer: str
) -> None:
    data["notices"][clause] = value
    assert [fault.pointer for fault in check_rules(KIND, data)] == [pointer]
