"""Polls over HTTP: asked with a post, shown with it, answered."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

import audience.jobs
from coop.call import Platform
from coop.features import GUILD_POLLS
from coop.outbound import Outbound
from tests.coop.featured import give
from tests.factories import bearer_for, make_guild, make_members

Headers = dict[str, str]
LOAVES = {"options": ["Rye", "Oats", "Spelt"], "lasts": "P1D"}
DAY = timedelta(days=1)


@pytest.fixture
def bakers(session: Session) -> list[Headers]:
    """The headers of ten members of a guild that may ask."""
    rows = make_members(session, 10)
    give(session, GUILD_POLLS, make_guild(session, "bakers", rows[0], tuple(rows[1:])))
    return [bearer_for(session, row) for row in rows]


@pytest.fixture
def stranger(session: Session) -> Headers:
    return bearer_for(session, make_members(session, 1)[0])


def asked(client: FlaskClient, headers: Headers, **more: Any) -> str:
    """Ask something; return the path of the post."""
    said = {"body": "Which?", "guild": "bakers", "poll": LOAVES, **more}
    answer = client.post("/api/v1/posts", json=said, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    return f"/api/v1/posts/{answer.get_json()['id']}"


def poll(client: FlaskClient, path: str, headers: Headers) -> dict[str, Any]:
    found: dict[str, Any] = client.get(path, headers=headers).get_json()["poll"]
    return found


def work(app: Flask, *, at: timedelta) -> None:
    """Go so far ahead, and run the job that counts what is over."""
    platform: Platform = app.extensions["allotment"]
    platform.clock.offset += at
    jobs = {job.name: job for job in audience.jobs.jobs(platform, Outbound(loopback=False))}
    jobs["polls that are over"].run()


def test_a_poll_is_asked_answered_and_told_once_it_is_over(
    app: Flask, client: FlaskClient, bakers: list[Headers], stranger: Headers
) -> None:
    path = asked(client, bakers[0])
    new = poll(client, path, bakers[1])
    assert new == {
        "options": [
            {"number": number, "text": text, "votes": None}
            for number, text in enumerate(LOAVES["options"], start=1)
        ],
        "closes_at": new["closes_at"],
        "over": False,
        "others": None,
        "mine": None,
        "may_vote": True,
    }
    for number, headers in enumerate(bakers):
        for option in (3, 1 if number < 6 else 2):
            answer = client.put(f"{path}/poll/vote", json={"option": option}, headers=headers)
            assert answer.status_code == 204
    assert poll(client, path, bakers[0]) == {**new, "mine": 1}
    assert client.delete(f"{path}/poll/vote", headers=bakers[9]).status_code == 204
    assert poll(client, path, bakers[9]) == new
    assert poll(client, path, stranger) == {**new, "may_vote": False}
    for at in (DAY, DAY):
        work(app, at=at)
        for headers in (bakers[0], stranger):
            over = poll(client, path, headers)
            assert [one["votes"] for one in over["options"]] == [6, None, None]
            assert (over["over"], over["others"], over["mine"], over["may_vote"]) == (True, None, None, False)
    late = client.put(f"{path}/poll/vote", json={"option": 1}, headers=bakers[0])
    assert late.status_code == 409


def test_a_post_that_asks_nothing_says_so(client: FlaskClient, bakers: list[Headers]) -> None:
    path = asked(client, bakers[0], poll=None)
    assert poll(client, path, bakers[0]) is None
    answer = client.put(f"{path}/poll/vote", json={"option": 1}, headers=bakers[0])
    unknown = client.put("/api/v1/posts/7/poll/vote", json={"option": 1}, headers=bakers[0])
    assert (answer.status_code, answer.data) == (404, unknown.data)


def test_who_does_not_belong_to_the_guild_does_not_vote(
    client: FlaskClient, bakers: list[Headers], stranger: Headers
) -> None:
    path = asked(client, bakers[0])
    assert client.put(f"{path}/poll/vote", json={"option": 1}, headers=stranger).status_code == 403
    assert client.delete(f"{path}/poll/vote", headers=stranger).status_code == 403


def test_law_07_a_poll_of_a_post_that_one_may_not_see_is_as_none(
    client: FlaskClient, bakers: list[Headers], stranger: Headers
) -> None:
    path = asked(client, bakers[0], audience={"preset": "guild"})
    for method in ("PUT", "DELETE"):
        body = {"option": 1} if method == "PUT" else None
        hidden, unknown = (
            client.open(f"{one}/poll/vote", method=method, json=body, headers=stranger)
            for one in (path, "/api/v1/posts/7")
        )
        assert (hidden.status_code, hidden.data) == (404, unknown.data)


@pytest.mark.parametrize(
    ("said", "status", "pointer"),
    [
        ({"guild": None}, 422, "/poll"),
        ({"poll": {"options": ["Rye"], "lasts": "P1D"}}, 422, "/poll/options"),
        ({"poll": {"options": ["Rye", "rye"], "lasts": "P1D"}}, 422, "/poll/options/1"),
        ({"poll": {"options": ["Rye", "Oats"], "lasts": "P15D"}}, 422, "/poll/lasts"),
        ({"poll": {"options": ["Rye", "Oats"], "lasts": "soon"}}, 422, "/poll/lasts"),
        ({"poll": {"options": ["Rye", "Oats"]}}, 422, "/poll/lasts"),
        ({"guild": "weavers"}, 403, ""),
    ],
)
def test_what_cannot_be_asked_is_told_where(
    client: FlaskClient,
    session: Session,
    bakers: list[Headers],
    said: dict[str, Any],
    status: int,
    pointer: str,
) -> None:
    (weaver,) = make_members(session, 1)
    make_guild(session, "weavers", weaver)
    headers = bearer_for(session, weaver) if said.get("guild") == "weavers" else bakers[0]
    body = {"body": "Which?", "guild": "bakers", "poll": LOAVES, **said}
    answer = client.post("/api/v1/posts", json=body, headers=headers)
    assert answer.status_code == status
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


def test_a_poll_is_in_lists_and_feeds(client: FlaskClient, bakers: list[Headers]) -> None:
    asked(client, bakers[0])
    listed = client.get("/api/v1/guilds/bakers/posts", headers=bakers[1]).get_json()["items"]
    assert [one["poll"]["may_vote"] for one in listed] == [True]
    fed = client.get("/api/v1/feeds/chronological", headers=bakers[2]).get_json()["items"]
    assert [len(one["post"]["poll"]["options"]) for one in fed] == [3]
