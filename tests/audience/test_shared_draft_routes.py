"""Drafts that several write together, over HTTP."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.features import COLLABORATIVE_EDITING
from tests.audience.test_scheduled_routes import DAY
from tests.coop.featured import give
from tests.factories import bearer_for, make_guild, make_member

Headers = dict[str, str]
PATH = "/api/v1/shared-drafts"
BEGIN = "/api/v1/guilds/bakers/shared-drafts"
BREAD = "Flour\n\nWater\n\nSalt"


@pytest.fixture
def people(session: Session) -> dict[str, Headers]:
    """Ada, Ben and Cleo of the guild of bakers, which may write together; Eve is outside."""
    rows = {name: make_member(session, name) for name in ("ada", "ben", "cleo", "eve")}
    guild = make_guild(session, "bakers", rows["ada"], (rows["ben"], rows["cleo"]))
    give(session, COLLABORATIVE_EDITING, guild)
    return {name: bearer_for(session, row) for name, row in rows.items()}


def begun(client: FlaskClient, people: dict[str, Headers], *others: str, **said: Any) -> dict[str, Any]:
    answer = client.post(BEGIN, json={"body": BREAD, **said}, headers=people["ada"])
    assert answer.status_code == 201, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    for name in others:
        path = f"{PATH}/{found['id']}/writers"
        assert client.post(path, json={"handle": name}, headers=people["ada"]).status_code == 200
    return found


def put(client: FlaskClient, headers: Headers, path: str, **said: Any) -> Any:
    return client.put(path, json=said, headers=headers)


def test_a_draft_is_begun_shared_written_agreed_to_and_published(
    client: FlaskClient, people: dict[str, Headers]
) -> None:
    made = begun(client, people, "ben", "cleo")
    path = f"{PATH}/{made['id']}"
    assert (made["guild"], made["revision"], made["body"], made["keeper"]) == ("bakers", 1, BREAD, True)
    saved = put(client, people["ben"], f"{path}/text", base=1, body="Rye\n\nWater\n\nSalt").get_json()
    assert (saved["revision"], saved["keeper"]) == (2, False)
    merged = put(client, people["ada"], f"{path}/text", base=1, body="Flour\n\nWater\n\nSea salt").get_json()
    assert merged["body"] == "Rye\n\nWater\n\nSea salt"
    clash = put(client, people["ada"], f"{path}/text", base=1, body="Oats\n\nWater\n\nSalt")
    assert clash.status_code == 409
    (fault,) = clash.get_json()["errors"]
    assert fault["pointer"] == "/body" and "Rye" in fault["detail"] and "Oats" in fault["detail"]
    kept = client.get(f"{path}/revisions", headers=people["cleo"]).get_json()["items"]
    assert [(one["number"], one["author"]) for one in kept] == [(3, "ada"), (2, "ben"), (1, "ada")]
    lines = client.get(f"{path}/comparison?old=1&new=2", headers=people["ben"]).get_json()["lines"]
    assert lines[:2] == [{"what": "removed", "text": "Flour"}, {"what": "added", "text": "Rye"}]
    back = client.post(f"{path}/restorations", json={"number": 2, "base": 3}, headers=people["ben"])
    assert (back.status_code, back.get_json()["revision"]) == (200, 4)
    text = client.get(f"{path}/revisions/2", headers=people["ada"]).get_json()
    assert text == {"number": 2, "body": "Rye\n\nWater\n\nSalt"}

    proposal = {"revision": 4, "audience": {"preset": "local"}, "terms": {"teaser": "Of grain"}}
    offered = put(client, people["ada"], f"{path}/offer", **proposal).get_json()["offer"]
    assert (offered["by"], offered["mine"], offered["waits_for"], offered["number"]) == ("ada", True, 1, 1)
    assert (offered["terms"]["teaser"], offered["audience"]) == ("Of grain", {"preset": "local"})
    (listed,) = client.get(PATH, headers=people["ben"]).get_json()["items"]
    assert listed["asked"]
    said = put(client, people["ben"], f"{path}/answer", number=1, answer="named").get_json()
    assert (said["offer"], said["body"]) == (None, None)
    post = client.get(f"/api/v1/posts/{said['post_id']}", headers=people["eve"]).get_json()
    assert (post["author"]["handle"], post["body"]) == ("ada", "Rye\n\nWater\n\nSalt")
    assert post["writers"] == [{"handle": "ben", "display_name": "Ben"}]
    assert client.get(PATH, headers=people["ben"]).get_json() == {"items": []}

    name = f"/api/v1/posts/{said['post_id']}/writers/me"
    assert client.delete(name, headers=people["eve"]).status_code == 404
    assert client.delete(name, headers=people["ben"]).status_code == 204
    assert client.delete(name, headers=people["ben"]).status_code == 404
    again = client.get(f"/api/v1/posts/{said['post_id']}", headers=people["eve"]).get_json()
    assert again["writers"] == []


def test_a_proposal_is_taken_back_and_answered_not_yet(
    client: FlaskClient, people: dict[str, Headers]
) -> None:
    path = f"{PATH}/{begun(client, people, 'ben')['id']}"
    put(client, people["ben"], f"{path}/text", base=1, body="Rye")
    put(client, people["ben"], f"{path}/offer", revision=2)
    said = put(client, people["ada"], f"{path}/answer", number=1, answer="not_yet").get_json()
    assert said["offer"]["waits_for_me"]
    assert client.delete(f"{path}/offer", headers=people["ada"]).status_code == 403
    assert client.delete(f"{path}/offer", headers=people["ben"]).status_code == 204
    gone = put(client, people["ada"], f"{path}/answer", number=1, answer="named")
    assert gone.status_code == 409
    assert put(client, people["ada"], f"{path}/answer", number=1, answer="maybe").status_code == 422


def test_law_07_whom_an_author_names_is_not_told_to_those_who_are_to_agree(
    client: FlaskClient, people: dict[str, Headers]
) -> None:
    path = f"{PATH}/{begun(client, people, 'ben')['id']}"
    put(client, people["ben"], f"{path}/text", base=1, body="Rye")
    for audience, told in (
        ({"see": {"any": [{"member": "cleo"}]}}, False),
        ({"see": {"any": [{"guild": "bakers"}]}}, True),
    ):
        assert put(client, people["ada"], f"{path}/offer", revision=2, audience=audience).status_code == 200
        own, other = (client.get(path, headers=people[who]).get_json()["offer"] for who in ("ada", "ben"))
        assert own["audience"] == audience
        assert other["audience"] == (audience if told else None)


def test_who_writes_in_it_and_what_is_noted(client: FlaskClient, people: dict[str, Headers]) -> None:
    path = f"{PATH}/{begun(client, people, 'ben')['id']}"
    noted = client.post(f"{path}/notes", json={"body": "Why rye?"}, headers=people["ben"]).get_json()
    (note,) = noted["notes"]
    assert (note["author"], note["body"], note["revision"]) == ("ben", "Why rye?", 1)
    assert client.delete(f"{path}/notes/{note['id']}", headers=people["ada"]).status_code == 204
    assert client.get(path, headers=people["ada"]).get_json()["notes"] == []
    assert put(client, people["ben"], f"{path}/opening", opened=True).status_code == 403
    assert put(client, people["ada"], f"{path}/opening", opened=True).get_json()["opened"]
    assert client.get(path, headers=people["cleo"]).status_code == 200
    assert client.get(path, headers=people["eve"]).status_code == 404
    assert put(client, people["ada"], f"{path}/opening", opened=False).status_code == 200
    assert client.delete(f"{path}/writers/ada", headers=people["ben"]).status_code == 403
    assert client.delete(f"{path}/writers/ben", headers=people["ben"]).status_code == 204
    assert client.get(path, headers=people["ben"]).status_code == 404
    assert client.delete(path, headers=people["ada"]).status_code == 204
    assert client.get(path, headers=people["ada"]).status_code == 404


def test_law_07_another_s_answers_as_one_that_is_not_there(
    client: FlaskClient, people: dict[str, Headers]
) -> None:
    made, unknown = f"{PATH}/{begun(client, people, 'ben')['id']}", f"{PATH}/7"
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "", None),
        ("DELETE", "", None),
        ("PUT", "/text", {"base": 1, "body": "Rye"}),
        ("GET", "/revisions", None),
        ("GET", "/revisions/1", None),
        ("GET", "/comparison?old=1&new=1", None),
        ("POST", "/restorations", {"number": 1, "base": 1}),
        ("POST", "/writers", {"handle": "eve"}),
        ("DELETE", "/writers/ben", None),
        ("PUT", "/opening", {"opened": True}),
        ("PUT", "/offer", {"revision": 1}),
        ("DELETE", "/offer", None),
        ("PUT", "/answer", {"number": 1, "answer": "named"}),
        ("POST", "/notes", {"body": "Why?"}),
        ("DELETE", "/notes/7", None),
    ]
    for who in ("eve", "cleo"):
        for method, below, body in asked:
            answers = [
                client.open(f"{one}{below}", method=method, json=body, headers=people[who])
                for one in (made, unknown)
            ]
            assert [one.status_code for one in answers] == [404, 404], (method, below)
            said = [one.get_data().replace(one.request.path.encode(), b"") for one in answers]
            assert said[0] == said[1], (method, below)


def test_a_guild_without_the_feature_is_told_the_clause(
    client: FlaskClient, session: Session, people: dict[str, Headers]
) -> None:
    ada = make_member(session, "adam")
    make_guild(session, "millers", ada)
    path = "/api/v1/guilds/millers/shared-drafts"
    refused = client.post(path, json={}, headers=bearer_for(session, ada))
    assert refused.status_code == 403
    (fault,) = refused.get_json()["errors"]
    assert fault["clause"]["clause"] == "/features/collaborative_editing/guild/grant_when"
    assert client.post(path, json={}, headers=people["ada"]).status_code == 403
    assert client.post(path.replace("millers", "none"), json={}, headers=people["ada"]).status_code == 404


def test_the_worker_takes_away_what_nobody_touches(
    app: Flask, client: FlaskClient, people: dict[str, Headers]
) -> None:
    import audience.jobs
    from coop.outbound import Outbound

    path = f"{PATH}/{begun(client, people, 'ben')['id']}"
    platform = app.extensions["allotment"]
    jobs = {job.name: job for job in audience.jobs.jobs(platform, Outbound(loopback=False))}
    for days, status in ((70, 200), (10, 200), (20, 404)):
        platform.clock.offset += days * DAY
        jobs["drafts that nobody touches"].run()
        assert client.get(path, headers=people["ben"]).status_code == status
