"""The limit for now over HTTP: a pile-on is shut out in one call, and nobody else is told of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.book import Book
from tests.audience.factories import make_post
from tests.factories import bearer_for, identity_of, make_member, make_members

PATH = "/api/v1/members/me/limit"
Headers = dict[str, str]


@pytest.fixture
def as_ada(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ada"))


def test_it_is_set_with_one_call_that_says_nothing_read_and_ended(
    client: FlaskClient, as_ada: Headers
) -> None:
    assert client.get(PATH, headers=as_ada).status_code == 404
    made = client.put(PATH, json={}, headers=as_ada)
    assert made.status_code == 200
    found = made.get_json()
    since, until = (datetime.fromisoformat(found[name]) for name in ("since", "until"))
    assert (until - since, found["whom"]) == (timedelta(days=7), "strangers")
    assert client.get(PATH, headers=as_ada).get_json() == found
    wider = client.put(PATH, json={"days": 30, "whom": "strangers_and_recent"}, headers=as_ada).get_json()
    assert (wider["since"], wider["whom"]) == (found["since"], "strangers_and_recent")
    for _ in range(2):
        assert client.delete(PATH, headers=as_ada).status_code == 204
    assert client.get(PATH, headers=as_ada).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"days": 31}, "/days"),
        ({"days": 0}, "/days"),
        ({"days": -3}, "/days"),
        ({"days": 1.5}, "/days"),
        ({"days": "7"}, "/days"),
        ({"days": 10**30}, "/days"),
        ({"whom": "everybody"}, "/whom"),
        ({"whom": None}, "/whom"),
        ({"until": "2027-01-01"}, "/until"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(
    client: FlaskClient, as_ada: Headers, body: dict[str, Any], pointer: str
) -> None:
    answer = client.put(PATH, json=body, headers=as_ada)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert client.get(PATH, headers=as_ada).status_code == 404


def test_a_pile_on_is_shut_out_from_the_next_request_on(
    client: FlaskClient, session: Session, book: Book
) -> None:
    rows = [make_member(session, "ada"), *make_members(session, 6)]
    as_ada, *crowd = (bearer_for(session, row) for row in rows)
    read, other = (make_post(session, identity_of(rows[0]), book).id for _ in range(2))
    early, late = crowd[:3], crowd[3:]
    for headers in early:
        assert client.get(f"/api/v1/posts/{read}", headers=headers).status_code == 200
    assert client.put(PATH, json={"days": 3}, headers=as_ada).status_code == 200
    for headers in early:
        assert client.get(f"/api/v1/posts/{read}", headers=headers).status_code == 200
        assert client.get(f"/api/v1/posts/{other}", headers=headers).status_code == 404
        answers = client.get(f"/api/v1/posts/{read}/permissions", headers=headers).get_json()["items"]
        assert {one["may"] for one in answers} == {"no"}
        assert {one["clause"] for one in answers} == {None}
        said = client.post(f"/api/v1/posts/{read}/replies", json={"body": "Shame"}, headers=headers)
        assert said.status_code == 403
    for headers in late:
        hidden, unknown = (
            client.get(f"/api/v1/posts/{post_id}", headers=headers).get_json() for post_id in (read, 7)
        )
        for answer in (hidden, unknown):
            answer.pop("instance", None)
        assert hidden == unknown
        followed = client.put("/api/v1/members/ada/follow", headers=headers)
        assert followed.get_json() == {"state": "waiting"}
    assert client.get("/api/v1/notices", headers=late[0]).get_json()["items"] == []
    assert client.delete(PATH, headers=as_ada).status_code == 204
    assert client.get(f"/api/v1/posts/{read}", headers=late[0]).status_code == 200
