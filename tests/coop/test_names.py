"""Handles, slugs and shown text."""

import pytest

from coop.errors import RuleBroken
from coop.names import check_handle, check_slug, line, prose


@pytest.mark.parametrize(
    ("given", "stored"), [("Ada", "ada"), ("  ada ", "ada"), ("ＡＤＡ", "ada"), ("a_1", "a_1")]
)
def test_a_handle_has_one_form(given: str, stored: str) -> None:
    assert check_handle(given) == stored


@pytest.mark.parametrize("given", ["a", "1ada", "ada!", "аda", "a" * 31, "", "a\nb", "ada\0"])
def test_a_handle_that_could_be_mistaken_is_refused(given: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_handle(given)
    assert refused.value.faults[0].pointer == "/handle"


def test_a_slug_may_hold_hyphens_and_a_handle_may_not() -> None:
    assert check_slug("Seed-Savers") == "seed-savers"
    with pytest.raises(RuleBroken):
        check_handle("seed-savers")


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert line(" Ada\n\tLovelace  ", "/name", longest=60) == "Ada Lovelace"


@pytest.mark.parametrize("given", ["", "   ", "\u200b", "\u202eada", "a\u0007b", "ada\u2066", "x" * 61])
def test_a_line_that_hides_something_or_nothing_is_refused(given: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        line(given, "/name", longest=60)
    assert refused.value.faults[0].pointer == "/name"


def test_emoji_and_scripts_that_need_joiners_are_kept() -> None:
    assert line("👩‍🌾 می‌خواهم", "/name", longest=60) == "👩‍🌾 می‌خواهم"


def test_prose_keeps_its_lines_and_may_be_empty() -> None:
    assert prose("one \r\n\r\ntwo\n", "/about", longest=60) == "one\n\ntwo"
    assert prose("", "/about", longest=60) == ""
