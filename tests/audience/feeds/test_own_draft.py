"""Drafts of own profiles: what is kept of them, and what is wrong is pointed at."""

from typing import Any

import pytest

from audience.feeds.own_draft import Draft, checked
from audience.feeds.rules import FEEDS
from coop.book import Book
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, with_clauses

BOOK = founding_book()


def draft(**said: Any) -> Draft:
    return Draft(**{"name": "mornings", "base": "balanced", **said})


def faults(book: Book = BOOK, **said: Any) -> list[str]:
    """Return what a draft is told to be wrong about, by pointer."""
    with pytest.raises(RuleBroken) as told:
        checked(book, draft(**said), loopback=False)
    return [fault.pointer for fault in told.value.faults]


def test_a_draft_is_kept_in_one_form() -> None:
    kept = checked(
        BOOK,
        draft(
            name=" Mornings ",
            about="  Slow\n and   small ",
            sliders={"small": 1.0, "calm": 0.0},
            topics=["#Bread", "ﬁsh", "bread"],
        ),
        loopback=False,
    )
    assert kept == Draft("mornings", "Slow and small", "balanced", {"small": 1.0}, ["bread", "fish"])


@pytest.mark.parametrize("name", ["", "a", "9am", "a b", "own:calm", "a" * 25, "ä-b", "a\0b", "a/b"])
def test_a_name_fits_into_an_address(name: str) -> None:
    assert faults(name=name) == ["/name"]


@pytest.mark.parametrize("about", ["a" * 301, "right \u202e to left"])
def test_what_it_is_about_can_be_shown(about: str) -> None:
    assert faults(about=about) == ["/about"]


def test_it_is_made_from_one_thing() -> None:
    assert faults(base=None) == ["/base"]
    assert faults(external_url="https://example.org/feed") == ["/base"]
    assert faults(base="engagement") == ["/base"]


@pytest.mark.parametrize(
    ("sliders", "pointer"),
    [
        ({"small": 3.5}, "/sliders/small"),
        ({"small": 0.3}, "/sliders/small"),
        ({"small": float("nan")}, "/sliders/small"),
        ({"small": float("inf")}, "/sliders/small"),
        ({"engagement": 1.0}, "/sliders/engagement"),
    ],
)
def test_a_slider_is_one_of_the_profile_and_stands_on_its_scale(
    sliders: dict[str, float], pointer: str
) -> None:
    assert faults(sliders=sliders) == [pointer]


@pytest.mark.parametrize("tag", ["", "#", "2026", "a b", "a" * 61, "#a#b", "a\0"])
def test_a_tag_is_one_that_a_post_could_have(tag: str) -> None:
    assert faults(topics=["bread", tag]) == ["/topics/1"]


def test_law_01_how_many_tags_may_be_chosen_is_a_clause() -> None:
    book = with_clauses(BOOK, FEEDS, {"/own/topics": 1})
    assert faults(book, topics=["bread", "rye"]) == ["/topics"]
    assert checked(book, draft(topics=["bread", "Bread"]), loopback=False).topics == ["bread"]


def test_tags_are_chosen_only_where_they_count() -> None:
    assert faults(base="chronological", topics=["bread"]) == ["/topics"]


def test_an_address_is_one_of_the_public_network_and_is_not_weighed() -> None:
    url = "https://example.org/feed"
    assert checked(BOOK, draft(base=None, external_url=url), loopback=False).external_url == url
    for wrong in ("http://example.org/", "https://127.0.0.1/", "https://user@example.org/", "feed"):
        assert faults(base=None, external_url=wrong) == ["/external_url"]
    assert faults(base=None, external_url=url, sliders={"small": 1.0}) == ["/sliders"]
    assert faults(base=None, external_url=url, topics=["bread"]) == ["/topics"]
