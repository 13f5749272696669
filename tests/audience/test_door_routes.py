"""Doors and waiting for a seat, over HTTP and by the job."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from audience import waiting
from audience.rules import AUDIENCE
from coop import policies
from coop.book import COOP, Book
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.policy_text import apply
from tests.coop.rhythms import AT_ONCE
from tests.factories import bearer_for, make_member

Headers = dict[str, str]
LINE = {"seats": {"max": 400, "on_full": "waitlist"}}


@pytest.fixture
def members(session: Session) -> dict[str, Headers]:
    return {name: bearer_for(session, make_member(session, name)) for name in ("ada", "ben", "cleo", "dora")}


def publish(client: FlaskClient, headers: Headers, audience: dict[str, Any]) -> str:
    answer = client.post(
        "/api/v1/posts", json={"body": "Rye", "teaser": "Bread", "audience": audience}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    return f"/api/v1/posts/{answer.get_json()['id']}"


def vote(session: Session, book: Book, seats: int) -> None:
    """Leave what an enactment would: a version by which a post has so many seats."""
    patch = [
        {"op": "replace", "path": pointer, "value": seats} for pointer in ("/seats/default", "/seats/ceiling")
    ]
    text = apply(book.policies[COOP, AUDIENCE].text, patch)
    now = Clock().now(session)
    policies.new_version(
        session, COOP, AUDIENCE, text, cause="founding", proposal_id=None, tally=None, now=now
    )


def test_whoever_waits_sees_their_place_is_seated_by_the_job_and_told(
    client: FlaskClient, database: Database, books: Books, clock: Clock, members: dict[str, Headers]
) -> None:
    post = publish(client, members["ada"], {"seats": {"max": 1, "on_full": "waitlist"}})
    assert client.get(post, headers=members["ben"]).get_json()["body"] == "Rye"
    door = client.get(post, headers=members["cleo"])
    assert door.status_code == 200
    assert {key: door.get_json()[key] for key in ("teaser", "guild", "full", "waiting")} == {
        "teaser": "Bread",
        "guild": None,
        "full": True,
        "waiting": None,
    }
    assert "body" not in door.get_json()
    assert client.post(f"{post}/wait", headers=members["cleo"]).json == {"waiting": 1}
    assert client.post(f"{post}/wait", headers=members["dora"]).json == {"waiting": 2}
    assert client.get(post, headers=members["dora"]).get_json()["waiting"] == 2
    assert client.delete(f"{post}/wait", headers=members["cleo"]).status_code == 204
    assert client.delete(f"{post}/wait", headers=members["cleo"]).status_code == 404
    assert client.get(post, headers=members["dora"]).get_json()["waiting"] == 1
    assert waiting.seat_due(database, books, clock) == 0
    assert client.get(post, headers=members["dora"]).get_json()["full"] is True
    assert client.post(f"{post}/wait", headers=members["ben"]).status_code == 409


def test_the_job_seats_those_who_wait_once_a_vote_has_raised_the_cap(
    client: FlaskClient,
    session: Session,
    database: Database,
    books: Books,
    book: Book,
    clock: Clock,
    members: dict[str, Headers],
) -> None:
    post = publish(client, members["ada"], LINE)
    vote(session, book, 1)
    assert client.get(post, headers=members["ben"]).get_json()["seats"]["max"] == 1
    for name in ("cleo", "dora"):
        client.put("/api/v1/notices/rhythm", json=AT_ONCE, headers=members[name])
        assert client.post(f"{post}/wait", headers=members[name]).status_code == 200
    assert waiting.seat_due(database, books, clock) == 0
    vote(session, book, 2)
    assert client.get(post, headers=members["cleo"]).get_json()["waiting"] == 1
    assert waiting.seat_due(database, books, clock) == 1
    assert waiting.seat_due(database, books, clock) == 0
    assert client.get(post, headers=members["cleo"]).get_json()["body"] == "Rye"
    assert client.get(post, headers=members["dora"]).get_json()["waiting"] == 1
    told = [
        client.get("/api/v1/notices", headers=members[name]).get_json()["items"] for name in ("cleo", "dora")
    ]
    assert [[one["path"] for one in each] for each in told] == [[post.removeprefix("/api/v1")], []]


def test_law_11_the_door_of_a_full_post_cites_who_set_its_seats_and_who_lets_members_wait(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    post = publish(client, members["ada"], {"seats": {"max": 1, "on_full": "waitlist"}})
    assert "rank" in client.get(f"{post}/why", headers=members["ben"]).get_json()
    told = client.get(f"{post}/why", headers=members["cleo"]).get_json()
    assert told["because"] == ["It is open to every member of the coop."]
    assert told["closed"].startswith("Every seat is taken.")
    assert told["limits"] == [{"name": "seats", "value": 1, "clause": None}]
    assert told["receipts"] == []
    assert client.get(f"{post}/why?profile=engagement", headers=members["ben"]).status_code == 404


def test_law_07_a_full_post_that_lets_nobody_wait_answers_as_one_that_is_not_there(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    post = publish(client, members["ada"], {"seats": {"max": 1, "on_full": "close"}})
    assert client.get(post, headers=members["ben"]).status_code == 200
    for path, method in (("", "GET"), ("/why", "GET"), ("/wait", "POST"), ("/wait", "DELETE")):
        answers = [
            client.open(one + path, method=method, headers=members["cleo"])
            for one in (post, "/api/v1/posts/7")
        ]
        assert answers[0].status_code == 404
        assert answers[0].data == answers[1].data


def test_law_07_a_post_that_one_may_know_of_and_not_open_shows_its_door_alone(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    document = {
        "see": {"any": [{"member": "ben"}, {"member": "cleo"}]},
        "read": {"any": [{"member": "cleo"}]},
    }
    post = publish(client, members["ada"], document)
    assert client.get(post, headers=members["cleo"]).get_json()["body"] == "Rye"
    door = client.get(post, headers=members["ben"])
    assert (door.get_json()["teaser"], door.get_json()["full"], door.get_json()["author"]["handle"]) == (
        "Bread",
        False,
        "ada",
    )
    assert "Rye" not in door.text
    unknown = client.get("/api/v1/posts/7", headers=members["dora"])
    assert client.get(post, headers=members["dora"]).data == unknown.data
    for path in ("/replies", "/permissions"):
        assert client.get(post + path, headers=members["ben"]).status_code == 404
    why = client.get(f"{post}/why", headers=members["ben"])
    assert why.get_json() == {
        "because": ["It is announced to you by name."],
        "closed": "Its author opened it to others than you.",
        "limits": [],
        "receipts": [],
    }
    assert client.get(f"{post}/why?profile=engagement", headers=members["ben"]).data == unknown.data
    assert client.get(f"{post}/why", headers=members["dora"]).data == unknown.data
    assert client.put(f"{post}/like", headers=members["ben"]).status_code == 404
    assert client.post(f"{post}/wait", headers=members["ben"]).status_code == 404
