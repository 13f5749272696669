"""Playlists over HTTP: kept, read, arranged, and an author's posts taken out of them."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.features import PLAYLISTS
from coop.tables import Member
from tests.coop.featured import give
from tests.factories import bearer_for, make_guild, make_members

Headers = dict[str, str]
LISTS = "/api/v1/playlists"


@pytest.fixture
def rows(session: Session) -> list[Member]:
    """Ada, who holds the feature, Ben and Cleo; the first two are in a guild that holds it."""
    found = make_members(session, ["ada", "ben", "cleo"])
    give(session, PLAYLISTS, found[0])
    give(session, PLAYLISTS, make_guild(session, "bakers", found[0], (found[1],)))
    return found


@pytest.fixture
def people(session: Session, rows: list[Member]) -> list[Headers]:
    return [bearer_for(session, row) for row in rows]


def made(client: FlaskClient, headers: Headers, **said: Any) -> str:
    """Make a list; return its path."""
    answer = client.post(LISTS, json={"title": "Bread", **said}, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    return f"{LISTS}/{answer.get_json()['id']}"


def published(client: FlaskClient, headers: Headers, body: str, **more: Any) -> str:
    answer = client.post("/api/v1/posts", json={"body": body, **more}, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    found: str = answer.get_json()["id"]
    return found


def put(client: FlaskClient, headers: Headers, path: str, *posts: str) -> None:
    for post in posts:
        assert client.put(f"{path}/items/{post}", headers=headers).status_code == 204


def read(client: FlaskClient, headers: Headers, path: str, query: str = "") -> list[tuple[int, str]]:
    answer = client.get(f"{path}/items{query}", headers=headers)
    assert answer.status_code == 200, answer.get_json()
    return [(one["number"], one["post"]["body"]) for one in answer.get_json()["items"]]


def test_a_list_is_kept_read_arranged_and_ended(client: FlaskClient, people: list[Headers]) -> None:
    ada, ben, _ = people
    path = made(client, ada, description="For winter")
    posts = [published(client, ada, name) for name in ("Rye", "Oats", "Spelt")]
    put(client, ada, path, *posts, posts[0])
    view = client.get(path, headers=ben).get_json()
    assert {name: value for name, value in view.items() if name not in ("id", "made_at")} == {
        "title": "Bread",
        "description": "For winter",
        "seen_by": "members",
        "labels": [],
        "member": "ada",
        "guild": None,
        "mine": False,
    }
    for body, wanted in (
        ({"number": 1}, ["Spelt", "Rye", "Oats"]),
        ({"after": posts[1]}, ["Rye", "Oats", "Spelt"]),
        ({"before": posts[1]}, ["Rye", "Spelt", "Oats"]),
    ):
        answer = client.put(f"{path}/items/{posts[2]}/place", json=body, headers=ada)
        assert answer.status_code == 204
        assert read(client, ben, path) == list(enumerate(wanted, start=1))
    assert client.get(f"{path}/items/{posts[2]}", headers=ben).get_json() == {
        "number": 2,
        "previous": posts[0],
        "next": posts[1],
    }
    changed = client.patch(path, json={"title": "Rye"}, headers=ada).get_json()
    assert (changed["title"], changed["description"]) == ("Rye", "For winter")
    assert client.delete(f"{path}/items/{posts[2]}", headers=ada).status_code == 204
    assert read(client, ben, path) == [(1, "Rye"), (2, "Oats")]
    assert client.delete(path, headers=ada).status_code == 204
    assert client.get(path, headers=ada).status_code == 404


def test_a_page_goes_on_where_the_last_one_ended(client: FlaskClient, people: list[Headers]) -> None:
    ada, ben, _ = people
    path = made(client, ada)
    for number in range(5):
        put(client, ada, path, published(client, ada, f"Loaf {number}"))
    first = client.get(f"{path}/items?limit=2", headers=ben).get_json()
    assert [one["number"] for one in first["items"]] == [1, 2]
    assert read(client, ben, path, f"?limit=9&cursor={first['next']}") == [
        (number + 1, f"Loaf {number}") for number in (2, 3, 4)
    ]
    assert client.get(f"{path}/items?cursor=Nw", headers=ben).status_code == 422
    lists = [made(client, ada) for _ in range(2)]
    page = client.get("/api/v1/members/ada/playlists?limit=2", headers=ben).get_json()
    rest = client.get(f"/api/v1/members/ada/playlists?cursor={page['next']}", headers=ben).get_json()
    found = [one["id"] for one in (*page["items"], *rest["items"])]
    assert found == sorted((one.rpartition("/")[2] for one in (path, *lists)), key=int, reverse=True)
    assert rest["next"] is None


def test_the_lists_of_a_guild_are_kept_by_its_stewards(client: FlaskClient, people: list[Headers]) -> None:
    ada, ben, cleo = people
    path = made(client, ada, guild="bakers", seen_by="guild")
    assert [client.get(path, headers=one).status_code for one in people] == [200, 200, 404]
    refused = client.patch(path, json={"title": "Mine"}, headers=ben)
    assert refused.status_code == 403
    listed = [
        client.get("/api/v1/guilds/bakers/playlists", headers=one).get_json()["items"] for one in people
    ]
    assert [len(one) for one in listed] == [1, 1, 0]
    mine = [client.get("/api/v1/me/playlists", headers=one).get_json()["items"] for one in people]
    assert [[one["guild"] for one in found] for found in mine] == [["bakers"], [], []]
    body = {"title": "Mine", "guild": "bakers"}
    (error,) = client.post(LISTS, json=body, headers=ben).get_json()["errors"]
    assert error["clause"]["clause"] == "/playlists/keepers"
    assert client.post(LISTS, json=body, headers=cleo).status_code == 404


def test_who_does_not_hold_the_feature_is_told_its_clause(client: FlaskClient, people: list[Headers]) -> None:
    answer = client.post(LISTS, json={"title": "Bread"}, headers=people[1])
    assert answer.status_code == 403
    (error,) = answer.get_json()["errors"]
    assert error["clause"]["clause"] == "/features/playlists/member/grant_when"


def test_law_07_a_list_that_one_may_not_see_is_the_same_bytes_as_none(
    client: FlaskClient, people: list[Headers]
) -> None:
    ada, ben, _ = people
    hidden = made(client, ada, seen_by="keepers")
    post = published(client, ben, "Oats")
    put(client, ada, hidden, post)
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine"}),
        ("DELETE", "", None),
        ("GET", "/items", None),
        ("GET", f"/items/{post}", None),
        ("PUT", f"/items/{post}", None),
        ("PUT", f"/items/{post}/place", {"number": 1}),
        ("DELETE", f"/items/{post}", None),
    ):
        told = [
            client.open(f"{path}{tail}", method=method, json=body, headers=ben)
            for path in (hidden, f"{LISTS}/7")
        ]
        assert [one.status_code for one in told] == [404, 404], (method, tail)
        assert told[0].data == told[1].data
    number = hidden.rpartition("/")[2]
    gone = [client.delete(f"/api/v1/posts/{post}/playlists/{one}", headers=ben) for one in (number, "7")]
    assert gone[0].status_code == 404
    assert gone[0].data == gone[1].data
    assert client.get("/api/v1/me/listed-posts", headers=ben).get_json() == {"items": [], "next": None}


def test_law_07_what_one_may_not_see_is_added_moved_and_taken_out_as_if_there_were_none(
    client: FlaskClient, people: list[Headers]
) -> None:
    ada, _, cleo = people
    path = made(client, ada)
    hidden = published(client, cleo, "Secret", audience={"see": {"any": []}})
    for method, tail, body in (
        ("PUT", "", None),
        ("PUT", "/place", {"number": 1}),
        ("DELETE", "", None),
        ("GET", "", None),
    ):
        told = [
            client.open(f"{path}/items/{post}{tail}", method=method, json=body, headers=ada)
            for post in (hidden, "7")
        ]
        assert (told[0].status_code, told[0].data) == (404, told[1].data)


def test_an_author_finds_takes_out_and_keeps_out_their_posts(
    client: FlaskClient, people: list[Headers]
) -> None:
    ada, ben, _ = people
    path = made(client, ada)
    rye, oats = (published(client, ben, name) for name in ("Rye", "Oats"))
    put(client, ada, path, rye, oats)
    first = client.get("/api/v1/me/listed-posts?limit=1", headers=ben).get_json()
    rest = client.get(f"/api/v1/me/listed-posts?cursor={first['next']}", headers=ben).get_json()
    found = [*first["items"], *rest["items"]]
    assert {one["post_id"] for one in found} == {rye, oats}
    assert {one["playlist"]["title"] for one in found} == {"Bread"}
    number = path.rpartition("/")[2]
    assert client.delete(f"/api/v1/posts/{rye}/playlists/{number}", headers=ben).status_code == 204
    assert client.delete(f"/api/v1/posts/{oats}/playlists", headers=ben).status_code == 204
    assert read(client, ada, path) == []
    for post in (rye, oats):
        assert client.put(f"{path}/items/{post}", headers=ada).status_code == 403
    assert client.delete(f"/api/v1/posts/{oats}/playlists", headers=ada).status_code == 404


def test_a_list_made_twice_with_one_key_is_made_once(client: FlaskClient, people: list[Headers]) -> None:
    headers = {**people[0], "Idempotency-Key": "one"}
    first, again = (client.post(LISTS, json={"title": "Bread"}, headers=headers) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert len(client.get("/api/v1/me/playlists", headers=people[0]).get_json()["items"]) == 1
