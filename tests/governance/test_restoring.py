"""Restoring: as many clauses as can stand are put back, and the others are named."""

from typing import Any

from coop.errors import Fault
from governance.inverse import ABSENT
from governance.restoring import restored

TEXT = """\
low = 30        # at the least
high = 40       # at the most
name = "new"
"""


def check(data: dict[str, Any]) -> list[Fault]:
    """A schema in which low must not lie above high, and low and high have to be there."""
    faults = [Fault(f"/{name}", "This clause is needed.") for name in ("low", "high") if name not in data]
    if not faults and data["low"] > data["high"]:
        faults.append(Fault("/low", "It lies above high."))
    return faults


def test_clauses_are_put_back_and_comments_stay() -> None:
    found = restored(TEXT, {"/low": 20, "/name": "old"}, check)
    assert found.left == {}
    assert found.text == TEXT.replace("30", "20").replace("new", "old")


def test_a_text_that_says_just_that_is_taken_as_it_was() -> None:
    before = 'high = 40\nlow = 20\nname = "new" # a good name\n'
    assert restored(TEXT, {"/low": 20}, check, before).text == before
    assert restored(TEXT, {"/low": 25}, check, before).text == TEXT.replace("30", "25")


def test_clauses_that_can_only_go_back_together_do() -> None:
    found = restored(TEXT, {"/low": 50, "/high": 60}, check)
    assert found.left == {}
    assert found.text == TEXT.replace("30", "50").replace("40", "60")


def test_one_clause_makes_room_for_another_whatever_their_order() -> None:
    found = restored(TEXT, {"/low": 50, "/high": 60, "/name": ABSENT, "/name/first": "x"}, check)
    assert found.left == {}
    found = restored(TEXT, {"/low": 50, "/high": 60, "/low/x": 1}, check)
    assert found.left == {"/low/x": "Other clauses stand in the place of /low/x."}
    assert found.text == TEXT.replace("30", "50").replace("40", "60")


def test_law_13_what_cannot_stand_is_named_and_all_else_is_put_back() -> None:
    found = restored(TEXT, {"/low": 99, "/high": ABSENT, "/name": "old"}, check)
    assert found.left == {"/low": "/low: It lies above high.", "/high": "/high: This clause is needed."}
    assert found.text == TEXT.replace("new", "old")


def test_nothing_to_put_back_changes_nothing() -> None:
    assert restored(TEXT, {}, check).text == TEXT
