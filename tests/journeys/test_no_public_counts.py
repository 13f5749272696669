"""By the founding clauses no reader is told how often a post was liked, reposted, answered or thanked."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from audience import volunteers
from coop.book import Book
from coop.clock import Clock
from tests.audience.acclaim import CROWD, acclaimed
from tests.factories import bearer_for, identity_of, make_member

SURFACES = (
    "/posts/{post}",
    "/posts/{post}/thread?moments=true",
    "/members/ines/posts",
    "/guilds/bakers/posts",
    "/tags/bread/posts",
    "/search/posts?q=bread",
    "/feeds/chronological",
    "/feeds/balanced",
    "/newcomers/posts",
)


def counted(answer: Any) -> Iterator[Any]:
    """Yield every number of gestures in an answer."""
    if isinstance(answer, dict):
        if "counts" in answer:
            yield from answer["counts"].values()
        for inner in answer.values():
            yield from counted(inner)
    if isinstance(answer, list):
        for inner in answer:
            yield from counted(inner)


@pytest.mark.parametrize("path", SURFACES)
def test_no_surface_of_the_api_tells_a_reader_a_number(
    client: FlaskClient, session: Session, book: Book, clock: Clock, path: str
) -> None:
    post_id, as_author = acclaimed(session, book, clock)
    reader = make_member(session)
    volunteers.offer(session, identity_of(reader), "greet", "coop", clock.now(session))
    answer = client.get("/api/v1" + path.format(post=post_id), headers=bearer_for(session, reader))
    assert answer.status_code == 200
    found = list(counted(answer.get_json()))
    assert found and set(found) == {None}
    assert "thanks" not in answer.get_data(as_text=True).lower()
    mine = client.get(f"/api/v1/posts/{post_id}", headers=as_author).get_json()["counts"]
    assert mine == {"likes": CROWD - 1, "reposts": CROWD - 1, "replies": CROWD}
