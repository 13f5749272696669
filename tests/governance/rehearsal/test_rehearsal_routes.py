"""Rehearsals over HTTP: asked for, watched, read, and nobody else's."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from app import REPLAYERS
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from governance.rehearsal import rehearsals, running
from tests.factories import bearer_for, make_member

MORE_PHOTOS = [{"op": "replace", "path": "/photos/per_day", "value": 100}]


@pytest.fixture
def tokens(session: Session) -> list[dict[str, str]]:
    return [bearer_for(session, make_member(session)) for _ in range(2)]


def wanted(client: FlaskClient, token: dict[str, str], **changed: Any) -> dict[str, Any]:
    policy = client.get("/api/v1/policies/coop/media", headers=token).get_json()
    return {"kind": "media", "patch": MORE_PHOTOS, "base_sha256": policy["sha256"]} | changed


def test_a_draft_is_rehearsed_and_read_back(
    client: FlaskClient, database: Database, books: Books, clock: Clock, tokens: list[dict[str, str]]
) -> None:
    asked = client.post("/api/v1/rehearsals", json=wanted(client, tokens[0]), headers=tokens[0])
    assert asked.status_code == 202
    made = asked.get_json()
    assert (made["state"], made["progress"], made["report"]) == (
        "waiting",
        {"done": 0, "total": 0, "what": ""},
        None,
    )
    running.rehearse_due(database, books, clock, REPLAYERS)
    path = f"/api/v1/rehearsals/{made['id']}"
    found = client.get(path, headers=tokens[0]).get_json()
    assert (found["state"], found["report"]["kind"], found["proposal"]) == ("done", "media", None)
    assert found["report_sha256"] is not None
    stranger = client.get(path, headers=tokens[1])
    unknown = client.get("/api/v1/rehearsals/7", headers=tokens[1])
    assert (stranger.status_code, stranger.data) == (404, unknown.data)


def test_a_patch_that_could_not_stand_is_refused_with_its_place(
    client: FlaskClient, tokens: list[dict[str, str]]
) -> None:
    bad = [{"op": "replace", "path": "/photos/per_day", "value": "many"}]
    answer = client.post("/api/v1/rehearsals", json=wanted(client, tokens[0], patch=bad), headers=tokens[0])
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/photos/per_day"


def test_too_many_in_a_day_are_answered_with_when_to_come_again(
    client: FlaskClient, session: Session, books: Books, tokens: list[dict[str, str]]
) -> None:
    body = wanted(client, tokens[0])
    answers = [client.post("/api/v1/rehearsals", json=body, headers=tokens[0]) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [202] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 86400


def test_law_07_a_proposals_rehearsal_is_as_private_as_its_draft(
    client: FlaskClient, session: Session, books: Books, clock: Clock, tokens: list[dict[str, str]]
) -> None:
    draft = wanted(client, tokens[0], title="More photos", submit=False)
    proposal = client.post("/api/v1/proposals", json=draft, headers=tokens[0]).get_json()["id"]
    path = f"/api/v1/proposals/{proposal}/rehearsals"
    assert client.get(path, headers=tokens[0]).get_json()["items"] == []
    rehearsals.ask(session, books.current(session), int(proposal), clock.now(session))
    assert client.get(path, headers=tokens[0]).get_json()["items"][0]["proposal"] == proposal
    assert client.get(path, headers=tokens[1]).status_code == 404
    client.post(f"/api/v1/proposals/{proposal}/submission", headers=tokens[0])
    assert client.get(path, headers=tokens[1]).get_json()["items"][0]["state"] == "waiting"
