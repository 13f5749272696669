"""Public posts without signing in, over HTTP; whatever is not public answers like what is not there."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import Session
from werkzeug.test import TestResponse

from audience import following, grants, replies
from audience.tables import Seat
from coop.book import Book
from media.storage import ObjectStore
from media.tables import Rendition
from tests.audience.factories import NOW, make_asset
from tests.audience.public_square import FIRST_ASKED, HIDDEN, PUBLIC, QUOTABLE, SEVERED, Square, vote
from tests.coop.statements import counted

Told = tuple[int, bytes, list[tuple[str, str]]]
UNKNOWN = 7


@pytest.fixture
def square(session: Session, book: Book) -> Square:
    return Square(session, book)


def told(answer: TestResponse) -> Told:
    """Return everything that a client learns from an answer, but for the moment it came."""
    return answer.status_code, answer.data, sorted((k, v) for k, v in answer.headers if k != "Date")


def get(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json or {}
    return found


def asked(client: FlaskClient, post: int, asset: int) -> dict[str, Told]:
    """Ask for all that there is of a post and of a picture."""
    at, picture = f"/api/v1/posts/{post}", f"/api/v1/media/{asset}/small"
    return {
        "post": told(client.get(at)),
        "thread": told(client.get(f"{at}/thread?moments=true")),
        "replies": told(client.get(f"{at}/replies")),
        "picture": told(client.get(picture)),
        "part of it": told(client.get(picture, headers={"Range": "bytes=0-9"})),
        "beyond it": told(client.get(picture, headers={"Range": "bytes=9999-"})),
        "no file of it": told(client.get(f"/api/v1/media/{asset}/none")),
    }


def seats(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Seat)) or 0


def bodies(thread: dict[str, Any]) -> list[str | None]:
    return [one["body"] for one in thread["replies"]]


def test_a_visitor_reads_what_is_public_and_takes_no_seat(
    client: FlaskClient, session: Session, square: Square
) -> None:
    post = square.publish(PUBLIC, picture=True)
    answer = square.say(post, "Rye?")
    square.say(post, "Half", "ada", parent_id=answer.id, at_ms=0)
    taken = seats(session)
    read = get(client, f"posts/{post.id}")
    thread = get(client, f"posts/{post.id}/thread?moments=true")
    listed = get(client, f"posts/{post.id}/replies")
    assert client.get(f"/api/v1/media/{post.asset_id}/small").status_code == 307
    assert seats(session) == taken
    assert (read["body"], read["author"]["handle"]) == ("Bread", "ada")
    assert read["picture"]["id"] == str(post.asset_id)
    assert (read["audience"], read["seats"]) == (None, {"max": None, "taken": None})
    assert read["mine"] == {"liked": False, "reposted": False}
    assert thread["post"] == read
    shown = [(one["body"], one["depth"], one["mine"]) for one in thread["replies"]]
    assert shown == [("Rye?", 0, False), ("Half", 1, False)]
    assert listed == {"items": thread["replies"], "next": None}
    assert [get(client, f"replies/{one['id']}") for one in listed["items"]] == listed["items"]
    assert [mark["at_ms"] for mark in thread["moments"]] == [0]
    leave = thread["leave"]
    assert (leave["value"], leave["reason"]) == ("no", "Only members answer: sign in.")
    assert (leave["left"], leave["moments"], leave["clause"], leave["again"]) == (0, False, None, None)


@pytest.mark.parametrize("why", HIDDEN)
def test_law_07_what_is_not_public_answers_a_visitor_like_what_is_not_there(
    client: FlaskClient, square: Square, why: str
) -> None:
    public, hidden = square.publish(PUBLIC, picture=True), HIDDEN[why](square)
    unknown = asked(client, UNKNOWN, UNKNOWN)
    assert {status for status, _, _ in unknown.values()} == {404}
    assert all(("Cache-Control", "no-store") in headers for _, _, headers in unknown.values())
    assert asked(client, hidden.id, hidden.asset_id or 0) == unknown
    found = {name: status for name, (status, _, _) in asked(client, public.id, public.asset_id or 0).items()}
    assert found.pop("no file of it") == 404
    assert found == {name: 307 if "it" in name or name == "picture" else 200 for name in found}


def test_law_07_what_a_member_asks_is_asked_of_a_visitor_wherever_it_is(
    client: FlaskClient, square: Square
) -> None:
    public, hidden = square.publish(PUBLIC), square.publish({})
    for path in ("why", "permissions", "derivatives", "reach", "download"):
        answers = [told(client.get(f"/api/v1/posts/{one}/{path}")) for one in (public.id, hidden.id, UNKNOWN)]
        assert answers[0][0] == 401, path
        assert answers[0] == answers[1] == answers[2], path


def test_law_07_the_very_next_request_after_a_tightening_finds_nothing(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish(PUBLIC, picture=True)
    asset = make_asset(square.session, square.people["ben"]).id
    square.say(post, "Look", asset_id=asset)
    before = [asked(client, post.id, one) for one in (post.asset_id or 0, asset)]
    assert [(found["post"][0], found["thread"][0], found["picture"][0]) for found in before] == [
        (200, 200, 307)
    ] * 2
    square.tighten(post, {"preset": "local"})
    unknown = asked(client, UNKNOWN, UNKNOWN)
    assert [asked(client, post.id, one) for one in (post.asset_id or 0, asset)] == [unknown] * 2


def test_law_03_a_vote_that_has_viewers_counted_leaves_visitors_out_at_the_next_request(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish(PUBLIC, picture=True)
    for ceiling, statuses in ((500, [404] * 4), ("open", [200, 200, 200, 307])):
        limits = dict.fromkeys(("/seats/default", "/seats/ceiling"), ceiling)
        square.book = vote(square.session, square.book, limits)
        found = asked(client, post.id, post.asset_id or 0)
        assert [found[one][0] for one in ("post", "thread", "replies", "picture")] == statuses
        if ceiling == 500:
            assert found == asked(client, UNKNOWN, UNKNOWN)


def test_law_03_a_vote_that_members_are_the_widest_audience_leaves_visitors_out_at_the_next_request(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish(PUBLIC, picture=True)
    members = {"any": [{"local": True}]}
    door = square.publish({"preset": "public", "read": members}, teaser="Of bread")
    open_at_first = get(client, "members/ada/posts")
    assert len(open_at_first["items"]) == 2
    for widest, statuses in (("local", [404, 404, 404]), ("public", [200, 307, 200])):
        square.book = vote(square.session, square.book, {"/reach/widest": widest})
        found = asked(client, post.id, post.asset_id or 0)
        statuses_now = [found["post"][0], found["picture"][0], asked(client, door.id, 1)["post"][0]]
        assert statuses_now == statuses
        if widest == "local":
            assert found == asked(client, UNKNOWN, UNKNOWN)
            assert get(client, "members/ada/posts")["items"] == []
    assert get(client, "members/ada/posts") == open_at_first


def test_law_07_of_answers_a_visitor_is_shown_what_every_reader_is(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish({**PUBLIC, "interact": {"reply": {"ask": [{"local": True}]}}})
    picture = make_asset(square.session, square.people["ben"]).id
    made = square.say(post, "Look", asset_id=picture)
    at = f"/api/v1/media/{picture}/small"
    unknown = told(client.get(f"/api/v1/media/{UNKNOWN}/small"))
    refused = square.say(post, "Refused", "cleo")
    replies.refuse(square.session, square.people["ada"], refused.id, NOW)
    assert bodies(get(client, f"posts/{post.id}/thread")) == []
    assert get(client, f"posts/{post.id}/replies")["items"] == []
    assert told(client.get(at)) == unknown
    replies.grant(square.session, square.people["ada"], square.book, made.id, NOW)
    assert bodies(get(client, f"posts/{post.id}/thread")) == ["Look"]
    assert client.get(at).status_code == 307
    square.say(post, "Indeed", "ada", parent_id=made.id)
    replies.delete(square.session, square.people["ben"], made.id, NOW)
    assert bodies(get(client, f"posts/{post.id}/thread")) == [None, "Indeed"]
    assert told(client.get(at)) == unknown


def test_a_block_between_two_members_hides_neither_from_a_visitor(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish(PUBLIC)
    square.say(post, "Rye?")
    following.block(square.session, square.people["ben"], square.book, "ada", NOW)
    assert bodies(get(client, f"posts/{post.id}/thread")) == ["Rye?"]


@pytest.mark.parametrize("how", SEVERED)
def test_law_07_a_source_is_shown_inside_a_public_quote_until_something_severs_them(
    client: FlaskClient, square: Square, how: str
) -> None:
    source = square.publish(QUOTABLE, body="The source", picture=True)
    quote = square.publish(PUBLIC, "ben", body="See this", of=source)
    plain = square.publish(PUBLIC, "ben", body="See this")
    before = get(client, f"posts/{quote.id}")
    assert (before["quote"]["id"], before["quote"]["body"]) == (str(source.id), "The source")
    assert get(client, f"posts/{quote.id}/thread")["post"] == before
    SEVERED[how](square, source, quote)
    after, other = get(client, f"posts/{quote.id}"), get(client, f"posts/{plain.id}")
    assert after == {**before, "quote": None}
    assert after == {**other, "id": after["id"], "created_at": after["created_at"]}
    assert get(client, f"posts/{quote.id}/thread")["post"] == after


def test_a_quote_is_public_from_when_its_source_s_author_says_yes(
    client: FlaskClient, square: Square
) -> None:
    source = square.publish(FIRST_ASKED)
    quote = square.publish(PUBLIC, "ben", of=source)
    unknown = asked(client, UNKNOWN, UNKNOWN)
    assert asked(client, quote.id, UNKNOWN) == unknown
    grants.grant(square.session, square.people["ada"], square.book, quote.id, NOW)
    assert get(client, f"posts/{quote.id}")["quote"]["id"] == str(source.id)


def test_law_07_a_visitor_is_shown_the_door_of_what_the_public_may_know_of_and_no_other(
    client: FlaskClient, square: Square
) -> None:
    members = {"any": [{"local": True}]}
    public = square.publish({"preset": "public", "read": members}, teaser="Of bread", picture=True)
    hidden = square.publish({"see": members, "read": {"any": []}}, teaser="Of bread", picture=True)
    door = get(client, f"posts/{public.id}")
    assert (door["teaser"], door["full"], door["waiting"]) == ("Of bread", False, None)
    assert "body" not in door
    unknown = asked(client, UNKNOWN, UNKNOWN)
    assert asked(client, hidden.id, hidden.asset_id or 0) == unknown
    found = asked(client, public.id, public.asset_id or 0)
    assert {name: one for name, one in found.items() if name != "post"} == {
        name: one for name, one in unknown.items() if name != "post"
    }
    square.tighten(public, {"see": members})
    assert asked(client, public.id, public.asset_id or 0) == unknown


def test_numbers_are_told_to_visitors_where_the_clause_tells_every_reader(
    client: FlaskClient, square: Square
) -> None:
    post = square.publish(PUBLIC)
    square.say(post, "Rye?")
    assert get(client, f"posts/{post.id}")["counts"] == {"likes": None, "reposts": None, "replies": None}
    square.book = vote(square.session, square.book, {"/counts/replies": "readers"})
    assert get(client, f"posts/{post.id}")["counts"] == {"likes": None, "reposts": None, "replies": 1}


def test_law_09_a_visitor_is_handed_a_picture_as_members_are_and_no_cache_may_hand_it_on(
    client: FlaskClient, square: Square, store: ObjectStore
) -> None:
    later = [{"age": "P9D", "set": {"preset": "local"}}]
    plain, layered = (
        square.publish(PUBLIC, picture=True),
        square.publish({**PUBLIC, "after": later}, picture=True),
    )
    data = bytes(200)
    for post in (plain, layered):
        store.put(square.session.get_one(Rendition, (post.asset_id, "small")).key, data, "image/webp")
    sent = client.get(f"/api/v1/media/{plain.asset_id}/small")
    assert sent.status_code == 307
    assert sent.headers["Cache-Control"].startswith("private, max-age=")
    streamed = client.get(f"/api/v1/media/{layered.asset_id}/small", headers={"Range": "bytes=0-9"})
    assert (streamed.status_code, streamed.data) == (206, data[:10])
    assert streamed.headers["Cache-Control"] == "no-store"
    assert (
        client.get(f"/api/v1/media/{layered.asset_id}/small", headers={"Range": "bytes=200-"}).status_code
        == 416
    )


def test_pages_of_a_thread_are_turned_without_signing_in(client: FlaskClient, square: Square) -> None:
    post = square.publish(PUBLIC)
    root = square.say(post, "Root")
    for n in range(23):
        square.say(post, f"Answer {n}", "ada", parent_id=root.id)
    square.say(post, "Last")
    first = get(client, f"posts/{post.id}/thread?limit=1")
    folded = next(one["more"] for one in first["replies"] if one["more"])
    rest = get(client, f"posts/{post.id}/thread?cursor={folded['cursor']}")
    last = get(client, f"posts/{post.id}/thread?cursor={first['next']}")
    assert len(first["replies"]) + folded["number"] == 24
    assert len(rest["replies"]) == folded["number"]
    assert bodies(last) == ["Last"]
    hidden = square.publish({})
    for one in (folded["cursor"], first["next"], "nonsense"):
        answers = [
            told(client.get(f"/api/v1/posts/{post_id}/thread?cursor={one}"))
            for post_id in (hidden.id, UNKNOWN)
        ]
        assert answers[0] == answers[1]


STATEMENTS = {
    "posts/{post}": 3,
    "posts/{post}/thread": 4,
    "posts/{post}/thread?moments=true": 5,
    "posts/{post}/replies": 3,
    "media/{picture}/small": 4,
}
"""By path: how many statements a visitor's request takes, with that which begins it."""


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_visitor_s_request_takes_as_many_statements_however_much_is_said(
    client: FlaskClient, session: Session, square: Square, path: str
) -> None:
    post = square.publish(PUBLIC, picture=True)
    at = "/api/v1/" + path.format(post=post.id, picture=post.asset_id)
    assert client.get(at).status_code in (200, 307)
    for number in range(3):
        with counted(session) as sent:
            client.get(at)
        assert len([one for one in sent if "SAVEPOINT" not in one]) == STATEMENTS[path], sent
        square.say(post, f"Answer {number}")
