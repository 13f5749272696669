"""The directory: guilds are found by what they are called."""

import pytest
from sqlmodel import Session

from coop import directory
from tests.factories import make_guild, make_member


@pytest.fixture
def guilds(session: Session) -> Session:
    """Guilds whose names hold what a pattern would read as its own."""
    ada = make_member(session, "ada")
    for slug, name in (
        ("bakers", "The Bakers"),
        ("bakers-north", "Bakers of Ålesund"),
        ("ovens", "100 % rye"),
        ("weavers", "Weavers_and spinners"),
    ):
        make_guild(session, slug, ada).name = name
    session.flush()
    return session


def found(session: Session, text: str, limit: int = 10) -> list[str]:
    return [card.slug for card in directory.guilds_like(session, text, limit)]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("bak", ["bakers", "bakers-north"]),
        ("  BAKERS OF ", ["bakers-north"]),
        ("ÅLES", ["bakers-north"]),
        ("rye", ["ovens"]),
        ("0 %", ["ovens"]),
        ("%", ["ovens"]),
        ("_", ["weavers"]),
        ("\\", []),
        ("\0", []),
        ("smiths", []),
        ("", ["bakers", "bakers-north", "ovens", "weavers"]),
    ],
)
def test_guilds_are_found_by_a_part_of_their_slug_or_name(
    guilds: Session, text: str, slugs: list[str]
) -> None:
    assert found(guilds, text) == slugs


def test_every_guild_is_found_by_its_slug_however_many_hold_it(guilds: Session) -> None:
    ada = make_member(guilds, "ben")
    for number in range(3):
        make_guild(guilds, f"a-weavers-{number}", ada)
    assert found(guilds, "weavers", 1) == ["weavers"]
    assert found(guilds, "weavers", 2) == ["weavers", "a-weavers-0"]


def test_a_slug_of_no_guild_is_passed_over(guilds: Session) -> None:
    named = directory.guilds_named(guilds, ["weavers", "smiths", "\0", "Bakers"])
    assert [card.slug for card in named] == ["bakers", "weavers"]
    assert directory.guilds_named(guilds, []) == []
