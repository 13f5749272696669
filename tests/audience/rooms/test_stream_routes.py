"""WHIP and WHEP over HTTP: by a token at the API, by the cookie and a form token on the pages."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import Session, col
from werkzeug.test import TestResponse

from audience.rooms.sfu import Sfu
from audience.rooms.streams_tables import RoomStream
from coop.sign_in import COOKIE
from coop.tables import Member, WebSession
from tests.audience.factories import NOW
from tests.audience.rooms.admitting import NO_FLOOR, Door
from tests.audience.rooms.conftest import Room
from tests.audience.rooms.media_server import MediaServer
from tests.audience.rooms.offers import FRAGMENT, PICTURE, SOUND, hearing, offer
from tests.factories import bearer_for
from tests.web.browser import Browser

SDP, FRAG = "application/sdp", "application/trickle-ice-sdpfrag"


@dataclass
class Caller:
    """Somebody who speaks with the application, as an application with a token or as a browser."""

    http: FlaskClient
    base: str
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: str = "", kind: str = SDP, **more: str) -> TestResponse:
        headers = {**self.headers, "Content-Type": kind, **more}
        return self.http.open(f"{self.base}{path}", method=method, data=body.encode(), headers=headers)

    def follow(self, method: str, made: TestResponse, body: str = "", **more: Any) -> TestResponse:
        """Send something to where a session is."""
        return self.send(method, made.headers["Location"].removeprefix(self.base), body, **more)


@pytest.fixture
def door(room: Room) -> Door:
    return Door(room.id, present={"ada": room.ada, "ben": room.ben}, floor={"ada"})


@pytest.fixture
def media(app: Flask, door: Door, sfu: Sfu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "room_media", door.media(sfu))


def member(session: Session, handle: str) -> Member:
    return session.scalars(select(Member).where(col(Member.handle) == handle)).one()


@pytest.fixture(params=["token", "cookie"])
def caller(
    request: pytest.FixtureRequest, app: Flask, session: Session, media: None
) -> Callable[[str], Caller]:
    """Makes callers, by either way."""

    def make(handle: str) -> Caller:
        who = member(session, handle)
        if request.param == "token":
            return Caller(app.test_client(), "/api/v1", bearer_for(session, who))
        token = secrets.token_urlsafe()
        assert who.id is not None
        session.add(
            WebSession(
                token_sha256=sha256(token.encode()).hexdigest(),
                member_id=who.id,
                created_at=NOW,
                expires_at=NOW + timedelta(days=900),
            )
        )
        session.flush()
        http = app.test_client()
        http.set_cookie(COOKIE, token)
        form = Browser(http).get("/members/me").form("/members/me")
        return Caller(http, "", {"X-CSRFToken": form.values["csrf_token"]})

    return make


def test_a_member_speaks_another_listens_and_both_leave(
    caller: Callable[[str], Caller], server: MediaServer, session: Session, room: Room
) -> None:
    ada, ben = caller("ada"), caller("ben")
    said = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    assert (said.status_code, said.content_type) == (201, SDP)
    assert said.text.startswith("v=0") and "a=recvonly" in said.text
    assert said.headers["Location"].startswith(f"{ada.base}/rooms/{room.id}/streams/")
    assert (said.headers["Cache-Control"], said.headers["ETag"]) == ("no-store", '"abc"')
    assert said.headers["Accept-Patch"] == FRAG
    heard = ben.send("POST", f"/rooms/{room.id}/listening/ada", hearing())
    assert (heard.status_code, heard.content_type) == (201, SDP)
    assert "a=sendonly" in heard.text
    assert len(server.open) == 2
    for who, made in ((ada, said), (ben, heard)):
        assert who.follow("DELETE", made).status_code == 200
        assert who.follow("DELETE", made).status_code == 404
    assert server.open == []
    for row in session.scalars(select(RoomStream)):
        for made in (said, heard):
            told = f"{made.headers}{made.text}"
            assert row.name not in told and row.resource not in told and str(server.port) not in told


def test_law_07_whoever_may_not_know_of_a_room_is_answered_as_if_there_were_none(
    caller: Callable[[str], Caller], server: MediaServer, room: Room, door: Door
) -> None:
    cai, ada = caller("cai"), caller("ada")
    made = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    stream = made.headers["Location"].rpartition("/")[2]
    answers = [
        cai.send("POST", f"/rooms/{number}/{path}", body)
        for number in (room.id, 7)
        for path, body in (
            ("speaking", offer()),
            ("speaking", "nonsense"),
            ("listening/ada", hearing()),
            ("listening/nobody", hearing()),
        )
    ]
    answers += [
        cai.send(method, f"/rooms/{number}/streams/{one}", FRAGMENT, FRAG)
        for number in (room.id, 7)
        for one in (stream, 7)
        for method in ("PATCH", "DELETE")
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.data for one in answers}) == 1
    assert len({one.headers["Content-Type"] for one in answers}) == 1
    assert len(server.asked) == 1


def test_whoever_is_refused_by_a_rule_is_told_which_before_the_media_server_is_asked(
    caller: Callable[[str], Caller], server: MediaServer, room: Room, session: Session
) -> None:
    ben = caller("ben")
    refused = ben.send("POST", f"/rooms/{room.id}/speaking", offer())
    assert (refused.status_code, refused.get_json()["detail"]) == (403, NO_FLOOR)
    assert ben.send("POST", f"/rooms/{room.id}/listening/ben", hearing()).status_code == 404
    wait = ben.send("POST", f"/rooms/{room.id}/listening/ada", hearing())
    assert (wait.status_code, wait.headers["Retry-After"]) == (409, "1")
    assert server.asked == []


def test_an_offer_that_does_not_fit_is_refused_by_its_line_and_leaves_nothing(
    caller: Callable[[str], Caller], server: MediaServer, room: Room, door: Door, session: Session
) -> None:
    ada = caller("ada")
    path = f"/rooms/{room.id}/speaking"
    refused = ada.send("POST", path, offer(SOUND, PICTURE))
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [
        {"pointer": "line/19", "detail": "This room is for sound alone: offer no picture."}
    ]
    assert ada.send("POST", path, hearing()).status_code == 422
    assert ada.send("POST", path, offer() + "a=x\r\n" * 20_000).status_code == 422
    assert ada.send("POST", path, "a=x\r\n" * 100_000).status_code == 413
    assert ada.send("POST", path, offer(), "application/json").status_code == 415
    assert ada.send("POST", path, offer(), "text/plain").status_code == 415
    assert ada.http.post(
        f"{ada.base}{path}", data=b"v=0\r\n\xff", headers=ada.headers | {"Content-Type": SDP}
    ).status_code == 400  # fmt: skip
    assert server.asked == []
    assert session.scalar(select(func.count()).select_from(RoomStream)) == 0
    door.video = True
    assert ada.send("POST", path, offer(SOUND, PICTURE)).status_code == 201


def test_where_the_media_server_fails_nothing_is_left_and_the_member_is_told_what_goes_on(
    caller: Callable[[str], Caller], server: MediaServer, room: Room, session: Session
) -> None:
    ada = caller("ada")
    server.behave(post="500")
    failed = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    assert failed.status_code == 503
    assert "chat and queue go on" in failed.get_json()["detail"]
    assert session.scalar(select(func.count()).select_from(RoomStream)) == 0


def test_a_coop_without_a_media_server_says_so_to_those_who_may_know_of_the_room(
    caller: Callable[[str], Caller], app: Flask, room: Room, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "room_media", door.media(None))
    ada, cai = caller("ada"), caller("cai")
    told = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    assert told.status_code == 503
    assert told.get_json()["detail"].startswith("This coop runs no media server.")
    assert cai.send("POST", f"/rooms/{room.id}/speaking", offer()).status_code == 404
    for method in ("PATCH", "DELETE"):
        assert ada.send(method, f"/rooms/{room.id}/streams/7", FRAGMENT, FRAG).status_code == 404


def test_candidates_follow_and_what_the_media_server_answers_comes_back(
    caller: Callable[[str], Caller], server: MediaServer, room: Room
) -> None:
    ada, ben = caller("ada"), caller("ben")
    made = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    tagged = {"If-Match": made.headers["ETag"]}
    assert ada.follow("PATCH", made, FRAGMENT, kind=FRAG, **tagged).status_code == 204
    assert server.seen["asked"][-1]["headers"]["if-match"] == '"abc"'
    assert ben.follow("PATCH", made, FRAGMENT, kind=FRAG).status_code == 404
    assert ada.follow("PATCH", made, FRAGMENT, kind=FRAG, **{"If-Match": "a b"}).status_code == 422
    assert ada.follow("PATCH", made, FRAGMENT).status_code == 415
    assert ada.follow("PATCH", made, offer(), kind=FRAG).status_code == 422
    server.behave(patch=200)
    again = ada.follow("PATCH", made, FRAGMENT, kind=FRAG)
    assert (again.status_code, again.content_type, again.text) == (200, FRAG, "a=ice-ufrag:abcd\r\n")
    server.behave(patch=405)
    plain = ada.follow("PATCH", made, FRAGMENT, kind=FRAG)
    assert plain.status_code == 422 and "gather them first" in plain.get_json()["detail"]


@pytest.mark.usefixtures("media")
def test_a_page_of_another_site_opens_nothing_with_a_member_s_cookie(
    caller: Callable[[str], Caller], server: MediaServer, room: Room
) -> None:
    ada = caller("ada")
    if ada.base:
        assert ada.http.post(f"/api/v1/rooms/{room.id}/speaking", data=offer()).status_code == 401
        return
    made = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    bare = Caller(ada.http, "")
    for token in ({}, {"X-CSRFToken": "forged"}):
        bare.headers = token
        assert bare.send("POST", f"/rooms/{room.id}/speaking", offer()).status_code == 400
        assert bare.send("POST", f"/rooms/{room.id}/listening/ada", hearing()).status_code == 400
        assert bare.follow("DELETE", made).status_code == 400
        assert bare.follow("PATCH", made, FRAGMENT, kind=FRAG).status_code == 400
    assert len(server.asked) == 1


@pytest.mark.usefixtures("media")
def test_a_token_for_reading_opens_nothing_and_no_token_neither(
    app: Flask, session: Session, room: Room, server: MediaServer
) -> None:
    reading = bearer_for(session, member(session, "ada"), scope="read")
    for headers, status in ((reading, 403), ({}, 401)):
        http = Caller(app.test_client(), "/api/v1", headers)
        assert http.send("POST", f"/rooms/{room.id}/speaking", offer()).status_code == status
    page = Caller(app.test_client(), "")
    token = Browser(page.http).get("/sign-in").form("/sign-in").values["csrf_token"]
    page.headers = {"X-CSRFToken": token}
    assert page.send("POST", f"/rooms/{room.id}/speaking", offer()).status_code == 401
    assert server.asked == []


@pytest.mark.usefixtures("media")
def test_a_request_that_is_repeated_by_its_key_opens_one_session(
    app: Flask, session: Session, room: Room, server: MediaServer
) -> None:
    headers = bearer_for(session, member(session, "ada")) | {"Idempotency-Key": "k1"}
    ada = Caller(app.test_client(), "/api/v1", headers)
    assert ada.send("POST", f"/rooms/{room.id}/speaking", offer()).status_code == 201
    again = ada.send("POST", f"/rooms/{room.id}/speaking", offer())
    assert (again.status_code, "held a secret" in again.get_json()["detail"]) == (409, True)
    assert len(server.open) == 1
