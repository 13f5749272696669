"""Keys: what a reader holds, as integers."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from audience.keys import (
    LOCAL_KEY,
    PUBLIC_KEY,
    circle_key,
    contribution_key,
    guild_key,
    guild_of,
    held_by,
    member_key,
    personal,
    place_key,
)
from coop.identity import Identity

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
IDS = st.integers(1, 2**59 - 1)


def member(member_id: int, guilds: set[int]) -> Identity:
    return Identity(member_id, f"m{member_id}", "M", JOINED, frozenset(guilds))


@given(IDS, IDS)
def test_no_two_things_share_a_key(one: int, other: int) -> None:
    keys = [LOCAL_KEY, guild_key(one), member_key(one), place_key(one), contribution_key(one)]
    assert len({PUBLIC_KEY, *keys}) == 6
    assert all(0 < key < 2**63 for key in keys)
    assert (guild_key(one) == guild_key(other)) == (one == other)
    assert [guild_of(key) for key in keys] == [None, one, None, None, None]


def test_a_member_holds_the_coops_key_those_of_their_guilds_and_their_own() -> None:
    assert held_by(member(7, {3, 2})) == [LOCAL_KEY, PUBLIC_KEY, guild_key(2), guild_key(3), member_key(7)]
    assert LOCAL_KEY not in personal(member(7, {3, 2}))


def test_a_visitor_holds_nothing_but_what_everybody_holds() -> None:
    assert held_by(None) == [PUBLIC_KEY]
    assert personal(None) == []


@given(st.integers(1, 2**40), st.integers(0, 65_535))
def test_every_edition_of_a_circle_has_a_key_of_its_own(circle: int, edition: int) -> None:
    key = circle_key(circle, edition)
    assert (key >> 20, key >> 4 & 65_535) == (circle, edition)
    assert key < 2**63
