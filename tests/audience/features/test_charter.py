"""What no vote can pass of features: what cannot be asked, what nothing asks for, what nobody could gain."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from app import POLICY_KINDS
from coop.book import check_rules
from coop.feature_rules import FEATURES

TEXT = (Path(__file__).parents[3] / "policies" / "features.toml").read_text(encoding="utf-8")
WIDE = "/features/wide_reach/member"
TERMS = {"grant_when": "members > 3", "keep_when": "members > 2", "grace_days": 3}


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def faults(data: dict[str, Any], pointer: str, value: object) -> list[tuple[str, str]]:
    *path, last = pointer.removeprefix("/").split("/")
    place = data
    for part in path:
        place = place[part]
    place[last] = value
    data["bounds"] = {"coop": {}, "guild": {}}
    return [(one.pointer, one.detail) for one in check_rules(POLICY_KINDS[FEATURES], data)]


def test_the_founding_text_stands_without_its_bounds(data: dict[str, Any]) -> None:
    assert faults(data, f"{WIDE}/grace_days", 3) == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("reach <= ", "line 1, column 10"),
        ("reach <= 4500.0", "int beside a double"),
        ('reach <= "many"', "cannot be asked of int and string"),
        ("reach", "This is a int; a bool is needed."),
        ("likes > 3", "Nothing is known as “likes”"),
        ("members > 3", "Nothing is known as “members”"),
        ("&&".join(["reach>1"] * 40), "60 are allowed"),
        ("tenure_days > 3 && reach.matches('(a+)+$')", "cannot be asked of"),
    ],
)
def test_law_13_a_condition_that_cannot_be_asked_is_named_with_its_place(
    data: dict[str, Any], condition: str, said: str
) -> None:
    ((pointer, detail),) = faults(data, f"{WIDE}/keep_when", condition)
    assert pointer == f"{WIDE}/keep_when"
    assert said in detail


def test_a_guild_s_condition_speaks_of_what_is_measured_of_guilds(data: dict[str, Any]) -> None:
    ((pointer, detail),) = faults(data, "/features/wide_reach/guild/keep_when", "counterparts > 3")
    assert (pointer, "Nothing is known" in detail) == ("/features/wide_reach/guild/keep_when", True)


def test_law_01_a_feature_that_nothing_asks_for_is_refused(data: dict[str, Any]) -> None:
    ((pointer, detail),) = faults(data, "/features/flying", {"about": "fly", "guild": TERMS})
    assert (pointer, "Nothing asks for this feature" in detail) == ("/features/flying", True)


def test_a_feature_is_held_by_those_alone_for_whom_it_is_asked(data: dict[str, Any]) -> None:
    ((pointer, _),) = faults(data, "/features/scheduled_posts/guild", TERMS)
    assert pointer == "/features/scheduled_posts/guild"


@pytest.mark.parametrize(
    ("condition", "clause"),
    [
        ("reach > 4500", "grant_when"),
        ("reach >= 3 && reach < 3", "grant_when"),
        ("!(reach >= 0)", "grant_when"),
        ("0 > reach", "grant_when"),
        ("reach > 5000 && (posts > 3 || posts < 9)", "grant_when"),
        ("!(reach <= 5000 || posts > 3)", "grant_when"),
        ("reach == 4501", "grant_when"),
    ],
)
def test_what_nobody_could_ever_gain_is_refused(data: dict[str, Any], condition: str, clause: str) -> None:
    ((pointer, detail),) = faults(data, f"{WIDE}/{clause}", condition)
    assert pointer == f"{WIDE}/grant_when"
    assert "reach" in detail


@pytest.mark.parametrize("condition", ["reach > 4500 || posts > 3", "reach + posts > 9000", "reach != 7"])
def test_what_might_be_gained_after_all_stands(data: dict[str, Any], condition: str) -> None:
    assert faults(data, f"{WIDE}/grant_when", condition) == []


def test_a_limit_inside_of_what_keeps_it_leaves_nobody(data: dict[str, Any]) -> None:
    assert faults(data, f"{WIDE}/lose_when", "reach >= 0") != []


def test_how_many_at_once_may_be_left_to_the_guilds(data: dict[str, Any]) -> None:
    terms = data["features"]["live_rooms"]["guild"]
    left = {name: value for name, value in terms.items() if name != "at_once"}
    assert faults(data, "/features/live_rooms/guild", left) == []


@pytest.mark.parametrize(
    ("pointer", "value", "at"),
    [
        ("/features/wide_reach/guild/budget", {"unit": "seats", "amount": 5, "per": "P7D"},
         "/features/wide_reach/guild/budget"),
        ("/features/live_rooms/guild/budget/unit", "hours", "/features/live_rooms/guild/budget/unit"),
        ("/features/live_rooms/guild/budget/per", "PT1H", "/features/live_rooms/guild/budget/per"),
        ("/features/live_rooms/guild/budget/amount", 0, "/features/live_rooms/guild/budget/amount"),
        ("/features/larger_quota/guild/budget/unit", "gigabytes", "/features/larger_quota/guild/budget/unit"),
        ("/features/larger_quota/member/budget", {"unit": "megabytes", "amount": 5, "per": "P7D"},
         "/features/larger_quota/member/budget"),
        ("/features/live_rooms/guild/at_once/unit", "minutes", "/features/live_rooms/guild/at_once/unit"),
        ("/features/live_rooms/guild/at_once/amount", 0, "/features/live_rooms/guild/at_once/amount"),
        ("/features/live_rooms/guild/at_once/amount", 1.5, "/features/live_rooms/guild/at_once/amount"),
        ("/features/live_rooms/guild/at_once/per", "P7D", "/features/live_rooms/guild/at_once/per"),
        ("/features/live_rooms/guild/at_once", {"unit": "rooms"},
         "/features/live_rooms/guild/at_once/amount"),
        ("/features/wide_reach/guild/at_once", {"unit": "posts", "amount": 5},
         "/features/wide_reach/guild/at_once"),
        ("/features/wide_reach/member/at_once", {"unit": "rooms", "amount": 5},
         "/features/wide_reach/member/at_once"),
        ("/features/live_rooms/guild", TERMS,
         "/features/live_rooms/guild/budget"),
        ("/features/wide_reach/member/grace_days", -1, "/features/wide_reach/member/grace_days"),
        ("/features/wide_reach/member/expires", "PT1H", "/features/wide_reach/member/expires"),
        ("/features/wide_reach", {"about": "go wide"}, "/features/wide_reach"),
        ("/held/scheduled_posts", False, "/held/scheduled_posts"),
        ("/held/wide_reach", 1, "/held/wide_reach"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_named(data: dict[str, Any], pointer: str, value: object, at: str) -> None:
    found = faults(data, pointer, value)
    if pointer == "/features/wide_reach":
        assert at in [one for one, _ in found]
    else:
        assert [one for one, _ in found] == [at]
