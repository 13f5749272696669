"""Replies and threads over HTTP: what is answered, and that a refusal tells nothing (law 7)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from audience.tables import Post
from coop.tables import Member
from tests.audience.factories import NOBODY, make_asset
from tests.coop.rhythms import AT_ONCE
from tests.factories import bearer_for, identity_of, make_member

Headers = dict[str, str]
ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}


@pytest.fixture
def ben(session: Session) -> Member:
    return make_member(session, "ben")


@pytest.fixture
def as_ada(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ada"))


@pytest.fixture
def as_ben(session: Session, ben: Member) -> Headers:
    return bearer_for(session, ben)


def publish(client: FlaskClient, headers: Headers, **body: Any) -> str:
    answer = client.post("/api/v1/posts", json={"body": "Bread", **body}, headers=headers)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/posts/{(answer.json or {})['id']}"


def reply(
    client: FlaskClient, headers: Headers, post: str, body: str = "Rye?", **more: Any
) -> dict[str, Any]:
    answer = client.post(f"{post}/replies", json={"body": body, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json or {}
    return made


def thread(client: FlaskClient, headers: Headers, post: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{post}/thread", query_string=query, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json or {}
    return found


def test_a_thread_holds_all_that_is_shown(
    client: FlaskClient, session: Session, ben: Member, as_ada: Headers, as_ben: Headers
) -> None:
    post = publish(client, as_ada)
    asset = make_asset(session, identity_of(ben))
    first = reply(client, as_ben, post, at_ms=20, pause=True, asset_id=str(asset.id))
    second = reply(client, as_ada, post, "Yes", parent_id=first["id"])
    found = thread(client, as_ben, post)
    assert found["post"] == client.get(post, headers=as_ben).json
    assert found["replies"] == [first, {**second, "mine": False}]
    assert (found["next"], found["moments"]) == (None, None)
    assert first["picture"]["renditions"][0]["url"] == f"/api/v1/media/{asset.id}/small"
    assert (first["depth"], second["depth"], second["parent_id"]) == (0, 1, first["id"])
    leave = found["leave"]
    assert (leave["value"], leave["left"], leave["moments"], leave["characters"]) == ("yes", 19, True, 5000)
    marks = thread(client, as_ben, post, moments="true")["moments"]
    assert marks == [{"at_ms": 20, "number": 1, "pause": True, "first": first["id"]}]


def test_a_thread_comes_in_pages_and_a_folded_branch_is_opened(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    post = publish(client, as_ada)
    root = reply(client, as_ada, post, "Root")["id"]
    for n in range(25):
        reply(client, as_ada, post, f"Answer {n}", parent_id=root)
    reply(client, as_ada, post, "Other")
    first = thread(client, as_ben, post, limit=1, sort="oldest")
    more = first["replies"][-1]["more"]
    assert (len(first["replies"]), more["number"]) == (21, 5)
    rest = thread(client, as_ben, post, cursor=more["cursor"])
    assert [one["body"] for one in rest["replies"]] == [f"Answer {n}" for n in range(20, 25)]
    last = thread(client, as_ben, post, limit=1, cursor=first["next"])
    assert ([one["body"] for one in last["replies"]], last["next"]) == (["Other"], None)
    newest = thread(client, as_ben, post, limit=1, sort="newest")
    assert newest["replies"][0]["body"] == "Other"
    assert (
        thread(client, as_ben, post, limit=1, sort="newest", cursor=newest["next"])["replies"][0]["body"]
        == "Root"
    )


def test_a_gap_says_neither_who_nor_what_nor_when(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    post = publish(client, as_ada)
    gone = reply(client, as_ben, post, "Rye?", at_ms=5, pause=True)
    reply(client, as_ada, post, "Yes", parent_id=gone["id"])
    assert client.delete(f"/api/v1/replies/{gone['id']}", headers=as_ben).status_code == 204
    gap = thread(client, as_ben, post)["replies"][0]
    nothing = {"author": None, "body": None, "picture": None, "at_ms": None, "created_at": None}
    assert gap == {**gone, **nothing, "pause": False, "state": "gone", "mine": False}


def test_what_waits_is_decided_by_the_author_of_the_post(
    client: FlaskClient, session: Session, ben: Member, as_ada: Headers, as_ben: Headers
) -> None:
    as_cleo = bearer_for(session, make_member(session, "cleo"))
    client.put("/api/v1/notices/rhythm", json=AT_ONCE, headers=as_ada)
    post = publish(client, as_ada, audience=ASK)
    assert thread(client, as_ben, post)["leave"]["value"] == "ask"
    asset = make_asset(session, identity_of(ben))
    waiting, other = reply(client, as_ben, post, asset_id=str(asset.id)), reply(client, as_cleo, post)
    assert waiting["state"] == "waiting"
    asks = (client.get("/api/v1/asks", headers=as_ada).json or {})["items"]
    assert [(ask["id"], ask["verb"], ask["body"]) for ask in asks] == [
        (one["id"], "reply", "Rye?") for one in (waiting, other)
    ]
    assert asks[0]["picture"] == waiting["picture"]
    assert len((client.get("/api/v1/notices", headers=as_ada).json or {})["items"]) == 1
    assert [one["id"] for one in thread(client, as_cleo, post)["replies"]] == [other["id"]]
    at = f"/api/v1/replies/{waiting['id']}"
    for headers in (as_ben, as_cleo):
        hidden, unknown = (
            client.post(f"{path}/grant", headers=headers) for path in (at, "/api/v1/replies/7")
        )
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.data == unknown.data
    assert client.post(f"{at}/grant", headers=as_ada).status_code == 204
    assert client.post(f"{at}/refuse", headers=as_ada).status_code == 409
    assert client.post(f"/api/v1/replies/{other['id']}/refuse", headers=as_ada).status_code == 204
    states = [one["state"] for one in thread(client, as_cleo, post)["replies"]]
    assert states == ["shown", "refused"]


def test_too_soon_is_answered_with_when(client: FlaskClient, as_ada: Headers, as_ben: Headers) -> None:
    post = publish(client, as_ada, audience={"replies": {"gap_s": 60}})
    reply(client, as_ben, post)
    refused = client.post(f"{post}/replies", json={"body": "And?"}, headers=as_ben)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (refused.json or {})["errors"][0]["pointer"] == "/replies/gap_s"
    leave = thread(client, as_ben, post)["leave"]
    assert (leave["value"], leave["pointer"]) == ("no", "/replies/gap_s")
    assert leave["again"] is not None


def test_an_audience_cannot_loosen_the_replies(client: FlaskClient, as_ada: Headers) -> None:
    body = {"body": "Bread", "audience": {"replies": {"max": 501, "gap_s": 1}}}
    answer = client.post("/api/v1/posts", json=body, headers=as_ada)
    (error,) = (answer.json or {})["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/audience/replies/max")
    assert error["clause"]["clause"] == "/replies/per_post"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"body": ""}, "/body"),
        ({"body": "Hm", "at_ms": -1}, "/at_ms"),
        ({"body": "Hm", "at_ms": 2**31}, "/at_ms"),
        ({"body": "Hm", "at_ms": 1.5}, "/at_ms"),
        ({"body": "Hm", "at_ms": 10_000_000}, "/at_ms"),
        ({"body": "Hm", "pause": True}, "/pause"),
        ({"body": "Hm", "parent_id": "7"}, "/parent_id"),
        ({"body": "Hm", "parent_id": 7}, "/parent_id"),
        ({"body": "Hm", "asset_id": "9223372036854775808"}, "/asset_id"),
        ({"body": "Hm", "depth": 2}, "/depth"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, body: dict[str, Any], pointer: str
) -> None:
    post = publish(client, as_ada)
    answer = client.post(f"{post}/replies", json=body, headers=as_ben)
    assert answer.status_code == 422, answer.text
    assert pointer in {error["pointer"] for error in (answer.json or {})["errors"]}
    assert thread(client, as_ben, post)["replies"] == []


@pytest.mark.parametrize(
    "query", ["sort=loudest", "cursor=xyz", "cursor=Mi0xLTI", "cursor=MC05OTk5OTk5OTk5OS0x", "limit=0"]
)
def test_a_query_that_is_none_of_ours_is_refused(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, query: str
) -> None:
    post = publish(client, as_ada)
    answer = client.get(f"{post}/thread?{query}", headers=as_ben)
    assert answer.status_code == 422
    at = [error["pointer"] for error in (answer.json or {})["errors"]]
    assert at == [f"query/{query.partition('=')[0]}"]


def refusing(client: FlaskClient, as_ada: Headers, as_ben: Headers, post: str, said: str, way: str) -> None:
    """Have a reply of Ben's to a post of Ada's, or the post, closed to others in one way."""
    method, path, body, headers = {
        "taken back": ("DELETE", said, None, as_ben),
        "narrowed": ("POST", f"{post}/tightening", {"see": {"any": [{"member": "ben"}]}}, as_ada),
        "full": ("POST", f"{post}/tightening", {"seats": {"max": 1}}, as_ada),
        "deleted": ("DELETE", post, None, as_ada),
        "blocked by the author of the reply": ("PUT", "/api/v1/members/cleo/block", None, as_ben),
        "blocked by the author of the post": ("PUT", "/api/v1/members/cleo/block", None, as_ada),
    }[way]
    answer = client.open(path, method=method, json=body, headers=headers)
    assert answer.status_code in (200, 204), answer.text


WAYS = (
    *("taken back", "narrowed", "full", "deleted"),
    *("blocked by the author of the reply", "blocked by the author of the post"),
)


@pytest.mark.parametrize("way", [None, *WAYS])
def test_law_07_a_reply_that_one_is_not_shown_answers_as_one_that_never_was(
    client: FlaskClient, session: Session, as_ada: Headers, as_ben: Headers, way: str | None
) -> None:
    as_cleo = bearer_for(session, make_member(session, "cleo"))
    post = publish(client, as_ada)
    root = reply(client, as_ada, post, "Root")
    made = reply(client, as_ben, post, parent_id=root["id"])
    path, nowhere = f"/api/v1/replies/{made['id']}", "/api/v1/replies/7"
    assert client.get(path, headers=as_ben).json == made
    if way is None:
        listed = client.get(f"{post}/replies", headers=as_cleo).get_json()["items"]
        assert client.get(path, headers=as_cleo).json == {**made, "mine": False} == listed[1]
        return
    refusing(client, as_ada, as_ben, post, path, way)
    hidden, unknown = (client.get(at, headers=as_cleo) for at in (path, nowhere))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


def test_law_07_a_reply_that_waits_is_read_by_the_two_whom_it_concerns(
    client: FlaskClient, session: Session, as_ada: Headers, as_ben: Headers
) -> None:
    as_cleo = bearer_for(session, make_member(session, "cleo"))
    made = reply(client, as_ben, publish(client, as_ada, audience=ASK))
    path = f"/api/v1/replies/{made['id']}"
    assert made["state"] == "waiting"
    answers = [client.get(path, headers=one).status_code for one in (as_ben, as_ada, as_cleo)]
    assert answers == [200, 200, 404]
    assert client.post(f"{path}/refuse", headers=as_ada).status_code == 204
    answers = [client.get(path, headers=one).status_code for one in (as_ben, as_ada, as_cleo)]
    assert answers == [200, 404, 404]


def test_reading_a_reply_takes_a_seat_at_its_post(
    client: FlaskClient, session: Session, as_ada: Headers, as_ben: Headers
) -> None:
    post = publish(client, as_ada, audience={"seats": {"max": 1}})
    made = reply(client, as_ada, post)
    assert client.get(f"/api/v1/replies/{made['id']}", headers=as_ben).status_code == 200
    as_cleo = bearer_for(session, make_member(session, "cleo"))
    assert client.get(f"/api/v1/replies/{made['id']}", headers=as_cleo).status_code == 404


def test_a_reply_that_is_written_twice_with_one_key_is_answered_as_it_stands(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    post = publish(client, as_ada, audience=ASK)
    first = reply(client, {**as_ben, "Idempotency-Key": "k1"}, post)
    assert client.post(f"/api/v1/replies/{first['id']}/grant", headers=as_ada).status_code == 204
    again = reply(client, {**as_ben, "Idempotency-Key": "k1"}, post)
    assert again == {**first, "state": "shown"} != first


def test_law_07_a_hidden_thread_is_byte_for_byte_that_of_an_unknown_post(
    client: FlaskClient, session: Session, as_ada: Headers, as_ben: Headers
) -> None:
    hidden = publish(client, as_ada, audience=NOBODY)
    said = reply(client, as_ada, hidden, "Secret")
    for method, path, other in (
        ("get", f"{hidden}/thread", "/api/v1/posts/7/thread"),
        (
            "get",
            f"{hidden}/thread?moments=true&sort=moment",
            "/api/v1/posts/7/thread?moments=true&sort=moment",
        ),
        ("post", f"{hidden}/replies", "/api/v1/posts/7/replies"),
        ("delete", f"/api/v1/replies/{said['id']}", "/api/v1/replies/7"),
        ("post", f"/api/v1/replies/{said['id']}/refuse", "/api/v1/replies/7/refuse"),
    ):
        body: dict[str, Any] = {"json": {"body": "Hm"}} if path.endswith("replies") else {}
        one, none = (client.open(at, method=method.upper(), headers=as_ben, **body) for at in (path, other))
        assert one.status_code == none.status_code == 404
        assert one.data == none.data
    visible = publish(client, as_ada)
    there, nowhere = (
        client.post(f"{visible}/replies", json={"body": "Hm", "parent_id": parent}, headers=as_ben)
        for parent in (said["id"], "7")
    )
    assert there.data == nowhere.data
    assert session.get(Post, int(hidden.rpartition("/")[2])) is not None
