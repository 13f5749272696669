"""Members and guilds are found by their words, and the name that was asked for comes first."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop import directory
from coop.routes.search import LONGEST
from tests.coop.statements import counted
from tests.factories import LONG_AGO, bearer_for, make_guild, make_member


@pytest.fixture
def people(session: Session) -> Session:
    """Members and guilds with much in common."""
    for handle, name, about in (
        ("ada", "Ada Lovelace", "Numbers and notes"),
        ("ada_b", "Ada B", "Bread at Café Ålesund"),
        ("adam", "Adam", ""),
        ("ben", "Jean-Luc Ben", "A friend of ada"),
        ("aaron", "Aaron", "Not ada"),
        ("gone", "Ada Gone", "ada"),
    ):
        member = make_member(session, handle)
        member.display_name, member.about = name, about
        member.left_at = LONG_AGO if handle == "gone" else None
    for slug, name in (
        ("bread-makers", "The Makers"),
        ("makers", "Bread"),
        ("weavers", "Of bread and cloth"),
    ):
        make_guild(session, slug).name = name
    session.flush()
    return session


@pytest.mark.parametrize(
    ("words", "handles"),
    [
        ("ada", ["ada", "ada_b", "adam", "aaron", "ben"]),
        ("@ADA", ["ada", "ada_b", "adam", "aaron", "ben"]),
        ("ada_", ["ada_b", "aaron", "ada", "adam", "ben"]),
        ("ada_b", ["ada_b", "ben"]),
        ("ada love", ["ada"]),
        ("lovelace", ["ada"]),
        ("cafe alesund", ["ada_b"]),
        ("jean-l", ["ben"]),
        ("luc", ["ben"]),
        ("ada -bread -not", ["ada", "ben"]),
        ('"friend of"', ["ben"]),
        ('ada -"friend of ada"', ["aaron", "ada", "ada_b"]),
        ("notes or friend", ["ada", "ben"]),
        ("ada:*", ["aaron", "ada", "ada_b", "adam", "ben"]),
        ("'", []),
        ("& | !", []),
        ("\\", []),
        ("%", []),
    ],
)
def test_members_are_found_by_their_words(people: Session, words: str, handles: list[str]) -> None:
    assert [card.handle for card in directory.members_found(people, words, None, 9)] == handles


@pytest.mark.parametrize("words", ["ada", "ada or bread", "a"])
def test_pages_hold_everybody_once_and_in_order(people: Session, words: str) -> None:
    everybody = [card.handle for card in directory.members_found(people, words, None, 9)]
    paged: list[str] = []
    while page := directory.members_found(people, words, paged[-1] if paged else None, 2):
        paged += [card.handle for card in page]
    assert paged == everybody


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("makers", ["makers", "bread-makers"]),
        ("bread", ["bread-makers", "makers", "weavers"]),
        ("bread-m", ["bread-makers", "makers"]),
        ("grow clo", ["weavers"]),
    ],
)
def test_guilds_are_found_by_their_words(people: Session, words: str, slugs: list[str]) -> None:
    assert [card.slug for card in directory.guilds_found(people, words, None, 9)] == slugs


def test_one_statement_finds_them(people: Session) -> None:
    with counted(people) as sent:
        directory.members_found(people, "ada", None, 9)
    assert len(sent) == 1


def test_search_over_http_gives_pages_and_asks_who_you_are(client: FlaskClient, people: Session) -> None:
    headers = bearer_for(people, make_member(people, "carl"))
    for kind, name, expected in (("members", "handle", "ada"), ("guilds", "slug", "makers")):
        path = f"/api/v1/search/{kind}"
        first = client.get(path, query_string={"q": expected, "limit": 1}, headers=headers)
        assert first.status_code == 200, first.text
        found: Any = first.get_json()
        assert [one[name] for one in found["items"]] == [expected]
        query = {"q": expected, "limit": 1, "cursor": found["next"]}
        following: Any = client.get(path, query_string=query, headers=headers).get_json()
        assert [one[name] for one in following["items"]] != [expected]
        assert client.get(path, query_string={"q": expected}).status_code == 401


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": " \t "}, {"q": "a\0b"}, {"q": "x" * (LONGEST + 1)}, {"q": "x" * 10_000}]
)
@pytest.mark.parametrize("kind", ["members", "guilds", "posts", "tags", "proposals"])
def test_what_cannot_be_searched_for_is_told(
    client: FlaskClient, session: Session, kind: str, query: dict[str, str]
) -> None:
    headers = bearer_for(session, make_member(session, "carl"))
    answer = client.get(f"/api/v1/search/{kind}", query_string=query, headers=headers)
    assert answer.status_code == 422
    refused: Any = answer.get_json()
    assert refused["errors"][0]["pointer"] == "query/q"
