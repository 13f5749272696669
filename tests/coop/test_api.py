"""The API layer: what every route inherits from being declared."""

from typing import Any

import pytest
from flask import Response
from flask.testing import FlaskClient
from sqlmodel import Session

from coop import openapi
from coop.api import Api
from coop.call import Call
from coop.errors import Malformed, RuleBroken, WrongMediaType
from tests.factories import bearer_for, make_member

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def headers(session: Session) -> dict[str, str]:
    return bearer_for(session, make_member(session, "ana"))


def guild(slug: str = "bakers") -> dict[str, str]:
    return {"slug": slug, "name": "Bakers", "purpose": "Bread for everyone."}


def test_a_wrong_type_is_told_with_its_pointer(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/guilds", json=guild() | {"name": 7}, headers=headers)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/name"]


def test_an_unknown_member_of_the_body_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/guilds", json=guild() | {"role": "admin"}, headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/role"


def test_the_input_is_never_echoed(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/guilds", json=guild() | {"name": ["zebra"]}, headers=headers)
    assert b"zebra" not in answer.data


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{not json", "application/json", 400),
        (b"", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"slug=x", "application/x-www-form-urlencoded", 415),
        (b'{"slug": "a\\u0000b", "name": "x", "purpose": "y"}', "application/json", 422),
        (b'{"slug": "ab", "slug": "bakers", "name": "x", "purpose": "y"}', "application/json", 422),
        (b'{"slug": "\xff"}', "application/json", 400),
    ],
)
def test_a_body_that_is_not_json_is_refused_for_what_it_is(
    client: FlaskClient, headers: dict[str, str], data: bytes, kind: str, status: int
) -> None:
    answer = client.post("/api/v1/guilds", data=data, headers=headers | {"Content-Type": kind})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_body_of_another_format_is_declared_described_and_needs_no_model() -> None:
    api = Api("offers")

    @api.post("/offers", consumes="application/sdp", produces="application/sdp")
    def offer(call: Call, body: str) -> Response:
        """Offer."""
        return Response(body)

    (made,) = api.operations
    assert (made.body, made.consumes, made.parameters) == (None, "application/sdp", {})
    assert {Malformed, WrongMediaType, RuleBroken} <= set(made.raises)
    told = openapi.describe([made], public_url="", version="1")["paths"]["/api/v1/offers"]["post"]
    assert told["requestBody"] == {
        "required": True,
        "content": {"application/sdp": {"schema": {"type": "string"}}},
    }
    assert {"201", "400", "415", "422"} <= told["responses"].keys()


def test_a_body_of_the_wrong_type_is_told_the_right_one(client: FlaskClient, headers: dict[str, str]) -> None:
    said = headers | {"Content-Type": "text/plain"}
    assert "application/json" in client.post("/api/v1/guilds", data="{}", headers=said).get_json()["detail"]
    answer = client.post("/api/v1/rooms/7/speaking", data="v=0", headers=said)
    assert (answer.status_code, answer.get_json()["detail"]) == (415, "Send this as application/sdp.")


def test_text_that_only_looks_like_an_escaped_nul_is_taken(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/api/v1/guilds", json=guild() | {"purpose": r"C:\u0000"}, headers=headers)
    assert (answer.status_code, answer.get_json()["purpose"]) == (201, r"C:\u0000")
    refused = client.post("/api/v1/guilds", json=guild("smiths") | {"purpose": "a\0b"}, headers=headers)
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == ["/purpose"]


def test_a_key_that_the_body_says_twice_is_refused_where_it_stands(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    said = '{"body": "Bread", "audience": {"see": {"any": []}, "see": {"any": [{"local": true}]}}}'
    answer = client.post("/api/v1/posts", data=said, headers=headers | JSON)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/audience/see"]


def test_a_body_above_the_limit_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/guilds", data=b" " * (256 * 1024 + 1), headers=headers | JSON)
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_a_parameter_that_is_named_twice_is_told_by_its_name(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get("/api/v1/members?limit=1&cursor=x&limit=1", headers=headers)
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["query/limit"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=%00",
        "cursor=%F0%9F",
        "colour=red",
        "limit=",
        "limit=1&limit=100",
    ],
)
def test_a_query_that_does_not_fit_is_told(client: FlaskClient, headers: dict[str, str], query: str) -> None:
    answer = client.get(f"/api/v1/members?{query}", headers=headers)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].startswith("query/")


@pytest.mark.parametrize(
    "path", ["/posts/99999999999999999999", "/posts/9223372036854775808", "/posts/x", "/nothing", "/posts/7"]
)
def test_law_07_whatever_is_not_there_answers_alike(
    client: FlaskClient, headers: dict[str, str], path: str
) -> None:
    answer = client.get(f"/api/v1{path}", headers=headers)
    plain = client.get("/api/v1/posts/1", headers=headers)
    assert answer.status_code == 404
    assert answer.data == plain.data


def test_a_method_that_is_not_offered_names_those_that_are(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.delete("/api/v1/guilds", headers=headers)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic YTpi", "Bearer", ""])
def test_a_credential_that_is_none_is_refused_even_where_none_is_needed(
    client: FlaskClient, header: str
) -> None:
    answer = client.get("/api/v1/policies", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_reading_cannot_write(client: FlaskClient, session: Session) -> None:
    reader = bearer_for(session, make_member(session), scope="read")
    assert client.get("/api/v1/members/me", headers=reader).status_code == 200
    assert client.post("/api/v1/guilds", json=guild(), headers=reader).status_code == 403


def keyed(headers: dict[str, str], key: str) -> dict[str, str]:
    return headers | {"Idempotency-Key": key}


def test_the_same_key_and_request_give_the_same_answer_and_one_effect(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    first = client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k1"))
    again = client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k1"))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert (first.status_code, first.headers["Cache-Control"]) == (201, again.headers["Cache-Control"])
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k2"))
    assert other.status_code == 409


def test_the_same_key_for_another_request_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k1"))
    answer = client.post("/api/v1/guilds", json=guild("smiths"), headers=keyed(headers, "k1"))
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "header/Idempotency-Key"


def test_the_same_key_for_another_query_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    said = {"format": "allotment-feed/1", "name": "mornings", "weights": {"fresh": 1.0}}
    path = "/api/v1/feeds/import?name="
    assert client.post(f"{path}i1", json=said, headers=keyed(headers, "k1")).status_code == 201
    answer = client.post(f"{path}i2", json=said, headers=keyed(headers, "k1"))
    assert answer.status_code == 422
    assert client.post(f"{path}i1", json=said, headers=keyed(headers, "k1")).status_code == 204
    assert client.post(f"{path}i2", json=said, headers=keyed(headers, "k2")).status_code == 201


def test_a_repeated_request_is_answered_how_things_stand_by_then(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    said = {"name": "mornings", "base": "calm"}
    path = "/api/v1/feeds/own"
    first = client.post(path, json=said, headers=keyed(headers, "k1"))
    client.put(f"{path}/mornings", json={"name": "mornings", "base": "explore"}, headers=headers)
    again = client.post(path, json=said, headers=keyed(headers, "k1"))
    assert (first.get_json()["base"], again.get_json()["base"]) == ("calm", "explore")
    assert again.status_code == 201
    client.delete(f"{path}/mornings", headers=headers)
    gone = client.post(path, json=said, headers=keyed(headers, "k1"))
    assert gone.data == client.get(f"{path}/none", headers=headers).data
    assert gone.status_code == 404


def test_a_key_belongs_to_its_member(client: FlaskClient, headers: dict[str, str], session: Session) -> None:
    client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k1"))
    other = bearer_for(session, make_member(session))
    answer = client.post("/api/v1/guilds", json=guild("smiths"), headers=keyed(other, "k1"))
    assert answer.status_code == 201


def test_a_request_that_failed_frees_its_key(client: FlaskClient, headers: dict[str, str]) -> None:
    broken: Any = guild() | {"slug": "NOT A SLUG"}
    assert client.post("/api/v1/guilds", json=broken, headers=keyed(headers, "k1")).status_code == 422
    assert client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, "k1")).status_code == 201


def test_an_answer_that_holds_a_secret_is_told_once(client: FlaskClient, headers: dict[str, str]) -> None:
    first = client.post("/api/v1/invitations", headers=keyed(headers, "k1"))
    again = client.post("/api/v1/invitations", headers=keyed(headers, "k1"))
    assert (first.status_code, again.status_code) == (201, 409)
    assert first.get_json()["code"].encode() not in again.data


@pytest.mark.parametrize("key", ["", "x" * 256, "schl\u00fcssel"])
def test_a_key_that_cannot_be_one_is_refused(client: FlaskClient, headers: dict[str, str], key: str) -> None:
    answer = client.post("/api/v1/guilds", json=guild(), headers=keyed(headers, key))
    assert answer.status_code == 422


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat(
    client: FlaskClient, headers: dict[str, str], session: Session
) -> None:
    for _ in range(7):
        make_member(session)
    seen: list[str] = []
    path = "/api/v1/members?limit=3"
    while path:
        page = client.get(path, headers=headers).get_json()
        assert len(page["items"]) <= 3
        seen += [member["handle"] for member in page["items"]]
        path = f"/api/v1/members?limit=3&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 8
