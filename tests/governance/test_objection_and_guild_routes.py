"""Objections, petitions, joint proposals, rebasing and conflicts over HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlmodel import Session

from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.tables import OAuthToken
from governance.tables import Proposal
from tests.factories import bearer_for, make_guild, make_member, make_members
from tests.governance.test_routes import FAR, House

SEATS = [{"op": "add", "path": "/seats/default", "value": 40}]


@pytest.fixture
def house(client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock) -> House:
    """Four bakers and two weavers, with tokens; the bakers come first."""
    members = make_members(session, 6)
    make_guild(session, "bakers", members[0], tuple(members[1:4]))
    make_guild(session, "weavers", members[4], (members[5],))
    tokens = [bearer_for(session, member) for member in members]
    session.execute(update(OAuthToken).values(expires_at=FAR, refresh_expires_at=FAR))
    return House(client, session, database, books, clock, tokens)


def sponsored(house: House, made: dict[str, Any], *who: int) -> dict[str, Any]:
    """Signed by these, and not waiting for a rehearsal."""
    house.session.execute(update(Proposal).values(rehearsal_needed=False))
    for one in who:
        house.ask("POST", f"/proposals/{made['id']}/sponsors", one)
    found: dict[str, Any] = house.ask("GET", f"/proposals/{made['id']}", 0)
    return found


def proposed(house: House, who: int = 0, **changed: Any) -> dict[str, Any]:
    made = house.ask("POST", "/proposals", who, house.wanted(**changed), expect=201)
    return sponsored(house, made, 1, 2)


def test_an_objection_is_answered_with_the_vote_that_it_calls(house: House) -> None:
    made = proposed(house)
    path = f"/proposals/{made['id']}/objections"
    assert house.ask("GET", path, 5)["items"] == []
    body = {"reason": "Too many.", "clause": "/photos/per_day"}
    problem = house.ask("POST", path, 4, body | {"clause": "/photos"}, expect=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/clause"]
    found = house.ask("POST", path, 4, body, expect=201)
    assert (found["state"], found["needed"], found["clause"]["clause"]) == (
        "superseded",
        1,
        "/consent/objectors",
    )
    assert [one["reason"] for one in found["items"]] == ["Too many."]
    went_on = house.ask("GET", f"/proposals/{found['continued']}", 5)
    assert (went_on["origin"], went_on["method"], went_on["risk_class"]) == (made["id"], "majority", "B")
    assert house.ask("GET", f"/proposals/{made['id']}", 5)["continued"] == found["continued"]
    house.ask("POST", path, 5, body, expect=409)


def test_a_petition_is_signed_in_a_guilds_name_and_calls_a_vote_of_all(house: House) -> None:
    base = {"scope": "guild:bakers", "kind": "audience", "base_sha256": EMPTY}
    table = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = sponsored(house, house.ask("POST", "/proposals", 0, house.wanted(patch=table, **base), 201), 1)
    house.go_to(made["times"]["voting_at"])
    for who in range(4):
        house.cast(made, who, "for")
    path = f"/proposals/{made['id']}/petitions"
    house.ask("POST", path, 4, {"guild": "weavers"}, expect=409)
    house.go_to(made["times"]["closes_at"])
    house.advance()
    house.ask("POST", path, 0, {"guild": "weavers"}, expect=403)
    problem = house.ask("POST", path, 4, {"guild": "bakers"}, expect=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/guild"]
    first = house.ask("POST", path, 4, {"guild": "weavers"})
    assert (first["items"], first["veto"]) == ([{"guild": "weavers", "signed": 1, "needed": 2}], None)
    second = house.ask("POST", path, 5, {"guild": "weavers"})
    veto = house.ask("GET", f"/proposals/{second['veto']}", 0)
    assert (veto["kind"], veto["state"], veto["target"]) == ("veto", "voting", made["id"])
    assert "/petition/vote" in {rule["clause"] for rule in veto["rules"]}
    assert house.ask("GET", f"/proposals/{made['id']}", 0)["until"] > second["veto_closes_at"]
    house.cast(veto, 0, "against")


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Hash of a text of nothing: the guild has no policy of this kind yet."""


def test_a_joint_proposal_is_one_agreement_and_a_proposal_to_each_guild(house: House) -> None:
    body = {
        "scopes": ["guild:bakers", "guild:weavers"],
        "kind": "audience",
        "title": "One table",
        "patch": SEATS,
    }
    house.ask("POST", "/joint-proposals", 0, body | {"scopes": ["guild:bakers"]}, expect=422)
    made = house.ask("POST", "/joint-proposals", 0, body, expect=201)
    assert [item["scope"] for item in made["items"]] == body["scopes"]
    second = made["items"][1]["id"]
    read = house.ask("GET", f"/proposals/{second}/joint", 5)
    assert {item["id"] for item in read["items"]} == {item["id"] for item in made["items"]}
    assert house.ask("GET", f"/proposals/{second}", 5)["joint"] == made["id"]
    house.ask("POST", f"/proposals/{made['id']}/withdrawal", 0)
    assert house.ask("GET", f"/proposals/{second}", 5)["state"] == "cancelled"


def test_conflicts_are_named_in_the_answer_to_a_draft_and_ever_after(house: House) -> None:
    first = proposed(house)
    answer = house.ask("POST", "/proposals", 1, house.wanted(submit=False), expect=201)
    assert answer["conflicts"] == [
        {
            "proposal": first["id"],
            "title": "More photos",
            "state": "deliberation",
            "clauses": ["/photos/per_day"],
        }
    ]
    assert house.ask("GET", f"/proposals/{first['id']}", 0)["conflicts"] == []
    second = house.ask("POST", f"/proposals/{answer['id']}/submission", 1)
    assert [one["proposal"] for one in second["conflicts"]] == [first["id"]]
    assert [one["proposal"] for one in house.ask("GET", f"/proposals/{first['id']}", 0)["conflicts"]] == [
        second["id"]
    ]


def test_what_was_overtaken_is_carried_on_with_one_call(house: House) -> None:
    slow = proposed(house, patch=[{"op": "replace", "path": "/photos/per_day", "value": 5000}])
    house.ask("POST", f"/proposals/{slow['id']}/rebase", 0, {}, expect=409)
    quick = proposed(house, who=1)
    house.ask("POST", f"/proposals/{quick['id']}/sponsors", 3)
    house.session.execute(update(Proposal).values(rehearsal_needed=False))
    quick = house.ask("GET", f"/proposals/{quick['id']}", 0)
    house.go_to(quick["times"]["voting_at"])
    for who in range(4):
        house.cast(quick, who, "for")
    house.go_to(slow["times"]["voting_at"])
    house.advance()
    assert house.ask("GET", f"/proposals/{slow['id']}", 0)["state"] == "conflicted"
    house.ask("POST", f"/proposals/{slow['id']}/rebase", 1, {}, expect=403)
    went_on = house.ask("POST", f"/proposals/{slow['id']}/rebase", 0, {})
    assert (went_on["origin"], went_on["state"], went_on["base_version"]) == (slow["id"], "verification", 2)
    house.ask("POST", f"/proposals/{slow['id']}/rebase", 0, {}, expect=409)


def test_a_signature_is_taken_back_over_http(house: House) -> None:
    for _ in range(100):
        make_member(house.session)
    made = house.ask("POST", "/proposals", 0, house.wanted(), expect=201)
    house.ask("POST", f"/proposals/{made['id']}/sponsors", 1)
    left = house.ask("DELETE", f"/proposals/{made['id']}/sponsors/me", 1)
    assert len(left["items"]) == 1
    house.ask("DELETE", f"/proposals/{made['id']}/sponsors/me", 0, expect=403)


def test_law_07_what_nobody_may_see_answers_like_what_is_not_there(house: House) -> None:
    made = house.ask("POST", "/proposals", 0, house.wanted(submit=False), expect=201)
    for number in (made["id"], "7"):
        for what in ("objections", "petitions", "joint"):
            house.ask("GET", f"/proposals/{number}/{what}", 1, expect=404)
        house.ask("POST", f"/proposals/{number}/rebase", 1, {}, expect=404)
        house.ask("DELETE", f"/proposals/{number}/sponsors/me", 1, expect=404)
        body = {"reason": "No.", "clause": "/photos/per_day"}
        house.ask("POST", f"/proposals/{number}/objections", 1, body, expect=404)
        house.ask("POST", f"/proposals/{number}/petitions", 4, {"guild": "weavers"}, expect=404)
