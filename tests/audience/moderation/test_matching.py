"""Matching: whole words of lists, whatever their case and form, and patterns."""

import time

import pytest

from audience.moderation.matching import Patterns, Words

WORDS = Words({"a": ["spam", "foo bar", "*ware", "viagr*", "C++", "ﬁsh", "naïve"], "b": ["SPAM"], "none": []})


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("This is SPAM!", {"spam"}),
        ("spamming, antispam, spam2, 2spam", set()),
        ("spam_spam", {"spam"}),
        ("a foo bar, a foobar, a foo  bar", {"foo bar"}),
        ("malware", {"*ware"}),
        ("wareX", set()),
        ("viagra", {"viagr*"}),
        ("xviagra", set()),
        ("I write c++.", {"C++"}),
        ("fish and ＦＩＳＨ", {"ﬁsh"}),
        ("nai\u0308ve", {"naïve"}),
        ("", set()),
    ],
)
def test_words_are_found_whole_in_any_case_and_form(text: str, held: set[str]) -> None:
    assert WORDS.held(text)["a"] == held


def test_a_word_of_two_lists_is_told_for_both_and_an_empty_list_holds_nothing() -> None:
    assert WORDS.held("spam") == {"a": {"spam"}, "b": {"SPAM"}, "none": frozenset()}
    assert Words({}).held("spam") == {}


def test_patterns_are_told_by_name() -> None:
    patterns = Patterns({"phone": r"\+\d[\d ]{8,}", "abc": "(?i)abc"})
    assert patterns.matched("call +31 6 1234 5678") == {"phone": True, "abc": False}
    assert patterns.matched("xABCx") == {"phone": False, "abc": True}
    assert Patterns({}).matched("abc") == {}


def test_ten_thousand_words_and_a_hostile_pattern_take_no_time() -> None:
    words = Words({"many": [f"word{number}" for number in range(10_000)]})
    patterns = Patterns({"slow": r"(a+)+$", "wide": r"(.*)*x"})
    text = "a" * 20_000 + " word77 !"
    began = time.perf_counter()
    assert words.held(text)["many"] == {"word77"}
    assert patterns.matched(text) == {"slow": False, "wide": False}
    assert time.perf_counter() - began < 1
