"""Rooms over HTTP: what is answered, what is refused and how, and that hidden rooms answer like none."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.clock import Clock
from coop.features import LIVE_ROOMS
from tests.coop.featured import give
from tests.factories import bearer_for, make_guild, make_members

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AMONG_BAKERS = {"see": {"any": [{"guild": "bakers"}]}}


class Village:
    """Ada, a steward of the bakers, Ben and Cleo, who belong to them, and Olga."""

    def __init__(self, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client, self.session, self.clock = client, session, clock
        rows = make_members(session, ["ada", "ben", "cleo", "olga"])
        give(session, LIVE_ROOMS, make_guild(session, "bakers", rows[0], tuple(rows[1:3])))
        self.bearers = {row.handle: bearer_for(session, row) for row in rows}
        self.begins = clock.now(session) + HOUR

    def ask(self, method: str, path: str, who: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.bearers[who], json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def schedule(self, who: str = "ben", status: int = 201, **more: Any) -> Any:
        body = {"text": "Sourdough", "starts_at": self.begins.isoformat(), "minutes": 60, **more}
        return self.ask("POST", "/guilds/bakers/rooms", who, body, status)

    def open(self, who: str = "ben", **more: Any) -> str:
        room = f"/rooms/{self.schedule(who, **more)['id']}"
        self.clock.offset += self.begins - self.clock.now(self.session)
        self.ask("PUT", f"{room}/opening", who)
        self.ask("PUT", f"{room}/seat", who)
        return room


@pytest.fixture
def village(client: FlaskClient, session: Session, clock: Clock) -> Village:
    return Village(client, session, clock)


def test_a_room_is_read_by_whoever_may_read_its_post(village: Village) -> None:
    made = village.schedule(seats=12, video=True)
    read = village.ask("GET", f"/rooms/{made['id']}", "olga")
    assert (read["state"], read["host"], read["guild"], read["seats"]) == ("scheduled", "ben", "bakers", 12)
    assert (read["video"], read["taken"], read["people"], read["budget"]) == (True, None, None, None)
    assert made["budget"]["left"] == 1200
    assert village.ask("GET", f"/posts/{made['id']}", "olga")["body"] == "Sourdough"
    listed = village.ask("GET", "/guilds/bakers/rooms?limit=1", "olga")
    assert [one["post"]["id"] for one in listed["items"]] == [made["id"]]
    assert listed["next"] is None


def test_lists_go_on_from_page_to_page(village: Village) -> None:
    made = [village.schedule(starts_at=(village.begins + n * HOUR).isoformat())["id"] for n in range(3)]
    first = village.ask("GET", "/rooms?limit=2", "olga")
    second = village.ask("GET", f"/rooms?limit=2&cursor={first['next']}", "olga")
    assert [one["id"] for one in first["items"] + second["items"]] == made
    assert second["next"] is None
    village.ask("GET", "/rooms?cursor=OTktOTk", "olga")
    village.ask("GET", "/rooms?cursor=bm9uZQ", "olga", status=422)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"starts_at": "2026-11-01T18:00:00"}, "/starts_at"),
        ({"starts_at": 5}, "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "/starts_at"),
        ({"minutes": 0}, "/minutes"),
        ({"minutes": 1.5}, "/minutes"),
        ({"minutes": 10**12}, "/minutes"),
        ({"seats": 0}, "/seats"),
        ({"seats": True}, "/seats"),
        ({"video": "yes"}, "/video"),
        ({"text": ""}, "/text"),
        ({"colour": "blue"}, "/colour"),
        ({"audience": {"see": {"any": [{"guild": "nobody"}]}}}, "/audience/see/any/0/guild"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(village: Village, body: dict[str, Any], pointer: str) -> None:
    told = village.schedule(status=422, **body)
    assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert village.ask("GET", "/rooms", "ben")["items"] == []


def test_who_may_not_is_told_why(village: Village) -> None:
    village.schedule("olga", 403)
    village.ask("POST", "/guilds/millers/rooms", "ben", _body(village), 404)
    room = village.open(seats=2)
    village.ask("PUT", f"{room}/seat", "cleo")
    full = village.client.put(f"/api/v1{room}/seat", headers=village.bearers["olga"])
    assert (full.status_code, full.headers["Retry-After"]) == (409, "45")
    assert full.get_json()["errors"][0]["clause"]["clause"] == "/rooms/seats"
    assert village.ask("GET", room, "olga")["full"]
    village.ask("PUT", f"{room}/hand", "olga", status=409)
    village.ask("PUT", f"{room}/floor/cleo", "cleo", status=403)
    village.ask("DELETE", f"{room}/seats/cleo", "ben", {}, 422)
    village.ask("DELETE", f"{room}/seats/cleo", "ben", {"why": "Loud"}, 204)
    assert "Loud" in village.ask("PUT", f"{room}/seat", "cleo", status=403)["detail"]


def _body(village: Village) -> dict[str, Any]:
    return {"text": "Rye", "starts_at": village.begins.isoformat(), "minutes": 5}


def test_law_07_a_hidden_room_answers_byte_for_byte_like_none(village: Village) -> None:
    room = village.open(audience=AMONG_BAKERS)
    operations: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("DELETE", "", None),
        ("PUT", "/opening", None),
        ("DELETE", "/opening", None),
        ("PUT", "/minutes", {"minutes": 90}),
        ("PUT", "/seat", None),
        ("DELETE", "/seat", None),
        ("DELETE", "/seats/ben", {"why": "Loud"}),
        ("PUT", "/hand", None),
        ("DELETE", "/hand", None),
        ("DELETE", "/hands/ben", None),
        ("PUT", "/floor", None),
        ("DELETE", "/floor", None),
        ("PUT", "/floor/ben", None),
        ("DELETE", "/floor/ben", None),
        ("PUT", "/reminder", None),
        ("DELETE", "/reminder", None),
    ]
    for method, path, body in operations:
        answers = [
            village.client.open(
                f"/api/v1{one}{path}", method=method, json=body, headers=village.bearers["olga"]
            )
            for one in (room, "/rooms/8000000000000000001")
        ]
        assert [one.status_code for one in answers] == [404, 404], (method, path)
        assert answers[0].data == answers[1].data
        headers = [{key: value for key, value in one.headers if key != "Date"} for one in answers]
        assert headers[0] == headers[1]
    assert village.ask("GET", "/rooms", "olga") == {"items": [], "next": None}
    assert len(village.ask("GET", "/rooms", "cleo")["items"]) == 1


def test_what_is_done_once_with_a_key_is_answered_as_it_stands(village: Village) -> None:
    headers = {**village.bearers["ben"], "Idempotency-Key": "one"}
    made = [
        village.client.post("/api/v1/guilds/bakers/rooms", json=_body(village), headers=headers)
        for _ in range(2)
    ]
    assert made[0].status_code == 201
    assert made[0].get_json()["id"] == made[1].get_json()["id"]
    assert len(village.ask("GET", "/rooms", "ben")["items"]) == 1
