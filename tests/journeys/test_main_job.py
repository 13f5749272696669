"""The main job in one process: a vote changes what people see, and why? names the vote."""

import json
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from app import ENACTORS
from coop import ledger
from coop.call import Platform
from coop.clock import Clock
from governance import audit, enactment
from tests.factories import bearer_for, make_guild, make_member

DAYS = timedelta(days=1)


def worker(app: Flask) -> int:
    """Do what the worker does at this moment of the test's clock."""
    found: Platform = app.extensions["allotment"]
    return enactment.advance(found.database, found.books, found.clock, ENACTORS)


def test_a_vote_changes_the_next_seat_and_the_next_page(
    app: Flask, client: FlaskClient, session: Session, clock: Clock
) -> None:
    people = [make_member(session, handle) for handle in ("ana", "ben", "cleo", "dan", "eve", "finn")]
    ana, ben, cleo, dan, eve, finn = [bearer_for(session, person) for person in people]
    make_guild(session, "bakers", people[0], (people[1],))

    def ask(method: str, path: str, who: dict[str, str], body: Any = None, status: int = 200) -> Any:
        answer = client.open(f"/api/v1{path}", method=method, headers=who, json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    post = ask("POST", "/posts", ana, {"body": "for everyone"}, 201)["id"]
    ask("GET", f"/posts/{post}", ben)
    ask("GET", f"/posts/{post}", cleo)
    before = ask("GET", "/policies/coop/audience", dan)
    body = {
        "kind": "audience",
        "title": "Rooms of three",
        "patch": [{"op": "replace", "path": "/seats/default", "value": 3}],
        "base_sha256": before["sha256"],
    }
    made = ask("POST", "/proposals", dan, body, 201)
    assert (made["state"], made["risk_class"], made["sponsors_needed"]) == ("sponsoring", "B", 3)
    for sponsor in (eve, finn):
        ask("POST", f"/proposals/{made['id']}/sponsors", sponsor)
    clock.offset += 7 * DAYS
    worker(app)
    assert ask("GET", f"/proposals/{made['id']}", dan)["state"] == "voting"
    ballot = {"choice": "for", "patch_sha256": made["patch_sha256"]}
    for voter in (ana, ben, cleo, dan):
        ask("PUT", f"/proposals/{made['id']}/ballot", voter, ballot)
    clock.offset += 7 * DAYS
    worker(app)
    closed = ask("GET", f"/proposals/{made['id']}", dan)
    assert (closed["state"], closed["tally"]["for"], closed["tally"]["roll"]) == ("timelock", 4, 6)
    clock.offset += 3 * DAYS
    worker(app)
    ask("GET", f"/posts/{post}", dan)
    assert ask("GET", f"/posts/{post}", eve, status=404) == ask("GET", "/posts/1", eve, status=404)
    assert ask("GET", "/feeds/balanced", eve)["items"] == []
    why = ask("GET", f"/posts/{post}/why", ben)
    seats = next(limit for limit in why["limits"] if limit["name"] == "seats")
    assert seats["value"] == 3
    assert seats["clause"]["proposal"] == made["id"]
    assert seats["clause"]["version"] == 2
    assert seats["clause"]["tally"]["for"] == 4

    lines = client.get("/api/v1/ledger", headers=ana).get_data(as_text=True).splitlines()
    events, problems = ledger.read(lines)
    assert problems == []
    assert audit.problems(events) == []
    forged = [json.loads(line) for line in lines]
    for event in forged:
        if event["type"] == "proposal.tallied":
            event["payload"]["tally"]["for"] = 5
    assert audit.problems(forged) != []
