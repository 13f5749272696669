"""A live room over HTTP, from its being scheduled to its end, with the minutes of its guild at each step."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from app import jobs
from coop.call import Platform
from coop.clock import Clock
from coop.features import LIVE_ROOMS
from tests.coop.featured import give
from tests.factories import bearer_for, make_guild, make_members

MINUTE = timedelta(minutes=1)
PEOPLE = ("ada", "ben", "cleo", "dan", "olga")


class Coop:
    """Bakers, of whom Ada is the steward, and Olga; they ask over HTTP, and the worker ticks."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client, self.session, self.clock = client, session, clock
        rows = make_members(session, PEOPLE)
        give(session, LIVE_ROOMS, make_guild(session, "bakers", rows[0], tuple(rows[1:-1])))
        self.bearers = {row.handle: bearer_for(session, row) for row in rows}
        platform: Platform = app.extensions["allotment"]
        store = app.extensions["object_store"]
        self.close = next(one for one in jobs(platform, store) if one.name == "close rooms")

    def ask(self, method: str, path: str, who: str, body: Any = None, status: int = 200) -> Any:
        """Send one request as a member, and return what is answered."""
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.bearers[who], json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def later(self, minutes: float, room: str = "", *present: str) -> None:
        """Let time pass, while those who are in the room show it every half a minute."""
        for _ in range(int(minutes * 2)):
            self.clock.offset += MINUTE / 2
            for who in present:
                self.ask("PUT", f"{room}/seat", who)

    def minutes(self) -> int:
        """Return how many minutes are left of the budget, as the page of the guild's features tells."""
        items = self.ask("GET", "/guilds/bakers/features", "dan")["items"]
        live = next(one for one in items if one["name"] == LIVE_ROOMS)
        return int(live["budget"]["left"])

    def speaking(self, room: str) -> list[str]:
        """Return who has the floor."""
        return [one["handle"] for one in self.ask("GET", room, "ben")["speakers"]]


def test_a_room_from_its_schedule_to_its_end(
    app: Flask, client: FlaskClient, session: Session, clock: Clock
) -> None:
    coop = Coop(app, client, session, clock)
    begins = clock.now(session) + 60 * MINUTE
    body = {"text": "Sourdough #bread, live", "starts_at": begins.isoformat(), "minutes": 60}
    made = coop.ask("POST", "/guilds/bakers/rooms", "ben", body, 201)
    room, post = f"/rooms/{made['id']}", f"/posts/{made['id']}"
    assert (made["state"], coop.minutes()) == ("scheduled", 1200)

    coop.ask("PUT", f"{room}/reminder", "olga", status=204)
    assert coop.ask("GET", room, "olga")["reminded"]
    early = coop.ask("PUT", f"{room}/opening", "ben", status=409)
    assert early["errors"][0]["clause"]["clause"] == "/rooms/early"
    coop.ask("PUT", f"{room}/opening", "cleo", status=403)

    coop.later(50)
    opened = coop.ask("PUT", f"{room}/opening", "ben")
    assert (opened["state"], opened["budget"]["left"], coop.minutes()) == ("open", 1140, 1140)
    assert coop.ask("PUT", f"{room}/opening", "ben")["budget"]["left"] == 1140
    (notice,) = [one for one in coop.ask("GET", "/notices", "olga")["items"] if one["topic"] == "room"]
    assert (notice["path"], notice["moment"]) == (room, "opened")

    for who in ("ben", "olga", "dan"):
        coop.ask("PUT", f"{room}/seat", who)
    coop.ask("PUT", f"{room}/hand", "olga")
    coop.ask("PUT", f"{room}/hand", "dan")
    seen = coop.ask("GET", room, "dan")
    assert (seen["queue"], seen["place"], seen["taken"]) == (["olga", "dan"], 2, 3)
    coop.ask("PUT", f"{room}/floor", "olga")
    coop.ask("PUT", f"{room}/floor/dan", "ben")
    assert sorted(coop.speaking(room)) == ["dan", "olga"]

    said = coop.ask("POST", f"{post}/replies", "olga", {"body": "How warm is your oven?"}, 201)
    thread = coop.ask("GET", f"{post}/thread", "dan")
    assert [one["id"] for one in thread["replies"]] == [said["id"]]

    coop.ask("DELETE", f"{room}/floor", "olga", status=204)
    coop.ask("DELETE", f"{room}/floor/dan", "ben", status=204)
    assert coop.speaking(room) == []
    assert coop.ask("PUT", f"{room}/minutes", "ada", {"minutes": 90})["budget"]["left"] == 1110

    coop.later(10, room, "ben", "dan")
    assert [one["handle"] for one in coop.ask("GET", room, "ben")["people"]] == ["ben", "dan"]
    coop.ask("DELETE", f"{room}/seat", "dan", status=204)
    coop.ask("DELETE", f"{room}/opening", "dan", status=403)
    coop.ask("DELETE", f"{room}/opening", "ben", status=204)
    ended = coop.ask("GET", room, "dan")
    assert (ended["state"], ended["people"], ended["budget"]["taken"]) == ("ended", None, 11)
    assert coop.minutes() == 1189
    coop.close.run()
    coop.ask("PUT", f"{room}/seat", "dan", status=409)
    assert coop.ask("GET", "/guilds/bakers/rooms", "dan")["items"] == []
    assert coop.ask("GET", post, "dan")["body"].startswith("Sourdough")


def test_the_chat_of_a_room_is_held_by_the_rules_of_threads(
    app: Flask, client: FlaskClient, session: Session, clock: Clock
) -> None:
    coop = Coop(app, client, session, clock)
    begins = clock.now(session) + 10 * MINUTE
    audience = {"interact": {"reply": {"auto": [{"guild": "bakers"}]}}}
    body = {"text": "Rye", "starts_at": begins.isoformat(), "minutes": 20, "audience": audience}
    made = coop.ask("POST", "/guilds/bakers/rooms", "ben", body, 201)
    room, post = f"/rooms/{made['id']}", f"/posts/{made['id']}"
    coop.ask("PUT", f"{room}/opening", "ben")
    for who in ("ben", "olga", "dan"):
        coop.ask("PUT", f"{room}/seat", who)
    coop.ask("POST", f"{post}/replies", "dan", {"body": "Hello"}, 201)
    coop.ask("POST", f"{post}/replies", "olga", {"body": "Hello"}, 403)
    coop.ask("DELETE", post, "ben", status=204)
    coop.ask("PUT", f"{room}/seat", "dan", status=404)
    coop.clock.offset += 10 * MINUTE
    assert coop.close.run() == 1
    assert coop.minutes() == 1199
