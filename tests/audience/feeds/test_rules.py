"""The feeds policy: what a recipe may say."""

from typing import Any

import pytest

from audience.charter import KINDS
from audience.feeds.rules import FEEDS, FeedRules, range_clause, slot_clause, weight_clause
from coop.book import COOP, check_rules, within
from coop.policy_text import leaves
from tests.audience.factories import founding_book
from tests.audience.feeds.pools import RULES

(KIND,) = (kind for kind in KINDS if kind.name == FEEDS)
BOOK = founding_book()
FOUNDING = BOOK.policies[COOP, FEEDS]
CLAUSES = leaves({key: value for key, value in FOUNDING.data.items() if key != "bounds"})


def faults(pointer: str, value: object) -> list[str]:
    """Where the founding policy would be wrong with one clause set, whether or not it was there."""
    data: dict[str, Any] = founding_book().policies[COOP, FEEDS].data
    *path, last = pointer.removeprefix("/").split("/")
    place = data
    for part in path:
        place = place[part]
    place[last] = value
    return [fault.pointer for fault in check_rules(KIND, data)]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/profiles/balanced/weights/fresh", "0.5"),
        ("/profiles/balanced/weights/fresh", float("nan")),
        ("/profiles/balanced/weights/fresh", True),
        ("/profiles/balanced/weights/likes", 1.0),
        ("/profiles/balanced/among", "friends"),
        ("/profiles/balanced/slots/discovery", -1),
        ("/profiles/balanced/slots/likes", 1),
        ("/profiles/balanced/range/fresh/min", 0.0005),
        ("/profiles/balanced/range/likes", {"min": 0, "max": 1}),
        ("/signals/finish/finished_before", 5),
        ("/signals/near/region", 1.5),
        ("/signals/less/half_life", "28 days"),
        ("/signals/less/full", 0),
        ("/signals/bridge/per_group", 0),
        ("/bridging/least", 0),
        ("/discovery/viewers", 0),
    ],
)
def test_law_01_a_recipe_that_cannot_stand_is_named(pointer: str, value: object) -> None:
    found = faults(pointer, value)
    assert found
    assert all(one.startswith(pointer) or pointer.startswith(one) for one in found)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/profiles/balanced/weights/small", 3.5),
        ("/profiles/balanced/range/small/max", 0.5),
        ("/profiles/balanced/range/small/min", 0.7),
    ],
)
def test_a_weight_lies_within_what_its_slider_reaches(pointer: str, value: float) -> None:
    assert faults(pointer, value) == ["/profiles/balanced/range"]


def test_a_slider_needs_a_weight_to_move() -> None:
    reach = {"min": 0, "max": 1}
    assert faults("/profiles/following/range/diverse", reach) == ["/profiles/following/range"]


def test_a_range_leaves_room() -> None:
    reach = {"min": 1.5, "max": 1}
    assert faults("/profiles/balanced/range/small", reach) == ["/profiles/balanced/range/small"]


def test_no_more_places_are_kept_than_a_page_has() -> None:
    assert faults("/profiles/balanced/slots", {"discovery": 20, "bridging": 10}) == []
    assert faults("/profiles/balanced/slots", {"discovery": 20, "bridging": 11}) == [
        "/profiles/balanced/slots"
    ]


def test_the_founding_profiles_are_these_and_each_has_a_clause_to_cite_for_everything_it_weighs() -> None:
    assert list(RULES.profiles) == [
        "chronological", "balanced", "following", "guilds", "calm", "explore", "learn",
    ]  # fmt: skip
    for name, profile in RULES.profiles.items():
        for signal, weight in profile.weights.items():
            assert BOOK.cite(FEEDS, weight_clause(name, signal)).value == weight
        for signal, reach in profile.range.items():
            assert BOOK.cite(FEEDS, range_clause(name, signal, "max")).value == reach.max
        assert BOOK.cite(FEEDS, slot_clause(name, "discovery")).value == profile.slots.discovery
    assert {profile.among for profile in RULES.profiles.values()} == {"everyone", "followed", "guilds"}


def test_every_founding_weight_but_that_of_the_plain_order_has_a_slider() -> None:
    for name, profile in RULES.profiles.items():
        assert set(profile.range) == (set() if name == "chronological" else set(profile.weights))


def test_law_01_an_ordinary_vote_may_set_every_number_but_those_that_would_make_another_profile() -> None:
    bounds = FOUNDING.data["bounds"]["coop"]
    plain = {
        f"/profiles/chronological/{what}" for what in ("per_author", "slots/discovery", "slots/bridging")
    }
    words = {f"/profiles/{name}/{what}" for name in RULES.profiles for what in ("about", "among")}
    assert set(CLAUSES) - set(bounds) == plain | words


def test_every_founding_value_lies_in_its_own_bounds() -> None:
    for clause, bound in FOUNDING.data["bounds"]["coop"].items():
        assert within(CLAUSES[clause], bound), clause


@pytest.mark.long
def test_each_end_of_every_bound_can_be_voted() -> None:
    for clause, bound in FOUNDING.data["bounds"]["coop"].items():
        ends = [*bound.get("one_of", []), *(bound[end] for end in ("min", "max") if end in bound)]
        assert [faults(clause, end) for end in ends] == [[]] * len(ends), clause


@pytest.mark.parametrize(
    ("clause", "bound"),
    [
        ("/profiles/calm/weights/calm", 1),
        ("/profiles/explore/weights/small", 0.5),
        ("/profiles/explore/weights/diverse", 0.5),
        ("/profiles/learn/weights/bridge", 0.5),
        ("/profiles/following/weights/fresh", 0.5),
    ],
)
def test_what_makes_a_profile_what_it_is_cannot_be_voted_away_by_an_ordinary_vote(
    clause: str, bound: float
) -> None:
    assert FOUNDING.data["bounds"]["coop"][clause]["min"] == bound


def test_the_rules_are_those_of_the_founding_text() -> None:
    assert FeedRules.model_validate(FOUNDING.data) == RULES
