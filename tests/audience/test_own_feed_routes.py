"""Own feeds over HTTP: made, tried out, chosen, shared, forked, carried, and refused alike (law 7)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

import app as wiring
from audience.feeds import external
from coop.book import Book
from coop.call import Platform
from coop.database import Database
from coop.outbound import Outbound
from coop.tables import Member
from tests.audience.factories import make_post
from tests.audience.feeds.outside import answers
from tests.coop.receiver import Receiver, receiving
from tests.factories import bearer_for, identity_of, make_member

Headers = dict[str, str]


@pytest.fixture
def ada(session: Session) -> Member:
    return make_member(session, "ada")


@pytest.fixture
def as_ada(session: Session, ada: Member) -> Headers:
    return bearer_for(session, ada)


@pytest.fixture
def as_ben(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ben"))


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def write(app: Flask, session: Session, book: Book, body: str = "Bread") -> int:
    """Publish a post of somebody's, now."""
    platform: Platform = app.extensions["allotment"]
    author = identity_of(make_member(session))
    return make_post(session, author, book, now=platform.clock.now(session), body=body).id


def send(
    client: FlaskClient, method: str, path: str, headers: Headers, status: int, body: object = None
) -> dict[str, Any]:
    """Send a request that is answered with this status, and return what is answered."""
    answer = client.open(f"/api/v1/feeds{path}", method=method, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json or {} if answer.data else {}
    return found


def told(answer: TestResponse) -> tuple[int, bytes]:
    return answer.status_code, answer.data


def pointers(problem: dict[str, Any]) -> list[str]:
    return [one["pointer"] for one in problem["errors"]]


def test_a_profile_of_one_s_own_lives_its_life(
    app: Flask, client: FlaskClient, session: Session, book: Book, as_ada: Headers
) -> None:
    said = {"name": "mornings", "base": "balanced", "sliders": {"small": 3}, "topics": ["Bread"]}
    made = send(client, "POST", "/own", as_ada, 201, said)
    small = next(one for one in made["weights"] if one["signal"] == "small")
    assert (small["base"], small["slider"], small["weight"], small["clipped"]) == (600, 3.0, 3000, True)
    assert small["label"] == "Smaller creators"
    assert small["clause"]["clause"] == "/profiles/balanced/weights/small"
    assert [one["clause"] for one in small["range"]] == [
        "/profiles/balanced/range/small/min",
        "/profiles/balanced/range/small/max",
    ]
    assert send(client, "GET", "/own", as_ada, 200)["items"] == [made]
    post_id = write(app, session, book, "#bread")
    page = send(client, "GET", "/own:mornings", as_ada, 200)
    assert (page["profile"], page["source"], page["instead"]) == ("own:mornings", None, None)
    (item,) = page["items"]
    assert item["post"]["id"] == str(post_id)
    assert page["weights"]["small"]["weight"] == 3000
    small = page["weights"]["small"]["clause"]
    assert {small, "/profiles/balanced/range/small/max"} <= page["receipts"].keys()
    why = client.get(item["more"], headers=as_ada).json or {}
    assert why["feed"]["profile"] == "own:mornings"
    assert why["feed"]["weights"] == page["weights"]
    assert {one["signal"] for one in item["why"]["terms"]} <= page["weights"].keys()
    assert next(one["value"] for one in why["feed"]["terms"] if one["signal"] == "topic") == 1_000_000
    changed = send(client, "PUT", "/own/mornings", as_ada, 200, {"name": "calmer", "base": "calm"})
    assert (changed["name"], changed["base"], changed["topics"]) == ("calmer", "calm", [])
    send(client, "DELETE", "/own/calmer", as_ada, 204)
    send(client, "GET", "/own/calmer", as_ada, 404)


def test_a_default_is_chosen_and_delivered(
    app: Flask, client: FlaskClient, session: Session, book: Book, as_ada: Headers
) -> None:
    assert send(client, "GET", "", as_ada, 200)["default"] == "balanced"
    send(client, "POST", "/own", as_ada, 201, {"name": "mornings", "base": "calm"})
    chosen = send(client, "PUT", "/default", as_ada, 200, {"name": "own:mornings"})
    assert chosen == {"name": "own:mornings"}
    write(app, session, book)
    page = send(client, "GET", "/default", as_ada, 200)
    assert (page["profile"], len(page["items"])) == ("own:mornings", 1)
    send(client, "PUT", "/default", as_ada, 404, {"name": "own:none"})
    send(client, "PUT", "/default", as_ada, 422, {})
    send(client, "PUT", "/default", as_ada, 200, {"name": "default"})
    assert send(client, "GET", "/default", as_ada, 200)["profile"] == "balanced"


def test_sliders_are_tried_out_without_a_delivery(
    app: Flask, client: FlaskClient, session: Session, book: Book, as_ada: Headers
) -> None:
    write(app, session, book)
    at = "/balanced/preview?sliders=small:1,calm:0.5&topics=bread,%20rye"
    found = send(client, "GET", at, as_ada, 200)
    assert (found["profile"], found["places"], found["moved"]) == ("balanced", 1, 0)
    sliders = {one["slider"]["signal"]: one["slider"]["slider"] for one in found["totals"]}
    assert (sliders["small"], sliders["calm"], sliders["fresh"]) == (1.0, 0.5, 0.0)
    assert "post" not in str(found.keys())
    assert len(send(client, "GET", "/balanced", as_ada, 200)["items"]) == 1
    for wrong in ("small", "small:x", "small:9", "none:1", "small:nan", ":1", "small:1,small:1"):
        problem = send(client, "GET", f"/balanced/preview?sliders={wrong}", as_ada, 422)
        assert pointers(problem)[0].startswith("query/sliders")
    send(client, "GET", "/none/preview", as_ada, 404)
    outside = {"name": "outside", "external_url": "https://example.org/feed"}
    send(client, "POST", "/own", as_ada, 201, outside)
    told = send(client, "GET", "/own:outside/preview", as_ada, 422)
    assert "nothing is weighed here" in told["detail"]


def test_what_a_slider_cannot_do_is_refused_at_its_place(client: FlaskClient, as_ada: Headers) -> None:
    for said, pointer in (
        ({"name": "a b", "base": "calm"}, "/name"),
        ({"name": "mornings"}, "/base"),
        ({"name": "mornings", "base": "calm", "sliders": {"small": 0.3}}, "/sliders/small"),
        ({"name": "mornings", "base": "calm", "topics": ["a b"]}, "/topics/0"),
        ({"name": "mornings", "external_url": "https://10.0.0.1/"}, "/external_url"),
        ({"name": "mornings", "base": "calm", "weights": {}}, "/weights"),
        ({"name": "mornings", "base": "calm", "sliders": {"small": "1"}}, "/sliders/small"),
    ):
        assert pointers(send(client, "POST", "/own", as_ada, 422, said)) == [pointer]


def test_law_07_a_profile_that_is_not_shared_answers_like_none(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    def asked(name: str) -> list[tuple[int, bytes]]:
        fork = {"handle": "ada", "profile": name, "name": "mine"}
        return [
            told(client.get(f"/api/v1/feeds/of/ada/{name}", headers=as_ben)),
            told(client.post("/api/v1/feeds/fork", json=fork, headers=as_ben)),
            told(client.get(f"/api/v1/feeds/own/{name}", headers=as_ben)),
            told(client.get(f"/api/v1/feeds/own/{name}/export", headers=as_ben)),
            told(client.put(f"/api/v1/feeds/own/{name}/shared", json={"shared": True}, headers=as_ben)),
            told(
                client.put(f"/api/v1/feeds/own/{name}", json={"name": "a-b", "base": "calm"}, headers=as_ben)
            ),
            told(client.delete(f"/api/v1/feeds/own/{name}", headers=as_ben)),
            told(client.get(f"/api/v1/feeds/own:{name}", headers=as_ben)),
            told(client.get(f"/api/v1/feeds/own:{name}/preview", headers=as_ben)),
            told(client.put("/api/v1/feeds/default", json={"name": f"own:{name}"}, headers=as_ben)),
        ]

    send(client, "POST", "/own", as_ada, 201, {"name": "mornings", "base": "calm"})
    assert asked("mornings") == asked("nothing1")
    assert {status for status, _ in asked("mornings")} == {404}
    link = send(client, "PUT", "/own/mornings/shared", as_ada, 200, {"shared": True})["link"]
    assert link == "/feeds/of/ada/mornings"
    seen = send(client, "GET", link.removeprefix("/feeds"), as_ben, 200)
    assert (seen["owner"], seen["name"], seen["base"]) == ("ada", "mornings", "calm")
    fork = {"handle": "ada", "profile": "mornings", "name": "borrowed"}
    made = send(client, "POST", "/fork", as_ben, 201, fork)
    assert made["forked_from"] == {"handle": "ada", "name": "mornings"}
    send(client, "PUT", "/own/mornings/shared", as_ada, 200, {"shared": False})
    assert asked("mornings")[:2] == asked("nothing1")[:2]
    assert send(client, "GET", "/own/borrowed", as_ben, 200)["forked_from"] is None


def test_a_feed_is_carried_from_one_to_another_and_each_difference_told(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    said = {"name": "mornings", "about": "Slow", "base": "calm", "sliders": {"calm": 0.5}, "topics": ["rye"]}
    made = send(client, "POST", "/own", as_ada, 201, said)
    document = send(client, "GET", "/own/mornings/export", as_ada, 200)
    assert document["format"] == "allotment-feed/1"
    taken = send(client, "POST", "/import", as_ben, 201, document)
    assert taken["adjustments"] == []
    assert {**taken["profile"], "created_at": 0, "changed_at": 0} == {
        **made,
        "owner": "ben",
        "created_at": 0,
        "changed_at": 0,
    }
    send(client, "POST", "/import", as_ben, 409, document)
    document["weights"] |= {"calm": 9.0, "engagement": 5.0}
    other = send(client, "POST", "/import?name=louder", as_ben, 201, document)
    found = {one["pointer"]: one for one in other["adjustments"]}
    assert found.keys() == {"/weights/calm", "/weights/engagement"}
    assert (found["/weights/calm"]["said"], found["/weights/calm"]["made"]) == (9.0, 4.0)
    assert [one["clause"] for one in found["/weights/calm"]["clauses"]] == [
        "/profiles/calm/range/calm/min",
        "/profiles/calm/range/calm/max",
    ]
    assert other["profile"]["name"] == "louder"
    assert send(client, "POST", "/import", as_ben, 422, {**document, "format": "x"})["errors"]
    assert pointers(send(client, "POST", "/import", as_ben, 422, {**document, "more": 1})) == ["/more"]
    empty = {"format": document["format"], "name": "empty", "weights": {}}
    assert pointers(send(client, "POST", "/import", as_ben, 422, empty)) == ["/weights"]


def test_a_feed_from_elsewhere_is_served_and_while_it_fails_the_default_is(
    app: Flask,
    client: FlaskClient,
    session: Session,
    book: Book,
    database: Database,
    as_ada: Headers,
    server: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    platform: Platform = app.extensions["allotment"]
    monkeypatch.setitem(app.extensions, "allotment", _local(platform))
    first, second = (write(app, session, book) for _ in range(2))
    answers(server, first, 12345)
    made = send(client, "POST", "/own", as_ada, 201, {"name": "outside", "external_url": server.url})
    assert (made["external"]["state"], made["weights"]) == ("waiting", [])
    outbound = Outbound(loopback=True)
    assert external.ask_due(database, platform.books, platform.clock, outbound) == 1
    page = send(client, "GET", "/own:outside", as_ada, 200)
    assert [item["post"]["id"] for item in page["items"]] == [str(first)]
    assert (page["source"], page["items"][0]["why"]["terms"]) == (server.url, [])
    assert page["receipts"].keys() == {"/external/items", "/external/page"}
    assert client.get(page["items"][0]["more"], headers=as_ada).status_code == 200
    server.status = 500
    send(client, "PUT", "/own/outside", as_ada, 200, {"name": "outside", "external_url": server.url})
    assert external.ask_due(database, platform.books, platform.clock, outbound) == 1
    failing = send(client, "GET", "/own:outside", as_ada, 200)
    assert failing["profile"] == "balanced"
    assert [item["post"]["id"] for item in failing["items"]] == [str(second)]
    assert failing["instead"]["asked"] == "own:outside"
    assert failing["instead"]["reason"] == "It answered with status 500."
    state = send(client, "GET", "/own/outside", as_ada, 200)["external"]
    assert (state["state"], state["failure"], state["stopped"]) == (
        "failing",
        "It answered with status 500.",
        False,
    )
    assert state["failing_since"] == failing["instead"]["since"]


def _local(platform: Platform) -> Platform:
    """Return a platform that may ask this machine."""
    settings = platform.settings.model_copy(update={"outbound_loopback": True})
    return replace(platform, settings=settings)


def test_the_worker_asks_addresses_elsewhere(app: Flask) -> None:
    platform: Platform = app.extensions["allotment"]
    jobs = wiring.jobs(platform, app.extensions["object_store"])
    (job,) = [one for one in jobs if one.name == "ask external feeds"]
    assert job.seconds == 5
    assert job.run() == 0
