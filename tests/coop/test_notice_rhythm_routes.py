"""The rhythm of notices over HTTP: read, chosen and forgotten, and what waits by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import literal, select
from sqlmodel import Session

from coop import notices
from coop.book import Book
from coop.clock import Clock
from coop.notices import Tidings
from coop.tables import Member
from tests.factories import bearer_for, id_of, make_member

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""A Monday."""
PATH = "/api/v1/notices/rhythm"
LISBON = {
    "rhythm": "weekly",
    "hour": 9,
    "weekday": "friday",
    "zone": "Europe/Lisbon",
    "quiet_from": "22:00",
    "quiet_to": "07:30",
}
FOUNDING = {
    "rhythm": "daily",
    "hour": 18,
    "weekday": "sunday",
    "zone": "UTC",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "own": False,
    "waiting": 1,
    "next_at": "2027-03-01T18:00:00Z",
}


@pytest.fixture
def ada(session: Session, clock: Clock) -> Member:
    clock.offset += NOON - clock.now(session)
    return make_member(session, "ada")


@pytest.fixture
def headers(session: Session, book: Book, ada: Member) -> dict[str, str]:
    """Those of a member to whom one thing was told that waits."""
    tidings = Tidings("proposal", 7, "opened", "Number 7", "/proposals/7", NOON)
    notices.tell(session, book, tidings, select(literal(id_of(ada))), NOON)
    return bearer_for(session, ada)


def test_one_reads_when_one_hears_of_things_chooses_it_and_forgets_it(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.get(PATH, headers=headers).get_json() == FOUNDING
    chosen = client.put(PATH, json=LISBON, headers=headers).get_json()
    assert chosen == LISBON | {"own": True, "waiting": 1, "next_at": "2027-03-05T09:00:00Z"}
    assert client.get(PATH, headers=headers).get_json() == chosen
    for _ in range(2):
        assert client.delete(PATH, headers=headers).status_code == 204
        assert client.get(PATH, headers=headers).get_json() == FOUNDING


def test_what_waits_can_be_looked_at_on_purpose(
    client: FlaskClient, clock: Clock, headers: dict[str, str]
) -> None:
    def lines(query: str) -> list[str]:
        return [
            one["line"] for one in client.get(f"/api/v1/notices{query}", headers=headers).get_json()["items"]
        ]

    assert (lines(""), lines("?waiting=true"), lines("?show=unread")) == ([], ["Number 7"], [])
    assert client.get("/api/v1/notices?waiting=true", headers=headers).get_json()["unread"] == 0
    clock.offset += timedelta(hours=7)
    assert (lines(""), lines("?waiting=true")) == (["Number 7"], [])


def test_at_once_nothing_is_to_come(client: FlaskClient, headers: dict[str, str]) -> None:
    said = LISBON | {"rhythm": "at_once", "quiet_from": None, "quiet_to": None}
    found = client.put(PATH, json=said, headers=headers).get_json()
    assert (found["waiting"], found["next_at"]) == (0, None)
    assert client.get("/api/v1/notices", headers=headers).get_json()["unread"] == 1


def test_law_07_nobody_reads_or_changes_the_rhythm_of_another(
    session: Session, client: FlaskClient, headers: dict[str, str]
) -> None:
    other = bearer_for(session, make_member(session, "bruno"))
    client.put(PATH, json=LISBON, headers=headers)
    assert client.get(PATH, headers=other).get_json() == FOUNDING | {"waiting": 0}
    client.put(PATH, json=LISBON | {"hour": 3}, headers=other)
    client.delete(PATH, headers=other)
    assert client.get(PATH, headers=headers).get_json()["hour"] == 9


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"rhythm": "yearly"}, "/rhythm"),
        ({"hour": 24}, "/hour"),
        ({"hour": "9"}, "/hour"),
        ({"weekday": "Friday"}, "/weekday"),
        ({"zone": "Lisbon"}, "/zone"),
        ({"zone": "/etc/localtime"}, "/zone"),
        ({"quiet_from": "24:00"}, "/quiet_from"),
        ({"quiet_from": None}, "/quiet_from"),
        ({"quiet_to": None}, "/quiet_to"),
        ({"quiet_to": "22:00"}, "/quiet_to"),
        ({"every": "daily"}, "/every"),
    ],
)
def test_what_is_no_rhythm_is_refused_and_told_where(
    client: FlaskClient, headers: dict[str, str], said: dict[str, Any], pointer: str
) -> None:
    answer = client.put(PATH, json=LISBON | said, headers=headers)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == [pointer]
    assert client.get(PATH, headers=headers).get_json() == FOUNDING


@pytest.mark.parametrize("cursor", ["x", "MQ", "LTEtMg", "OTktOTk5LTk"])
def test_a_cursor_that_no_page_gave_out_is_refused(
    client: FlaskClient, headers: dict[str, str], cursor: str
) -> None:
    assert client.get(f"/api/v1/notices?cursor={cursor}", headers=headers).status_code == 422


def test_a_cursor_beyond_all_time_reads_from_the_last(client: FlaskClient, headers: dict[str, str]) -> None:
    last = "OTIyMzM3MjAzNjg1NDc3NTgwNy05MjIzMzcyMDM2ODU0Nzc1ODA3"
    found = client.get(f"/api/v1/notices?waiting=true&cursor={last}", headers=headers)
    assert (found.status_code, len(found.get_json()["items"])) == (200, 1)
