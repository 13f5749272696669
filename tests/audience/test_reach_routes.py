"""How far a post went, over HTTP: numbers and layers for its author, and nothing for anybody else."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlmodel import Session

from audience.access import access_post
from coop.book import Book
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOW, make_post
from tests.factories import bearer_for, identity_of, make_member

LATER = NOW + timedelta(hours=2)
MOMENT = "2026-11-01T14:00:00Z"


def test_an_author_asks_how_far_a_post_went_and_why_no_further(
    client: FlaskClient, session: Session, book: Book, ada: Identity
) -> None:
    headers = bearer_for(session, session.get_one(Member, ada.member_id))
    audience = {
        "seats": {"max": 7, "on_full": "waitlist"},
        "after": [
            {"age": "P999D", "set": {"preset": "self"}},
            {"seats_pct": 50, "set": {"read": {"any": [{"local": True}]}, "replies": {"gap_s": 60}}},
        ],
    }
    post = make_post(session, ada, book, audience)
    readers = [make_member(session, f"reader{n}") for n in range(7)]
    for reader in readers:
        access_post(session, identity_of(reader), book, post.id, LATER)
    answer = client.get(f"/api/v1/posts/{post.id}/reach", headers=headers)
    assert answer.status_code == 200
    found = answer.get_json()
    assert (found["seated"], found["full_at"], found["waiting"]) == (7, MOMENT, None)
    assert found["eligible"]["said"] == "about 5 people"
    assert found["ways"] == []
    layer = {"at": "/after/1/set", "age": None, "seats_pct": 50, "sets": ["read", "replies"]}
    assert found["narrowed"] == [layer | {"since": MOMENT}]
    assert found["least_told"]["clause"] == "/reach/least_told"
    assert "reader" not in answer.text.replace("reader_", "").replace('"readers"', "")
    why = client.get(f"/api/v1/posts/{post.id}/why", headers=headers).get_json()
    assert (why["taken"], why["narrowed"]) == (7, found["narrowed"])
    theirs = bearer_for(session, readers[0])
    assert client.get(f"/api/v1/posts/{post.id}/why", headers=theirs).get_json()["narrowed"] == []
    unknown = client.get("/api/v1/posts/7/reach", headers=theirs)
    assert unknown.status_code == 404
    assert client.get(f"/api/v1/posts/{post.id}/reach", headers=theirs).data == unknown.data
