"""What readers say of posts, over HTTP: what they may not read answers like what is not there."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.book import Book
from tests.audience.factories import NOBODY, make_post
from tests.factories import bearer_for, identity_of, make_member

CALLS = [
    ("PUT", "/posts/{}/watched", {"ms": 5}),
    ("PUT", "/posts/{}/helped", {"helped": True}),
    ("DELETE", "/posts/{}/helped", None),
    ("POST", "/posts/{}/less", {"of": "author"}),
    ("POST", "/posts/{}/less", {"of": "tag", "tag": "bread"}),
    ("POST", "/posts/{}/less", {"of": "post", "profile": "calm"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_law_07_of_what_one_may_not_read_the_answer_is_that_there_is_nothing(
    client: FlaskClient, session: Session, book: Book, method: str, path: str, body: dict[str, object] | None
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    hidden = make_post(session, identity_of(ada), book, NOBODY, body="#bread").id
    answers = [
        client.open(
            f"/api/v1{path.format(post_id)}", method=method, json=body, headers=bearer_for(session, ben)
        )
        for post_id in (hidden, 7)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    shown, absent = (answer.get_json() for answer in answers)
    for made in (shown, absent):
        made.pop("instance", None)
    assert shown == absent


def test_a_reader_says_how_long_they_watched_whether_it_helped_and_what_there_should_be_less_of(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    post_id = make_post(session, identity_of(ada), book, body="#bread").id
    headers = bearer_for(session, ben)
    assert client.get(f"/api/v1/posts/{post_id}", headers=headers).status_code == 200
    watched = client.put(f"/api/v1/posts/{post_id}/watched", json={"ms": 10**12}, headers=headers)
    assert watched.status_code == 200
    assert 0 <= watched.get_json()["ms"] < 60_000
    for helps in (True, False):
        said = client.put(f"/api/v1/posts/{post_id}/helped", json={"helped": helps}, headers=headers)
        assert said.status_code == 204
    assert client.delete(f"/api/v1/posts/{post_id}/helped", headers=headers).status_code == 204
    effect = client.post(f"/api/v1/posts/{post_id}/less", json={"of": "tag", "tag": "bread"}, headers=headers)
    assert effect.get_json() == {"profile": "balanced", "moved": 0, "gone_from_page": 0, "examples": []}
    (listed,) = client.get("/api/v1/less", headers=headers).get_json()["items"]
    assert (listed["of"], listed["name"]) == ("tag", "bread")
    assert client.delete("/api/v1/less/tag/bread", headers=headers).status_code == 204
    assert client.delete("/api/v1/less/tag/bread", headers=headers).status_code == 404
    assert client.get("/api/v1/less", headers=headers).get_json() == {"items": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("watched", {"ms": -1}),
        ("watched", {"ms": 1.5}),
        ("watched", {}),
        ("helped", {"helped": "yes"}),
        ("less", {"of": "everything"}),
        ("less", {"of": "tag"}),
        ("less", {"of": "author", "more": 1}),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: FlaskClient, session: Session, book: Book, path: str, body: dict[str, object]
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    post_id = make_post(session, identity_of(ada), book).id
    method = "POST" if path == "less" else "PUT"
    url = f"/api/v1/posts/{post_id}/{path}"
    answer = client.open(url, method=method, json=body, headers=bearer_for(session, ben))
    assert answer.status_code == 422
