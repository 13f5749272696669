"""Programs: many rules as one function, and what becomes of those that cannot be decided."""

import time

import pytest

from coop.cel.checker import check
from coop.cel.program import Program
from tests.coop.cel.writing import SCHEMA

KNOWN = {"post.links": 5, "post.likes": 0, "post.text": "buy now", "author.new": True}


def program(*texts: str) -> Program:
    return Program([check(text, SCHEMA) for text in texts])


def test_the_places_of_those_that_hold_are_told_in_order() -> None:
    made = program("post.links > 2", "post.links > 9", "author.new && post.text.contains('buy')", "true")
    assert made.ask(KNOWN).holding == [0, 2, 3]
    assert made.ask(KNOWN).undecided == {}


def test_law_13_a_rule_that_lacks_a_fact_is_undecided_and_the_others_are_not() -> None:
    made = program(
        "post.reply", "post.links > 2", "post.links > 9 && post.reply", "post.links > 2 || post.reply"
    )
    outcome = made.ask(KNOWN)
    assert outcome.holding == [1, 3]
    assert outcome.undecided == {0: "post.reply is not known."}


def test_law_13_a_rule_that_errs_is_undecided_and_the_others_are_not() -> None:
    made = program(
        "post.links / post.likes > 1", "post.links > 2", "post.likes > 0 && post.links / post.likes > 1"
    )
    outcome = made.ask(KNOWN)
    assert outcome.holding == [1]
    assert outcome.undecided == {0: "A number was divided by zero."}


def test_nothing_that_is_written_in_a_rule_is_read_as_python() -> None:
    made = program(
        "post.text == '''\"); raise SystemExit(1) #'''", "'{0}{run}' == post.text", "post.text != '\\n'"
    )
    assert made.ask(KNOWN).holding == [2]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_takes_no_longer_than_its_text_is_long(pattern: str) -> None:
    made = program(f"post.text.matches(r'{pattern}')")
    began = time.perf_counter()
    made.ask(KNOWN | {"post.text": "a" * 20_000 + "!"})
    assert time.perf_counter() - began < 1
