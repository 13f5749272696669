"""Posts that are published later, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

import audience.jobs
from coop.call import Platform
from coop.clock import Clock
from coop.features import SCHEDULED_POSTS
from coop.outbound import Outbound
from tests.coop.featured import give
from tests.factories import bearer_for, make_member

Headers = dict[str, str]
PATH = "/api/v1/scheduled-posts"
DAY = timedelta(days=1)


@pytest.fixture
def as_ada(session: Session) -> Headers:
    member = make_member(session, "ada")
    give(session, SCHEDULED_POSTS, member)
    return bearer_for(session, member)


@pytest.fixture
def as_ben(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ben"))


def tomorrow(**more: Any) -> dict[str, Any]:
    return {"body": "Rye", "publish_at": (datetime.now(UTC) + DAY).isoformat(), **more}


def kept(client: FlaskClient, headers: Headers, **more: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=tomorrow(**more), headers=headers)
    assert answer.status_code == 201, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def work(app: Flask, *, at: timedelta) -> None:
    """Run the job that publishes what is due, so long from now."""
    platform: Platform = app.extensions["allotment"]
    clock: Clock = platform.clock
    clock.offset += at
    jobs = {job.name: job for job in audience.jobs.jobs(platform, Outbound(loopback=False))}
    jobs["posts that are due"].run()


def test_a_post_is_kept_read_changed_published_and_then_a_post(
    app: Flask, client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    audience_document = {"see": {"any": [{"member": "ben"}]}, "seats": {"max": 9}}
    made = kept(client, as_ada, audience=audience_document, teaser="Of grain")
    path = f"{PATH}/{made['id']}"
    assert made["state"] == "waiting"
    assert made["draft"] == {
        "body": "Rye",
        "guild": None,
        "asset_id": None,
        "teaser": "Of grain",
        "place": None,
        "language": None,
        "audience": audience_document,
        "quote": None,
        "poll": None,
    }
    assert (made["post_id"], made["refusal"], made["settled_at"]) == (None, None, None)
    assert client.get(path, headers=as_ada).json == made
    assert client.get(PATH, headers=as_ada).json == {"items": [made]}
    changed = client.put(path, json=tomorrow(body="Oats", audience=audience_document), headers=as_ada)
    assert changed.status_code == 200
    assert changed.get_json()["draft"]["body"] == "Oats"
    work(app, at=timedelta())
    assert client.get(path, headers=as_ada).get_json()["state"] == "waiting"
    work(app, at=2 * DAY)
    found = client.get(path, headers=as_ada).get_json()
    assert (found["state"], found["draft"]) == ("published", None)
    assert client.get(PATH, headers=as_ada).json == {"items": []}
    post = client.get(f"/api/v1/posts/{found['post_id']}", headers=as_ben)
    assert post.get_json()["body"] == "Oats"
    for refused in (
        client.put(path, json=tomorrow(), headers=as_ada),
        client.put(path, json=tomorrow(publish_at=(datetime.now(UTC) + 4 * DAY).isoformat()), headers=as_ada),
        client.delete(path, headers=as_ada),
    ):
        assert refused.status_code == 409


def test_what_is_taken_back_is_gone(app: Flask, client: FlaskClient, as_ada: Headers) -> None:
    path = f"{PATH}/{kept(client, as_ada)['id']}"
    assert client.delete(path, headers=as_ada).status_code == 204
    assert client.get(path, headers=as_ada).status_code == 404
    work(app, at=2 * DAY)
    assert client.get("/api/v1/members/ada/posts", headers=as_ada).get_json()["items"] == []


def test_law_07_another_s_answers_as_one_that_is_not_there(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    path, unknown = f"{PATH}/{kept(client, as_ada, body='Rye for @ben #rye')['id']}", f"{PATH}/7"
    for method, body in (("GET", None), ("PUT", tomorrow()), ("DELETE", None)):
        answers = [client.open(one, method=method, json=body, headers=as_ben) for one in (path, unknown)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    assert client.get(PATH, headers=as_ben).json == {"items": []}
    assert client.get("/api/v1/search/posts?q=rye", headers=as_ada).get_json()["items"] == []
    assert client.get("/api/v1/tags/rye/posts", headers=as_ada).get_json()["items"] == []


def test_whoever_does_not_hold_the_feature_is_refused_with_the_clause(
    client: FlaskClient, as_ben: Headers
) -> None:
    answer = client.post(PATH, json=tomorrow(), headers=as_ben)
    assert answer.status_code == 403
    (error,) = answer.get_json()["errors"]
    assert error["clause"]["clause"] == "/features/scheduled_posts/member/grant_when"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"publish_at": "2026-01-01T12:00:00Z"}, "/publish_at"),
        ({"publish_at": "2199-01-01T12:00:00Z"}, "/publish_at"),
        ({"publish_at": "2026-12-24T18:00:00"}, "/publish_at"),
        ({"publish_at": None}, "/publish_at"),
        ({"body": ""}, "/body"),
        ({"audience": {"seats": {"max": 100_000}}}, "/audience/seats/max"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_does_not_fit_is_told_where(
    client: FlaskClient, as_ada: Headers, said: dict[str, Any], pointer: str
) -> None:
    answer = client.post(PATH, json=tomorrow(**said), headers=as_ada)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert client.get(PATH, headers=as_ada).json == {"items": []}


def test_what_is_refused_at_its_time_is_told_with_its_faults_and_kept(
    app: Flask, client: FlaskClient, as_ada: Headers
) -> None:
    guild = {"slug": "bakers", "name": "Bakers", "purpose": "To bake bread together."}
    founded = client.post("/api/v1/guilds", json=guild, headers=as_ada)
    assert founded.status_code == 201, founded.get_json()
    made = kept(client, as_ada, guild="bakers")
    assert client.delete("/api/v1/guilds/bakers/members/me", headers=as_ada).status_code == 204
    work(app, at=2 * DAY)
    found = client.get(f"{PATH}/{made['id']}", headers=as_ada).get_json()
    assert (found["state"], found["draft"]) == ("refused", made["draft"])
    assert [one["pointer"] for one in found["refusal"]["errors"]] == ["/guild"]
    assert client.get(PATH, headers=as_ada).json == {"items": [found]}
    waiting = client.get("/api/v1/notices?waiting=true", headers=as_ada).get_json()["items"]
    seen = client.get("/api/v1/notices", headers=as_ada).get_json()["items"]
    assert [one["path"] for one in (*waiting, *seen)] == [f"/posts/scheduled/{made['id']}"]
    mended = client.put(
        f"{PATH}/{made['id']}",
        json=tomorrow(publish_at=(datetime.now(UTC) + 3 * DAY).isoformat()),
        headers=as_ada,
    )
    assert (mended.get_json()["state"], mended.get_json()["refusal"]) == ("waiting", None)


def test_what_is_given_twice_with_one_key_is_kept_once(client: FlaskClient, as_ada: Headers) -> None:
    headers, said = as_ada | {"Idempotency-Key": "k1"}, tomorrow()
    first, again = (client.post(PATH, json=said, headers=headers) for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert len(client.get(PATH, headers=as_ada).get_json()["items"]) == 1
