"""The policies of this room: what they may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from audience.charter import KINDS
from audience.clauses import limit_of, strictest
from audience.feeds.rules import FeedRules
from audience.rules import ORDERS, AudienceRules
from coop.book import COOP, check_rules
from tests.audience.factories import founding_book

AUDIENCE_KIND, FEEDS_KIND, *_ = KINDS


def changed(kind: str, pointer: str, value: object) -> dict[str, Any]:
    """Return the founding data with one clause set, whether or not it was there."""
    data: dict[str, Any] = founding_book().policies[COOP, kind].data
    *path, last = pointer.removeprefix("/").split("/")
    place = data
    for part in path:
        place = place[part]
    place[last] = value
    return data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_founding_policies_stand(kind: Any) -> None:
    assert check_rules(kind, founding_book().policies[COOP, kind.name].data) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/seats/default", 0),
        ("/seats/default", True),
        ("/seats/default", "150"),
        ("/seats/default", 12.5),
        ("/seats/default", 501),
        ("/seats/default", "open"),
        ("/seats/ceiling", "OPEN"),
        ("/seats/on_full", "open"),
        ("/reach/default", "public"),
        ("/reach/default", "circle"),
        ("/arrivals/strangers_only", 1),
        ("/arrivals/strangers_only", "yes"),
        ("/arrivals/burst", 0),
        ("/arrivals/burst", "open"),
        ("/replies/per_member", -1),
        ("/replies/gap_s", -1),
        ("/replies/gap_s", "open"),
        ("/replies/watched_min", 101),
        ("/replies/until", "soon"),
        ("/replies/until", 7),
        ("/replies/at_time", "everyone"),
        ("/replies/depth", 0),
        ("/replies/depth", 33),
        ("/replies/unfolded", 0),
    ],
)
def test_a_clause_that_cannot_stand_is_named(pointer: str, value: object) -> None:
    faults = check_rules(AUDIENCE_KIND, changed("audience", pointer, value))
    assert {fault.pointer for fault in faults} == {pointer}


def test_a_limit_for_now_that_is_usually_longer_than_it_may_be_is_refused_at_the_default() -> None:
    (fault,) = check_rules(AUDIENCE_KIND, changed("audience", "/limit_for_now/longest", 6))
    assert (fault.pointer, "6" in fault.detail) == ("/limit_for_now/default", True)


def test_a_ceiling_below_the_default_is_refused_at_the_default() -> None:
    (fault,) = check_rules(AUDIENCE_KIND, changed("audience", "/seats/ceiling", 149))
    assert (fault.pointer, "149" in fault.detail) == ("/seats/default", True)


def test_an_open_ceiling_allows_any_default() -> None:
    data = changed("audience", "/seats/ceiling", "open")
    assert check_rules(AUDIENCE_KIND, data) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/profiles/balanced/page", 301),
        ("/profiles/balanced/half_life", "1 day"),
        ("/profiles/balanced/half_life", "PT0H"),
        ("/profiles/balanced/half_life", 3600),
        ("/profiles/balanced/horizon", "P1M"),
        ("/profiles/balanced/weights/fresh", 0.0005),
        ("/profiles/balanced/weights/fresh", -1),
        ("/profiles/balanced/weights/likes", 1),
        ("/profiles/balanced/weights", {}),
        ("/signals/follow/same_guild", 1.5),
        ("/profiles/Balanced", {}),
    ],
)
def test_a_recipe_that_cannot_stand_is_named(pointer: str, value: object) -> None:
    faults = check_rules(FEEDS_KIND, changed("feeds", pointer, value))
    assert faults
    assert all(fault.pointer.startswith(pointer) for fault in faults)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_bound_on_no_clause_is_refused(kind: Any) -> None:
    data = changed(kind.name, "/bounds/coop", {"/seats/defualt": {"min": 1}})
    (fault,) = check_rules(kind, data)
    assert fault.pointer == "/bounds/coop/~1seats~1defualt"


@pytest.mark.parametrize(
    "clause",
    [
        "/counts/likes",
        "/replies/characters",
        "/replies/depth",
        "/replies/unfolded",
        "/language/characters",
        "/length/picture_s",
        "/circles/number",
        "/followers/ceiling",
        "/followers/on_full",
        "/reach/least_told",
    ],
)
def test_a_bound_for_guilds_of_what_is_asked_of_no_guild_is_refused(clause: str) -> None:
    bound = {"one_of": ["nobody"]} if clause == "/counts/likes" else {"min": 1}
    (fault,) = check_rules(AUDIENCE_KIND, changed("audience", "/bounds/guild", {clause: bound}))
    assert fault.pointer == "/bounds/guild/" + clause.replace("/", "~1")
    assert "coop's alone" in fault.detail
    assert check_rules(AUDIENCE_KIND, changed("audience", "/bounds/coop", {clause: bound})) == []


def test_a_guild_may_set_every_clause_that_binds_an_audience_in_it() -> None:
    bounds = founding_book().policies[COOP, "audience"].data["bounds"]["guild"]
    assert ORDERS.keys() - bounds.keys() == {"/posts/layers"}


@pytest.mark.parametrize("bound", [{}, {"min": 3, "max": 2}, {"least": 1}])
def test_a_bound_that_binds_nothing_is_refused(bound: dict[str, int]) -> None:
    data = changed("audience", "/bounds/coop", {"/seats/default": bound})
    assert check_rules(AUDIENCE_KIND, data)


def test_rules_cannot_be_changed_in_place() -> None:
    rules = founding_book().rules("audience", AudienceRules)
    with pytest.raises(ValidationError):
        rules.seats.default = 3  # type: ignore[misc]


def test_durations_are_read_as_iso_8601_has_them() -> None:
    data = changed("feeds", "/profiles/balanced/half_life", "P1DT12H30M")
    assert FeedRules.model_validate(data).profiles["balanced"].half_life.total_seconds() == 131_400


def test_the_strictest_limit_is_the_smallest_and_open_is_none() -> None:
    assert strictest(limit_of("open"), limit_of(5), None, limit_of(3)) == 3
    assert strictest(limit_of("open"), None) is None
