"""Elections, councils, delegation and juries over HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlmodel import Session, col

from coop import checkpoints
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.tables import IdempotencyRecord, OAuthToken
from governance.people import juries
from tests.factories import bearer_for, make_guild, make_members
from tests.governance.people.test_juries import KEY
from tests.governance.test_routes import FAR, House

ELECTION = {"kind": "election", "title": "Our council"}


@pytest.fixture
def house(client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock) -> House:
    """Thirteen members with tokens that outlast every vote; all are in one guild."""
    members = make_members(session, 13)
    make_guild(session, "bakers", members[0], tuple(members[1:]))
    tokens = [bearer_for(session, member) for member in members]
    session.execute(update(OAuthToken).values(expires_at=FAR, refresh_expires_at=FAR))
    return House(client, session, database, books, clock, tokens)


def proposed(house: House, body: dict[str, Any]) -> dict[str, Any]:
    """A proposal with its sponsors."""
    made = house.ask("POST", "/proposals", 0, body, expect=201)
    for who in (1, 2):
        house.ask("POST", f"/proposals/{made['id']}/sponsors", who)
    found: dict[str, Any] = house.ask("GET", f"/proposals/{made['id']}", 0)
    assert found["state"] == "deliberation"
    return found


def handle(house: House, who: int) -> str:
    found: str = house.ask("GET", "/members/me", who)["handle"]
    return found


def test_a_council_is_elected_over_http(house: House) -> None:
    made = proposed(house, ELECTION)
    path = f"/proposals/{made['id']}"
    assert (made["risk_class"], made["method"], made["options"]) == ("C", "stv", {"seats": 5})
    for who in (3, 4, 5):
        house.ask("PUT", f"{path}/candidates/me", who, {"statement": f"I am {who}."})
    house.ask("DELETE", f"{path}/candidates/me", 5, expect=204)
    house.go_to(made["times"]["voting_at"])
    house.advance()
    found = house.ask("GET", f"{path}/election", 0)
    assert sorted(found["slate"]) == sorted([handle(house, 3), handle(house, 4)])
    assert {one["clause"]: one["value"] for one in found["clauses"]}["/council/seats"] == 5
    opened = house.ask("GET", path, 0)
    ballot = {"choice": "ranked", "marks": [1, 0], "patch_sha256": opened["patch_sha256"]}
    house.ask("PUT", f"{path}/ballot", 1, ballot, expect=409)
    receipts = [house.ask("PUT", f"{path}/secret-ballot", who, ballot) for who in range(6)]
    assert receipts[0].keys() == {"proposal", "marks", "patch_sha256", "nonce"}
    house.ask("PUT", f"{path}/secret-ballot", 1, ballot, expect=409)
    house.ask("PUT", f"{path}/secret-ballot", 7, ballot | {"choice": "for"}, expect=422)
    house.ask("GET", f"{path}/secret-ballots", 1, expect=409)
    seen = house.ask("GET", f"{path}/election", 1)
    assert (seen["turnout"], seen["voted"], seen["elected"]) == (6, True, [])
    house.go_to(opened["times"]["due_at"])
    house.advance()
    pages = house.ask("GET", f"{path}/secret-ballots?limit=4", 1)
    rest = house.ask("GET", f"{path}/secret-ballots?limit=4&cursor={pages['next']}", 1)
    told = pages["items"] + rest["items"]
    assert {one["nonce"] for one in told} == {one["nonce"] for one in receipts}
    assert rest["next"] is None
    elected = house.ask("GET", f"{path}/election", 1)["elected"]
    assert elected == [found["slate"][1], found["slate"][0]]
    council = house.ask("GET", "/councils/coop", 9)
    assert [one["handle"] for one in council["stewards"]] == sorted(elected)
    steward = next(who for who in (3, 4) if handle(house, who) == elected[0])
    house.ask("DELETE", "/councils/coop/stewards/me", steward, expect=204)
    assert len(house.ask("GET", "/councils/coop", 9)["stewards"]) == 1


def test_nothing_of_a_secret_ballot_is_kept_for_the_repetition_of_its_request(house: House) -> None:
    made = proposed(house, ELECTION)
    path = f"/proposals/{made['id']}"
    house.ask("PUT", f"{path}/candidates/me", 3, {})
    house.go_to(made["times"]["voting_at"])
    house.advance()
    digest = house.ask("GET", path, 0)["patch_sha256"]
    body = {"choice": "ranked", "marks": [0], "patch_sha256": digest}
    headers = house.tokens[1] | {"Idempotency-Key": "one"}
    answers = [house.client.put(f"/api/v1{path}/secret-ballot", json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 409]
    row = house.session.scalars(select(IdempotencyRecord).where(col(IdempotencyRecord.key) == "one")).one()
    assert answers[0].get_json()["nonce"] not in str(row.model_dump())
    other = house.client.put(f"/api/v1{path}/secret-ballot", json=body | {"marks": []}, headers=headers)
    assert other.status_code == 409, "its hash was not made of what was sent, so nobody can try it out"


def test_law_07_what_is_no_election_has_nothing_of_one(house: House) -> None:
    made = house.voting()
    for path in ("election", "secret-ballots"):
        house.ask("GET", f"/proposals/{made['id']}/{path}", 0, expect=404)
        house.ask("GET", f"/proposals/7/{path}", 0, expect=404)
    house.ask("GET", "/councils/guild:nowhere", 0, expect=404)
    house.ask("PUT", f"/proposals/{made['id']}/candidates/me", 0, {}, expect=404)


def test_delegation_over_http(house: House) -> None:
    mine = "/guilds/bakers/delegation"
    refused = house.ask("PUT", mine, 0, {"delegate": handle(house, 1)}, expect=403)
    assert refused["errors"][0]["clause"]["clause"] == "/delegation/allowed"
    policy = house.ask("GET", "/policies/coop/voting", 0)
    patch = [{"op": "replace", "path": "/delegation/allowed", "value": True}]
    wanted = {"kind": "voting", "title": "Delegates", "patch": patch, "base_sha256": policy["sha256"]}
    made = house.until_voting(proposed(house, wanted))
    for who in range(9):
        house.cast(made, who, "for")
    house.go_to(made["times"]["due_at"])
    house.advance()
    given = house.ask("PUT", mine, 0, {"delegate": handle(house, 1)})
    assert (given["guild"], given["delegate"]) == ("bakers", handle(house, 1))
    assert house.ask("GET", "/guilds/bakers/delegations", 5)["items"] == [given]
    assert house.ask("GET", "/delegations", 1)["items"] == [given]
    assert house.ask("GET", "/delegations", 5)["items"] == []
    house.ask("DELETE", mine, 0, expect=204)
    assert house.ask("GET", "/delegations", 1)["items"] == []


def test_a_jury_over_http(house: House) -> None:
    policy = house.ask("GET", "/policies/coop/membership", 0)
    patch = [{"op": "replace", "path": "/joining/admission", "value": "invited"}]
    wanted = {"kind": "membership", "title": "A door", "patch": patch, "base_sha256": policy["sha256"]}
    made = proposed(house, wanted)
    path = f"/proposals/{made['id']}/jury"
    assert house.ask("GET", path, 0)["jury"] is None
    sign_and_draw(house)
    drawn = house.ask("GET", path, 0)["jury"]
    assert (len(drawn["pool"]), len(drawn["jurors"])) == (10, 9)
    refused = house.ask("POST", path, 0, expect=409)
    assert drawn["seed"] in refused["detail"]
    names = [handle(house, who) for who in range(13)]
    first, second = (names.index(one["handle"]) for one in drawn["jurors"][:2])
    house.ask("DELETE", f"{path}/jurors/me", first, expect=204)
    said = {"verdict": "against", "reason": "It shuts the door."}
    heard = house.ask("PUT", f"{path}/verdict", second, said)["jury"]["jurors"]
    assert len(heard) == 10
    assert (heard[1]["verdict"], heard[1]["reason"]) == ("against", "It shuts the door.")
    house.ask("PUT", f"{path}/verdict", 0, said, expect=403)


def sign_and_draw(house: House) -> None:
    """What the worker does between two looks at the page."""
    checkpoints.extend(house.session, KEY, "garden.example", house.clock.now(house.session))
    assert juries.draw_due(house.database, house.books, house.clock) == 1
