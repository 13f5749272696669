"""This room over HTTP: what is answered, and that a refusal is always the same bytes (law 7)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

from audience import following, posts
from audience.access import access_post
from audience.tables import Post
from coop.book import Book
from coop.tables import Member
from media.storage import ObjectStore
from media.tables import Rendition
from tests.audience.factories import NOBODY, make_asset, make_post
from tests.factories import bearer_for, identity_of, make_guild, make_member

Headers = dict[str, str]


@pytest.fixture
def ada(session: Session) -> Member:
    return make_member(session, "ada")


@pytest.fixture
def ben(session: Session) -> Member:
    return make_member(session, "ben")


@pytest.fixture
def as_ada(session: Session, ada: Member) -> Headers:
    return bearer_for(session, ada)


@pytest.fixture
def as_ben(session: Session, ben: Member) -> Headers:
    return bearer_for(session, ben)


def publish(client: FlaskClient, headers: Headers, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/posts", json={"body": "Bread", **body}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json or {}
    return made


def test_a_post_is_published_read_and_taken_back(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    made = publish(client, as_ada, audience={"seats": {"max": 9}})
    assert made["seats"] == {"max": 9, "taken": None}
    assert made["audience"] == {"preset": "local", "seats": {"max": 9}}
    read = client.get(f"/api/v1/posts/{made['id']}", headers=as_ben)
    untold = {"likes": None, "reposts": None, "replies": None}
    assert read.json == {**made, "seats": {"max": 9, "taken": None}, "audience": None, "counts": untold}
    assert read.headers["Cache-Control"] == "no-store"
    assert client.delete(f"/api/v1/posts/{made['id']}", headers=as_ben).status_code == 404
    assert client.delete(f"/api/v1/posts/{made['id']}", headers=as_ada).status_code == 204
    assert client.get(f"/api/v1/posts/{made['id']}", headers=as_ada).status_code == 404


def test_a_picture_is_shown_with_its_files(
    client: FlaskClient, session: Session, ada: Member, as_ada: Headers
) -> None:
    asset = make_asset(session, identity_of(ada))
    made = publish(client, as_ada, body="", asset_id=str(asset.id))
    assert made["picture"]["alt"] == "A loaf"
    assert [one["url"] for one in made["picture"]["renditions"]] == [
        f"/api/v1/media/{asset.id}/small",
        f"/api/v1/media/{asset.id}/large",
    ]


def test_law_08_a_cap_above_the_ceiling_is_answered_with_its_clause(
    client: FlaskClient, as_ada: Headers
) -> None:
    body = {"body": "Bread", "audience": {"seats": {"max": 9000}}}
    answer = client.post("/api/v1/posts", json=body, headers=as_ada)
    (error,) = (answer.json or {})["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/audience/seats/max")
    assert (error["clause"]["clause"], error["clause"]["value"]) == ("/seats/ceiling", 500)
    assert len(error["clause"]["sha256"]) == 64


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"audience": {"see": {"any": [{"circle": "x"}]}}}, "/audience/see/any/0/circle"),
        ({"audience": {"see": {}}}, "/audience/see"),
        ({"audience": {"seats": {"max": "9"}}}, "/audience/seats/max"),
        ({"audience": {"seats": {}}}, "/audience/seats"),
        ({"audience": {"seats": {"max": 0, "on_full": "waitlist"}}}, "/audience/seats/max"),
        ({"audience": {"seats": {"max": "open", "on_full": "waitlist"}}}, "/audience/seats/on_full"),
        ({"asset_id": "9223372036854775808"}, "/asset_id"),
        ({"asset_id": 7}, "/asset_id"),
        ({"title": "x"}, "/title"),
        ({"body": ""}, "/body"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient, as_ada: Headers, body: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/api/v1/posts", json={"body": "Bread", **body}, headers=as_ada)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in (answer.json or {})["errors"]}


def hidden(session: Session, book: Book, ada: Member, ben: Member) -> dict[str, tuple[Post, int]]:
    """Return posts that ben may not see, by the reason, each with a picture."""
    now = datetime.now(UTC)
    author, made = identity_of(ada), {}
    for reason, audience in {
        "not for them": NOBODY,
        "for others": {"see": {"any": [{"member": "cleo"}]}},
        "full": {"seats": {"max": 1, "on_full": "close"}},
        "deleted": {},
        "blocked": {},
        "blocking": {},
    }.items():
        writer = (
            author if reason not in ("blocked", "blocking") else identity_of(make_member(session, reason))
        )
        asset = make_asset(session, writer)
        post = make_post(session, writer, book, audience, now=now, asset_id=asset.id)
        made[reason] = (post, asset.id)
    access_post(session, identity_of(make_member(session)), book, made["full"][0].id, now)
    posts.delete(session, author, made["deleted"][0].id, now)
    following.block(session, identity_of(ben), book, "blocked", now)
    following.block(
        session, identity_of(session.get_one(Member, made["blocking"][0].author_id)), book, "ben", now
    )
    return made


def told(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return everything that a client learns from an answer, but for the moment it came."""
    return answer.status_code, answer.data, sorted((k, v) for k, v in answer.headers if k != "Date")


def test_law_07_every_refusal_is_byte_for_byte_that_of_an_unknown_post(
    client: FlaskClient, session: Session, book: Book, ada: Member, ben: Member, as_ben: Headers
) -> None:
    make_member(session, "cleo")
    made = hidden(session, book, ada, ben)

    def ask(post_id: int, asset_id: int) -> dict[str, tuple[int, bytes, list[tuple[str, str]]]]:
        at = f"/api/v1/posts/{post_id}"
        return {
            "read": told(client.get(at, headers=as_ben)),
            "why": told(client.get(f"{at}/why", headers=as_ben)),
            "why under a profile": told(client.get(f"{at}/why?profile=balanced", headers=as_ben)),
            "replies": told(client.get(f"{at}/replies", headers=as_ben)),
            "reply": told(client.post(f"{at}/replies", json={"body": "Hm"}, headers=as_ben)),
            "delete": told(client.delete(at, headers=as_ben)),
            "picture": told(client.get(f"/api/v1/media/{asset_id}/small", headers=as_ben)),
            "part of it": told(
                client.get(f"/api/v1/media/{asset_id}/small", headers={**as_ben, "Range": "bytes=0-9"})
            ),
        }

    unknown = ask(7, 7)
    assert {status for status, _, _ in unknown.values()} == {404}
    for reason, (post, asset_id) in made.items():
        assert ask(post.id, asset_id) == unknown, reason


def test_law_07_no_list_tells_of_a_post_that_may_not_be_seen(
    client: FlaskClient, session: Session, book: Book, ada: Member, ben: Member, as_ben: Headers
) -> None:
    make_member(session, "cleo")
    hidden(session, book, ada, ben)
    for path in ("members/ada/posts", "members/blocked/posts", "members/blocking/posts"):
        assert client.get(f"/api/v1/{path}", headers=as_ben).json == {"items": [], "next": None}
    for profile in ("chronological", "balanced"):
        assert (client.get(f"/api/v1/feeds/{profile}", headers=as_ben).json or {})["items"] == []


def test_law_07_following_and_blocking_tell_nothing_of_the_other_side(
    client: FlaskClient, session: Session, ben: Member, as_ada: Headers, as_ben: Headers
) -> None:
    make_member(session, "cleo")
    assert client.put("/api/v1/members/ben/block", headers=as_ada).status_code == 204
    answers = [told(client.put(f"/api/v1/members/{who}/follow", headers=as_ben)) for who in ("ada", "cleo")]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert client.put("/api/v1/members/ben/follow", headers=as_ada).status_code == 409
    assert client.delete("/api/v1/members/ben/block", headers=as_ada).status_code == 204
    assert client.put("/api/v1/members/ben/follow", headers=as_ada).status_code == 200
    assert client.delete("/api/v1/members/ben/follow", headers=as_ada).status_code == 204
    assert client.put("/api/v1/members/nobody/follow", headers=as_ada).status_code == 404


def test_a_feed_explains_every_item_and_cites_each_clause_once(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    for _ in range(3):
        publish(client, as_ada)
    page: dict[str, Any] = client.get("/api/v1/feeds/balanced?limit=2", headers=as_ben).json or {}
    assert (page["profile"], len(page["items"])) == ("balanced", 2)
    for item in page["items"]:
        why = item["why"]
        assert why["score"] == sum(term["contribution"] for term in why["terms"])
        for term in why["terms"]:
            by = page["weights"][term["signal"]]
            assert term["contribution"] == term["value"] * by["weight"]
            receipt = page["receipts"][by["clause"]]
            assert (receipt["scope"], receipt["kind"]) == ("coop", "feeds")
            assert round(receipt["value"] * 1000) == by["weight"]
        more: dict[str, Any] = client.get(item["more"], headers=as_ben).json or {}
        assert (more["seat"], more["taken"]) == (True, None)
        assert more["feed"]["score"] == sum(term["contribution"] for term in more["feed"]["terms"])
        assert {limit["name"] for limit in more["limits"]} >= {"seats", "arrivals", "replies"}
    rest: dict[str, Any] = client.get("/api/v1/feeds/balanced", headers=as_ben).json or {}
    assert len(rest["items"]) == 1
    assert client.get("/api/v1/feeds/engagement", headers=as_ben).status_code == 404


def test_the_recipes_are_listed_with_their_clauses(client: FlaskClient, as_ben: Headers) -> None:
    found: dict[str, Any] = client.get("/api/v1/feeds", headers=as_ben).json or {}
    assert [one["name"] for one in found["items"]] == [
        "chronological",
        "balanced",
        "following",
        "guilds",
        "calm",
        "explore",
        "learn",
    ]
    assert "/profiles/balanced/weights/follow" in {one["clause"] for one in found["items"][1]["clauses"]}
    assert all(one["clause"].startswith("/signals/") for one in found["signals"])


def test_replies_are_written_listed_and_taken_back(
    client: FlaskClient, as_ada: Headers, as_ben: Headers
) -> None:
    at = f"/api/v1/posts/{publish(client, as_ada)['id']}/replies"
    made: dict[str, Any] = client.post(at, json={"body": "Rye?"}, headers=as_ben).json or {}
    assert made["author"] == {"handle": "ben", "display_name": "Ben"}
    assert client.get(at, headers=as_ada).json == {"items": [{**made, "mine": False}], "next": None}
    assert client.delete(f"/api/v1/replies/{made['id']}", headers=as_ada).status_code == 404
    assert client.delete(f"/api/v1/replies/{made['id']}", headers=as_ben).status_code == 204
    assert client.get(at, headers=as_ada).json == {"items": [], "next": None}


def test_the_posts_of_a_member_come_in_pages(client: FlaskClient, as_ada: Headers, as_ben: Headers) -> None:
    made = {publish(client, as_ada)["id"] for _ in range(3)}
    first: dict[str, Any] = client.get("/api/v1/members/ada/posts?limit=2", headers=as_ben).json or {}
    second: dict[str, Any] = (
        client.get(f"/api/v1/members/ada/posts?limit=2&cursor={first['next']}", headers=as_ben).json or {}
    )
    assert {item["id"] for item in first["items"] + second["items"]} == made
    assert second["next"] is None
    assert client.get("/api/v1/members/nobody/posts", headers=as_ben).status_code == 404


def stored(session: Session, store: ObjectStore, asset_id: int) -> bytes:
    """Put bytes under the small file of a picture, as an upload would have."""
    file = session.get_one(Rendition, (asset_id, "small"))
    data = bytes(range(200))
    store.put(file.key, data, "image/webp")
    return data


def test_law_09_a_capped_picture_is_streamed_in_ranges_and_kept_by_nobody(
    client: FlaskClient, session: Session, store: ObjectStore, ada: Member, as_ada: Headers, as_ben: Headers
) -> None:
    asset = make_asset(session, identity_of(ada))
    data = stored(session, store, asset.id)
    publish(client, as_ada, asset_id=str(asset.id), audience={"seats": {"max": 1}})
    at = f"/api/v1/media/{asset.id}/small"
    whole = client.get(at, headers=as_ben)
    assert (whole.status_code, whole.data, whole.headers["Cache-Control"]) == (200, data, "no-store")
    part = client.get(at, headers={**as_ben, "Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, data[10:20])
    as_cleo = bearer_for(session, make_member(session, "cleo"))
    for headers in (as_cleo, {**as_cleo, "Range": "bytes=10-19"}):
        assert client.get(at, headers=headers).status_code == 404
    assert client.get(f"/api/v1/media/{asset.id}/huge", headers=as_ben).status_code == 404


def test_law_09_a_seat_is_asked_for_anew_at_each_range(
    client: FlaskClient, session: Session, store: ObjectStore, ada: Member, as_ada: Headers, as_ben: Headers
) -> None:
    asset = make_asset(session, identity_of(ada))
    stored(session, store, asset.id)
    made = publish(client, as_ada, asset_id=str(asset.id))
    at, part = f"/api/v1/media/{asset.id}/small", {**as_ben, "Range": "bytes=0-9"}
    assert client.get(at, headers=part).status_code == 206
    client.delete(f"/api/v1/posts/{made['id']}", headers=as_ada)
    assert client.get(at, headers=part).status_code == 404


def test_a_picture_in_a_guild_is_for_the_guild(
    client: FlaskClient, session: Session, store: ObjectStore, ada: Member, ben: Member, as_ben: Headers
) -> None:
    make_guild(session, "bakers", ada, (ben,))
    as_ada = bearer_for(session, ada)
    asset = make_asset(session, identity_of(ada))
    data = stored(session, store, asset.id)
    audience = {"see": {"any": [{"guild": "bakers"}]}}
    publish(client, as_ada, asset_id=str(asset.id), guild="bakers", audience=audience)
    at = f"/api/v1/media/{asset.id}/small"
    assert client.get(at, headers=as_ben).data == data
    assert client.get(at, headers=bearer_for(session, make_member(session))).status_code == 404
