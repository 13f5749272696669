"""Circles over HTTP."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from tests.factories import bearer_for, make_member

Headers = dict[str, str]


@pytest.fixture
def as_ada(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ada"))


@pytest.fixture
def as_ben(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ben"))


@pytest.fixture
def family(client: FlaskClient, as_ada: Headers) -> str:
    """The path of a circle of Ada's."""
    answer = client.post("/api/v1/circles", json={"name": " Family "}, headers=as_ada)
    assert answer.status_code == 201
    assert answer.json == {"id": answer.get_json()["id"], "name": "Family", "members": []}
    return f"/api/v1/circles/{answer.get_json()['id']}"


def test_a_circle_is_kept_filled_emptied_and_dissolved(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, family: str
) -> None:
    def members() -> list[str]:
        answer = client.get("/api/v1/circles", headers=as_ada).get_json()
        found: list[str] = answer["items"][0]["members"]
        return found

    for _ in range(2):
        assert client.put(f"{family}/members/Ben", headers=as_ada).status_code == 204
    assert members() == ["ben"]
    for _ in range(2):
        assert client.delete(f"{family}/members/ben", headers=as_ada).status_code == 204
    assert members() == []
    assert client.delete(family, headers=as_ada).status_code == 204
    assert client.get("/api/v1/circles", headers=as_ada).json == {"items": []}
    assert client.delete(family, headers=as_ada).status_code == 404


def test_law_07_a_circle_of_another_answers_as_one_that_is_not_there(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, family: str
) -> None:
    unknown = family.rpartition("/")[0] + "/8000000000000000001"
    for method, rest in (("PUT", "/members/ada"), ("DELETE", "/members/ada"), ("DELETE", "")):
        answers = [client.open(path + rest, method=method, headers=as_ben) for path in (family, unknown)]
        assert answers[0].status_code == 404
        assert answers[0].data == answers[1].data
    assert client.get("/api/v1/circles", headers=as_ben).json == {"items": []}


def test_a_circle_is_read_by_its_owner_alone(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, family: str
) -> None:
    assert client.put(f"{family}/members/ben", headers=as_ada).status_code == 204
    mine = client.get(family, headers=as_ada)
    assert (mine.status_code, mine.json) == (200, {**mine.get_json(), "name": "Family", "members": ["ben"]})
    assert client.get("/api/v1/circles", headers=as_ada).json == {"items": [mine.json]}
    hidden, unknown = (client.get(path, headers=as_ben) for path in (family, "/api/v1/circles/7"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data
    assert client.delete(family, headers=as_ada).status_code == 204
    assert client.get(family, headers=as_ada).data == unknown.data


def test_a_circle_that_is_made_twice_with_one_key_is_made_once_and_answered_as_it_stands(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    headers = as_ada | {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/circles", json={"name": "Choir"}, headers=headers)
    path = f"/api/v1/circles/{first.get_json()['id']}"
    assert client.put(f"{path}/members/ben", headers=as_ada).status_code == 204
    again = client.post("/api/v1/circles", json={"name": "Choir"}, headers=headers)
    assert (again.status_code, again.json) == (201, {**first.get_json(), "members": ["ben"]})


def test_law_07_one_who_blocks_the_owner_answers_as_anybody(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, family: str
) -> None:
    assert client.put("/api/v1/members/ada/block", headers=as_ben).status_code == 204
    answer = client.put(f"{family}/members/ben", headers=as_ada)
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get("/api/v1/circles", headers=as_ada).get_json()["items"][0]["members"] == ["ben"]
    see = {"see": {"any": [{"circle": "Family"}, {"member": "ben"}]}}
    made = client.post("/api/v1/posts", json={"body": "Rye", "audience": see}, headers=as_ada)
    assert made.status_code == 201
    unknown = client.get("/api/v1/posts/7", headers=as_ben)
    answer = client.get(f"/api/v1/posts/{made.get_json()['id']}", headers=as_ben)
    assert (answer.status_code, answer.data) == (404, unknown.data)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"name": ""}, 422, "/name"),
        ({"name": "x" * 61}, 422, "/name"),
        ({"name": "Family"}, 409, "/name"),
        ({"name": "Work", "members": []}, 422, "/members"),
        ({}, 422, "/name"),
    ],
)
def test_a_circle_that_cannot_be_made_is_told_why(
    client: FlaskClient, as_ada: Headers, family: str, body: dict[str, object], status: int, pointer: str
) -> None:
    answer = client.post("/api/v1/circles", json=body, headers=as_ada)
    assert answer.status_code == status
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


def test_only_members_other_than_oneself_are_added(client: FlaskClient, as_ada: Headers, family: str) -> None:
    assert client.put(f"{family}/members/nobody", headers=as_ada).status_code == 404
    assert client.put(f"{family}/members/ada", headers=as_ada).status_code == 422
