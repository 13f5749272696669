"""Contests, numbers and questions over HTTP."""

import hashlib
from typing import Any

import pytest
import rfc8785
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlmodel import Session

from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.tables import OAuthToken
from tests.factories import bearer_for, make_members
from tests.governance.contesting import CHOICES, CLAUSE, PLACES
from tests.governance.test_routes import FAR, House

CONTEST = {"method": "schulze", "patch": [], "options": {"choices": CHOICES}}
NUMBER = {"method": "median", "patch": [], "options": CLAUSE}
QUESTION = {"kind": "question", "patch": [], "base_sha256": "", "options": {"choices": PLACES}}


@pytest.fixture
def house(client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock) -> House:
    """Five members with tokens that outlast every vote."""
    tokens = [bearer_for(session, row) for row in make_members(session, 5)]
    session.execute(update(OAuthToken).values(expires_at=FAR, refresh_expires_at=FAR))
    return House(client, session, database, books, clock, tokens)


def propose(house: House, wanted: dict[str, Any]) -> dict[str, Any]:
    """A proposal that is being voted on."""
    made = house.ask("POST", "/proposals", 0, house.wanted(**wanted), expect=201)
    for who in (1, 2):
        house.ask("POST", f"/proposals/{made['id']}/sponsors", who)
    return house.until_voting(made)


def vote(house: House, made: dict[str, Any], who: int, expect: int = 200, **said: Any) -> Any:
    body = {"patch_sha256": made["patch_sha256"], "rehearsal_sha256": made["rehearsal_sha256"]} | said
    return house.ask("PUT", f"/proposals/{made['id']}/ballot", who, body, expect)


def decided(house: House, made: dict[str, Any]) -> Any:
    house.go_to(made["times"]["due_at"])
    house.advance()
    return house.ask("GET", f"/proposals/{made['id']}", 4)


def test_a_contest_shows_what_each_choice_changes_and_takes_rankings(house: House) -> None:
    made = propose(house, CONTEST)
    assert (made["method"], made["risk_class"], made["diff"]) == ("schulze", "A", "")
    assert [choice["label"] for choice in made["choices"]] == ["As it is", "Eighty", "A hundred"]
    assert made["choices"][0]["diff"] == ""
    assert [(one["pointer"], one["label"], one["state"]) for one in made["rehearsals"]] == [
        ("/options/choices/1", "Eighty", "done"),
        ("/options/choices/2", "A hundred", "done"),
    ]
    assert "+per_day = 100" in made["choices"][2]["diff"]
    for who, marks in enumerate(([2, 1, 0], [2], [1, 2], [2, 0])):
        receipt = vote(house, made, who, choice="ranked", marks=marks)
        assert (receipt["marks"], receipt["value"]) == (marks, None)
    told = decided(house, made)
    assert (told["state"], told["tally"]["result"]["chosen"]) == ("in_force", [2])
    assert told["diff"] == made["choices"][2]["diff"]
    shown = house.ask("GET", f"/proposals/{made['id']}/ballots", 4)["items"]
    assert sorted(ballot["marks"] for ballot in shown) == [[1, 2], [2], [2, 0], [2, 1, 0]]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"choice": "for"}, "/choice"),
        ({"choice": "ranked"}, "/marks"),
        ({"choice": "ranked", "marks": [1, 1]}, "/marks/1"),
        ({"choice": "ranked", "marks": [3]}, "/marks/0"),
        ({"choice": "ranked", "marks": ["1"]}, "/marks/0"),
        ({"choice": "ranked", "marks": [1], "value": 5}, "/marks"),
    ],
)
def test_a_ballot_that_answers_no_contest_is_told_where(house: House, said: Any, where: str) -> None:
    made = propose(house, CONTEST)
    problem = vote(house, made, 0, expect=422, **said)
    assert [error["pointer"] for error in problem["errors"]] == [where]


def test_a_number_is_named_and_becomes_the_clause(house: House) -> None:
    made = propose(house, NUMBER)
    assert made["options"] == {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
    assert made["choices"] == []
    problem = vote(house, made, 0, expect=422, choice="named", value=501)
    assert [error["pointer"] for error in problem["errors"]] == ["/value"]
    for who, value in enumerate((90, "100", 80, 70)):
        assert vote(house, made, who, choice="named", value=value)["value"] == str(value)
    told = decided(house, made)
    assert told["tally"]["result"]["count"]["value"] == 80
    assert "+per_day = 80" in told["diff"]


@pytest.mark.parametrize("wanted", [CONTEST, NUMBER])
def test_law_05_whoever_has_the_reports_computes_what_ballots_bind_to(
    house: House, wanted: dict[str, Any]
) -> None:
    made = propose(house, wanted)
    told = house.ask("GET", f"/proposals/{made['id']}/rehearsals", 3)
    hashes = {one["pointer"]: sha256_of(one["report"]) for one in told["items"]}
    assert [one["report_sha256"] for one in told["items"]] == list(hashes.values())
    assert len(hashes) == 2
    assert sha256_of(hashes) == told["rehearsal_sha256"] == made["rehearsal_sha256"]
    stale = [None, "0" * 64, *hashes.values()]
    for digest in stale:
        problem = vote(house, made, 0, expect=409, choice="abstain", rehearsal_sha256=digest)
        assert [error["pointer"] for error in problem["errors"]] == ["/rehearsal_sha256"]
    assert vote(house, made, 0, choice="abstain")["rehearsal_sha256"] == told["rehearsal_sha256"]


def sha256_of(document: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def test_a_question_is_answered_and_changes_no_policy(house: House) -> None:
    made = propose(house, QUESTION)
    assert (made["method"], made["risk_class"], made["base_version"]) == ("approval", "B", 0)
    assert (made["rehearsals"], made["rehearsal_sha256"], made["times"]["held"]) == ([], None, False)
    for who, marks in enumerate(([1], [0, 1], [1, 2], [])):
        vote(house, made, who, choice="approved", marks=marks)
    told = decided(house, made)
    assert (told["state"], told["enacted"]) == ("in_force", None)
    assert told["tally"]["result"]["chosen"] == [1]


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (CONTEST | {"options": {"choices": CHOICES[:1]}}, "/options/choices"),
        (NUMBER | {"options": {"clause": "/photos/none"}}, "/options/clause"),
        (NUMBER | {"options": {"clause": "/photos/per_day", "max": 1e300}}, "/options/max"),
        (QUESTION | {"method": "stv"}, "/method"),
    ],
)
def test_law_13_what_cannot_be_voted_on_is_refused_with_its_place(
    house: House, wanted: dict[str, Any], where: str
) -> None:
    problem = house.ask("POST", "/proposals", 0, house.wanted(**wanted), expect=422)
    assert problem["errors"][0]["pointer"].startswith(where)
    assert house.ask("GET", "/proposals", 0)["items"] == []
