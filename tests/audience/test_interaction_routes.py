"""Likes, reposts, quotes and asks over HTTP: what is answered, with refusals of the same bytes (law 7)."""

from typing import Any, get_args

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

from audience.document import Verb
from coop.tables import Member
from media.storage import ObjectStore
from media.tables import Rendition
from tests.audience.factories import NOBODY, make_asset
from tests.coop.rhythms import AT_ONCE
from tests.factories import bearer_for, identity_of, make_member

Headers = dict[str, str]
ASKING = {"interact": {verb: {"ask": [{"local": True}]} for verb in ("like", "repost", "quote", "download")}}
ANYONE = {"interact": {"quote": {"auto": [{"local": True}]}}}


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
def as_cleo(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "cleo"))


def publish(client: FlaskClient, headers: Headers, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/posts", json={"body": "Bread", **body}, headers=headers)
    assert answer.status_code == status, answer.text
    made: dict[str, Any] = answer.json or {}
    return made


def get(client: FlaskClient, headers: Headers, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


@pytest.mark.parametrize(("verb", "mine"), [("like", "liked"), ("repost", "reposted")])
def test_a_gesture_is_made_and_taken_back(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, verb: str, mine: str
) -> None:
    post = f"posts/{publish(client, as_ada)['id']}"
    for _ in range(2):
        answer = client.put(f"/api/v1/{post}/{verb}", headers=as_ben)
        assert (answer.status_code, answer.json) == (200, {"state": "done"})
    assert get(client, as_ben, post)["mine"][mine] is True
    assert get(client, as_ben, post)["counts"] == {"likes": None, "reposts": None, "replies": None}
    assert get(client, as_ada, post)["counts"] == {"likes": None, "reposts": None, "replies": 0}
    assert client.delete(f"/api/v1/{post}/{verb}", headers=as_ben).status_code == 204
    assert get(client, as_ben, post)["mine"][mine] is False


@pytest.mark.parametrize("verb", ["like", "repost", "download"])
def test_where_its_author_is_asked_it_is_accepted_and_waits(
    client: FlaskClient, session: Session, ada: Member, as_ada: Headers, as_ben: Headers, verb: str
) -> None:
    asset = str(make_asset(session, identity_of(ada)).id)
    post = f"posts/{publish(client, as_ada, audience=ASKING, asset_id=asset)['id']}"
    answer = client.put(f"/api/v1/{post}/{verb}", headers=as_ben)
    assert (answer.status_code, answer.json) == (202, {"state": "waiting"})
    (ask,) = get(client, as_ada, "asks")["items"]
    assert (ask["verb"], ask["asker"]["handle"], ask["body"], ask["picture"]) == (verb, "ben", None, None)
    client.put("/api/v1/notices/rhythm", json=AT_ONCE, headers=as_ada)
    (notice,) = get(client, as_ada, "notices")["items"]
    assert (notice["topic"], notice["path"]) == ("ask", "/members/me/asks")
    assert client.post(f"/api/v1/asks/{ask['id']}/grant", headers=as_ben).status_code == 404
    assert client.post(f"/api/v1/asks/{ask['id']}/grant", headers=as_ada).status_code == 204
    assert client.put(f"/api/v1/{post}/{verb}", headers=as_ben).json == {"state": "done"}
    assert client.post(f"/api/v1/asks/{ask['id']}/refuse", headers=as_ada).status_code == 204
    refused = client.put(f"/api/v1/{post}/{verb}", headers=as_ben)
    assert (refused.status_code, (refused.json or {})["detail"]) == (403, "Its author has said no.")


@pytest.mark.parametrize("verb", ["like", "repost"])
def test_what_was_taken_back_is_no_longer_the_author_s_to_grant(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, verb: str
) -> None:
    post = f"posts/{publish(client, as_ada, audience=ASKING)['id']}"
    client.put(f"/api/v1/{post}/{verb}", headers=as_ben)
    (ask,) = get(client, as_ada, "asks")["items"]
    assert client.post(f"/api/v1/asks/{ask['id']}/grant", headers=as_ada).status_code == 204
    assert client.delete(f"/api/v1/{post}/{verb}", headers=as_ben).status_code == 204
    for answer in ("refuse", "grant"):
        assert client.post(f"/api/v1/asks/{ask['id']}/{answer}", headers=as_ada).status_code == 404
    assert get(client, as_ada, "members/ben/posts")["items"] == []
    assert get(client, as_ben, post)["mine"] == {**get(client, as_ada, post)["mine"]}


def test_a_text_has_no_picture_to_download(client: FlaskClient, as_ada: Headers, as_ben: Headers) -> None:
    at = f"/api/v1/posts/{publish(client, as_ada, audience=ASKING)['id']}/download"
    refused = client.put(at, headers=as_ben)
    assert (refused.status_code, "no picture" in (refused.json or {})["detail"]) == (409, True)
    assert client.get(at, headers=as_ada).status_code == 404
    assert get(client, as_ada, "asks")["items"] == []


def test_every_verb_is_answered_with_its_reason(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    there = {"interact": {"repost": {"auto": [{"place": "3161732"}]}, "like": {}}}
    post = f"posts/{publish(client, as_ada, audience=there)['id']}"
    found = {one["verb"]: one for one in get(client, as_ben, f"{post}/permissions")["items"]}
    assert set(found) == set(get_args(Verb))
    assert {verb: one["may"] for verb, one in found.items()} == {
        "like": "no",
        "repost": "unknown",
        "quote": "ask",
        "reply": "yes",
        "video_reply": "ask",
        "stitch": "ask",
        "duet": "ask",
        "sound": "ask",
        "download": "no",
    }
    assert found["like"]["pointer"] == "/interact/like"
    assert found["like"]["clause"] is None
    assert found["quote"]["clause"]["clause"] == "/interact/quote/default"
    assert all(one["reason"] for one in found.values())
    own = get(client, as_ada, f"{post}/permissions")["items"]
    assert {one["may"] for one in own} == {"yes"}
    refused = client.put(f"/api/v1/{post}/like", headers=as_ben)
    (error,) = (refused.json or {})["errors"]
    assert (refused.status_code, error["pointer"]) == (403, "/interact/like")


def test_a_quote_shows_its_source_to_those_who_may_see_both(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, as_cleo: Headers
) -> None:
    source = publish(client, as_ada, audience=ANYONE)
    made = publish(client, as_ben, body="See", quote={"post_id": source["id"]})
    assert (made["quote"]["id"], made["quote_state"]) == (source["id"], "active")
    read = get(client, as_cleo, f"posts/{made['id']}")
    assert (read["quote"]["body"], read["quote"]["author"]["handle"]) == ("Bread", "ada")
    assert read["quote_state"] is None
    (listed,) = get(client, as_cleo, "members/ben/posts")["items"]
    assert (listed["quote"], listed["reposted"]) == (read["quote"], False)
    at = f"/api/v1/posts/{source['id']}/derivatives"
    (derivative,) = (client.get(at, headers=as_ada).json or {})["items"]
    assert (derivative["id"], derivative["kind"], derivative["state"]) == (made["id"], "quote", "active")
    assert client.get(at, headers=as_cleo).status_code == 404
    assert client.post(f"{at}/{made['id']}/detach", headers=as_cleo).status_code == 404
    assert client.post(f"{at}/{made['id']}/detach", headers=as_ada).status_code == 204
    after = get(client, as_cleo, f"posts/{made['id']}")
    assert after == {**read, "quote": None}


def test_law_07_a_source_that_one_may_not_see_looks_like_one_that_was_deleted(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, as_cleo: Headers
) -> None:
    full = publish(client, as_ada, audience={**ANYONE, "seats": {"max": 1}})
    gone = publish(client, as_ada, audience=ANYONE)
    made = [publish(client, as_ben, quote={"post_id": one["id"]}) for one in (full, gone)]
    client.delete(f"/api/v1/posts/{gone['id']}", headers=as_ada)
    read = [get(client, as_cleo, f"posts/{one['id']}") for one in made]
    assert [one["quote"] for one in read] == [None, None]
    full_one, gone_one = ({**one, "id": "", "created_at": ""} for one in read)
    assert full_one == gone_one


def test_a_quote_waits_for_the_yes_of_whom_it_quotes(
    client: FlaskClient, as_ada: Headers, as_ben: Headers, as_cleo: Headers
) -> None:
    source = publish(client, as_ada)
    made = publish(client, as_ben, 202, body="See", quote={"post_id": source["id"]})
    assert (made["quote"], made["quote_state"]) == (None, "waiting")
    at = f"/api/v1/posts/{made['id']}"
    unknown = told(client.get("/api/v1/posts/7", headers=as_cleo))
    assert told(client.get(at, headers=as_cleo)) == unknown
    assert get(client, as_cleo, "members/ben/posts")["items"] == []
    (ask,) = get(client, as_ada, "asks")["items"]
    assert (ask["id"], ask["verb"], ask["body"], ask["post_id"]) == (made["id"], "quote", "See", source["id"])
    assert client.post(f"/api/v1/asks/{ask['id']}/grant", headers=as_ada).status_code == 204
    assert get(client, as_cleo, f"posts/{made['id']}")["quote"]["id"] == source["id"]
    assert client.post(f"/api/v1/asks/{ask['id']}/refuse", headers=as_ada).status_code == 409


@pytest.mark.parametrize(
    ("quote", "pointer"),
    [
        ({}, "/quote/post_id"),
        ({"post_id": 7}, "/quote/post_id"),
        ({"post_id": "x"}, "/quote/post_id"),
        ({"post_id": "7"}, "/quote/post_id"),
        ({"post_id": "9223372036854775808"}, "/quote/post_id"),
        ({"post_id": "7", "start_ms": 1}, "/quote/start_ms"),
        ("7", "/quote"),
    ],
)
def test_a_quote_of_nothing_is_named(client: FlaskClient, as_ada: Headers, quote: Any, pointer: str) -> None:
    answer = client.post("/api/v1/posts", json={"body": "See", "quote": quote}, headers=as_ada)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in (answer.json or {})["errors"]}


def told(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return everything that a client learns from an answer, but for the moment it came."""
    return answer.status_code, answer.data, sorted((k, v) for k, v in answer.headers if k != "Date")


def test_law_07_every_refusal_is_byte_for_byte_that_of_an_unknown_post(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    def ask(post_id: str) -> dict[str, tuple[int, bytes, list[tuple[str, str]]]]:
        at = f"/api/v1/posts/{post_id}"
        body = {"body": "See", "quote": {"post_id": post_id}}
        return {
            "permissions": told(client.get(f"{at}/permissions", headers=as_ben)),
            "like": told(client.put(f"{at}/like", headers=as_ben)),
            "unlike": told(client.delete(f"{at}/like", headers=as_ben)),
            "repost": told(client.put(f"{at}/repost", headers=as_ben)),
            "take back": told(client.delete(f"{at}/repost", headers=as_ben)),
            "ask for it": told(client.put(f"{at}/download", headers=as_ben)),
            "no longer ask": told(client.delete(f"{at}/download", headers=as_ben)),
            "download": told(client.get(f"{at}/download", headers=as_ben)),
            "derivatives": told(client.get(f"{at}/derivatives", headers=as_ben)),
            "detach": told(client.post(f"{at}/derivatives/{post_id}/detach", headers=as_ben)),
            "grant": told(client.post(f"/api/v1/asks/{post_id}/grant", headers=as_ben)),
            "refuse": told(client.post(f"/api/v1/asks/{post_id}/refuse", headers=as_ben)),
            "quote": told(client.post("/api/v1/posts", json=body, headers=as_ben)),
        }

    unknown = ask("7")
    assert {status for status, _, _ in unknown.values()} == {404, 204, 422}
    waiting = publish(client, as_ada, 201)
    held = publish(client, as_ada, 201, quote={"post_id": waiting["id"]})
    client.delete(f"/api/v1/posts/{held['id']}", headers=as_ada)
    for post in (publish(client, as_ada, audience=NOBODY), held):
        assert ask(post["id"]) == unknown


def test_law_09_a_picture_is_downloaded_by_those_whom_its_author_lets(
    client: FlaskClient, session: Session, store: ObjectStore, ada: Member, as_ada: Headers, as_ben: Headers
) -> None:
    asset = make_asset(session, identity_of(ada))
    data = bytes(range(256)) * 3 + bytes(32)
    store.put(session.get_one(Rendition, (asset.id, "large")).key, data, "image/webp")
    at = f"/api/v1/posts/{publish(client, as_ada, audience=ASKING, asset_id=str(asset.id))['id']}/download"
    assert client.get(at, headers=as_ben).status_code == 403
    assert client.put(at, headers=as_ben).status_code == 202
    (ask,) = get(client, as_ada, "asks")["items"]
    client.post(f"/api/v1/asks/{ask['id']}/grant", headers=as_ada)
    answer = client.get(at, headers=as_ben)
    assert (answer.status_code, answer.data) == (200, data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.delete(at, headers=as_ben).status_code == 204
    assert client.get(at, headers=as_ben).status_code == 403


def test_whoever_no_longer_asks_for_a_download_is_not_answered_and_a_no_stays(
    client: FlaskClient, session: Session, ada: Member, as_ada: Headers, as_ben: Headers
) -> None:
    asset = str(make_asset(session, identity_of(ada)).id)
    at = f"/api/v1/posts/{publish(client, as_ada, audience=ASKING, asset_id=asset)['id']}/download"
    client.put(at, headers=as_ben)
    assert client.delete(at, headers=as_ben).status_code == 204
    assert get(client, as_ada, "asks")["items"] == []
    assert client.put(at, headers=as_ben).status_code == 202
    (ask,) = get(client, as_ada, "asks")["items"]
    client.post(f"/api/v1/asks/{ask['id']}/refuse", headers=as_ada)
    assert client.delete(at, headers=as_ben).status_code == 204
    assert client.put(at, headers=as_ben).status_code == 403


def test_the_description_names_the_answer_that_waits(client: FlaskClient) -> None:
    paths = (client.get("/api/v1/openapi.json").json or {})["paths"]
    liked = next(path for name, path in paths.items() if name.endswith("/like"))["put"]["responses"]
    assert liked["202"]["content"] == liked["200"]["content"]
    assert (
        "202"
        not in next(path for name, path in paths.items() if name.endswith("/permissions"))["get"]["responses"]
    )
