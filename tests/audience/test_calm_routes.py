"""Calm over HTTP: heat with its clauses and its record, and a pause before an answer."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlmodel import Session

from audience.tables import Seat
from coop.book import Book
from coop.clock import Clock
from tests.audience.factories import NOBODY, make_post
from tests.audience.heated import crowd
from tests.factories import bearer_for, id_of, identity_of, make_members

HOT = 80
"""Strangers who make a thread hot by the founding clauses."""


def test_a_stranger_is_told_to_pause_how_and_for_how_long_and_answers_then(
    client: FlaskClient, session: Session, book: Book, clock: Clock
) -> None:
    ines, joao = make_members(session, ["ines", "joao"])
    now = clock.now(session)
    post = make_post(session, identity_of(ines), book, now=now)
    earlier = now - timedelta(hours=1)
    session.add(Seat(member_id=id_of(joao), post_id=post.id, at=earlier, via="post", epoch=1))
    as_joao, path = bearer_for(session, joao), f"/api/v1/posts/{post.id}"
    assert client.get(f"{path}/heat", headers=as_joao).get_json() == {"heat": None, "record": []}
    crowd(session, post, HOT, now)
    heat = client.get(f"{path}/heat", headers=as_joao).get_json()["heat"]
    assert (heat["level"], heat["reasons"], heat["clause"]["clause"]) == (
        "hot",
        ["strangers"],
        "/heat/hot/at",
    )
    assert [one["what"] for one in heat["asked"]] == [
        "gap_s", "pause_s", "seated_s", "arrivals", "facilitators",
    ]  # fmt: skip
    assert client.get(f"{path}/thread", headers=as_joao).get_json()["heat"] == heat
    answer = client.post(f"{path}/replies", json={"body": "No!"}, headers=as_joao)
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "20")
    told = answer.get_json()
    assert told["type"] == "/docs/problems#not-yet"
    (fault,) = told["errors"]
    assert f"PUT /posts/{post.id}/pause" in fault["detail"]
    assert (fault["clause"]["clause"], fault["clause"]["value"]) == ("/heat/hot/pause_s", 20)
    begun = client.put(f"{path}/pause", headers=as_joao).get_json()
    assert client.put(f"{path}/pause", headers=as_joao).get_json() == begun
    clock.offset += timedelta(seconds=21)
    assert client.post(f"{path}/replies", json={"body": "Hm"}, headers=as_joao).status_code == 201
    again = client.post(f"{path}/replies", json={"body": "And"}, headers=as_joao)
    assert (again.status_code, again.get_json()["errors"][0]["clause"]["clause"]) == (429, "/heat/hot/gap_s")
    record = client.get(f"{path}/heat", headers=as_joao).get_json()["record"]
    assert {one["level"] for one in record} == {"warm", "hot"}


def test_law_07_heat_and_pause_of_a_hidden_post_answer_like_those_of_none(
    client: FlaskClient, session: Session, book: Book, clock: Clock
) -> None:
    ines, joao = make_members(session, ["ines", "joao"])
    post = make_post(session, identity_of(ines), book, NOBODY, now=clock.now(session))
    crowd(session, post, HOT, clock.now(session))
    as_joao = bearer_for(session, joao)
    for method, what in (("GET", "heat"), ("PUT", "pause"), ("GET", "thanks")):
        hidden, unknown = (
            client.open(f"/api/v1/posts/{one}/{what}", method=method, headers=as_joao)
            for one in (post.id, 12345)
        )
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.data == unknown.data
