"""Keys: what a reader holds, as integers."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from audience import circles
from audience.keys import (
    LOCAL_KEY,
    PUBLIC_KEY,
    circle_key,
    contribution_key,
    guild_key,
    guild_of,
    member_key,
    place_key,
)
from audience.locks import PLACED_KEY
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.factories import LISBON, LISBON_REGION, PORTUGAL, id_of, identity_of, make_guild, make_member

IDS = st.integers(1, 2**59 - 1)


@given(IDS, IDS)
def test_no_two_things_share_a_key(one: int, other: int) -> None:
    keys = [LOCAL_KEY, guild_key(one), member_key(one), place_key(one), contribution_key(one)]
    assert len({PUBLIC_KEY, *keys}) == 6
    assert all(0 < key < 2**63 for key in keys)
    assert (guild_key(one) == guild_key(other)) == (one == other)
    assert [guild_of(key) for key in keys] == [None, one, None, None, None]


def held(session: Session, reader: Identity | None, column: str = "keys") -> list[int]:
    """Return what a reader holds, as every statement that shows posts asks for it."""
    bound = {"me": None if reader is None else reader.member_id, "now": NOW}
    return list(session.scalar(text(f"SELECT {column} FROM reader_keys(:me, :now)"), bound) or ())


def test_a_member_holds_the_coops_key_those_of_their_guilds_and_circles_their_place_and_their_own(
    session: Session, book: Book
) -> None:
    row, other = make_member(session, "ada"), make_member(session, "ben")
    guild = make_guild(session, "bakers", row)
    ada, ben = identity_of(row), identity_of(other)
    row.place_id = LISBON
    family = circles.create(session, ben, book, "Family", NOW)
    circles.add(session, ben, book, family.id, "ada", NOW)
    session.flush()
    own = {guild_key(id_of(guild)), member_key(ada.member_id), circle_key(family.id, 0)}
    places = {PLACED_KEY, *map(place_key, (PORTUGAL, LISBON_REGION, LISBON))}
    assert set(held(session, ada)) == {LOCAL_KEY, PUBLIC_KEY, *own, *places}
    assert set(held(session, ada, "personal")) == own
    assert set(held(session, ben)) == {LOCAL_KEY, PUBLIC_KEY, member_key(ben.member_id)}


def test_a_visitor_holds_nothing_but_what_everybody_holds(session: Session) -> None:
    assert held(session, None) == [PUBLIC_KEY]
    assert held(session, None, "personal") == []


@given(st.integers(1, 2**40), st.integers(0, 65_535))
def test_every_edition_of_a_circle_has_a_key_of_its_own(circle: int, edition: int) -> None:
    key = circle_key(circle, edition)
    assert (key >> 20, key >> 4 & 65_535) == (circle, edition)
    assert key < 2**63
