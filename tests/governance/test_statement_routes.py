"""Statements and the opinion map over HTTP."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlmodel import Session
from werkzeug.test import TestResponse

from app import jobs
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.worker import Job
from governance.deliberation import maps
from governance.deliberation.statement_tables import StatementVote
from governance.tables import Proposal
from tests.factories import bearer_for, id_of, make_members

MORE_PHOTOS = [{"op": "replace", "path": "/photos/per_day", "value": 100}]


class Hall:
    """A proposal in deliberation, and members with tokens."""

    def __init__(self, client: FlaskClient, session: Session, number: int) -> None:
        self.client = client
        self.session = session
        self.people = make_members(session, number)
        self.tokens = [bearer_for(session, member) for member in self.people]
        policy = self.ask("GET", "/policies/coop/media", 0)
        wanted = {"kind": "media", "title": "More", "patch": MORE_PHOTOS, "base_sha256": policy["sha256"]}
        made = self.ask("POST", "/proposals", 0, wanted, expect=201)
        self.path = f"/proposals/{made['id']}"
        for who in (1, 2):
            if self.ask("GET", self.path, 0)["state"] == "sponsoring":
                self.ask("POST", f"{self.path}/sponsors", who)

    def ask(self, method: str, path: str, who: int, body: Any = None, expect: int = 200) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.tokens[who])
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer.get_json() if answer.data else None

    def write(self, words: str, who: int = 0, expect: int = 201) -> Any:
        return self.ask("POST", f"{self.path}/statements", who, {"words": words}, expect)

    def say(self, statement: str, who: int, answer: str, expect: int = 200) -> Any:
        return self.ask("PUT", f"/statements/{statement}/answer", who, {"answer": answer}, expect)

    def all_say(self, made: list[str]) -> None:
        """Twenty agree with the even statements and the last one, the others with the odd ones."""
        now = Clock().now(self.session)
        rows = [
            {
                "proposal_id": int(self.path.rpartition("/")[2]),
                "member_id": id_of(member),
                "statement_id": int(statement),
                "value": 1 if number == len(made) - 1 or (number % 2 == 0) == (who < 20) else -1,
                "at": now,
            }
            for who, member in enumerate(self.people)
            for number, statement in enumerate(made)
        ]
        self.session.execute(insert(StatementVote), rows)


@pytest.fixture
def hall(client: FlaskClient, session: Session) -> Hall:
    return Hall(client, session, 32)


def test_statements_are_written_asked_answered_and_mapped(
    hall: Hall, database: Database, books: Books, clock: Clock
) -> None:
    made = [hall.write(f"Statement {number}.", who=number % 2)["id"] for number in range(4)]
    first = hall.ask("GET", f"{hall.path}/map", 5)
    assert (first["map"], first["you"], first["people"], first["needed"]) == (None, None, 0, 4)
    hall.all_say(made)
    for number, answer in enumerate(("agree", "pass", "disagree", "agree")):
        hall.say(made[number], 25, answer)
    maps.redraw_due(database, books, clock)
    found = hall.ask("GET", f"{hall.path}/map", 25)
    assert [(one["name"], one["people"]) for one in found["map"]["groups"]] == [("A", 20), ("B", 12)]
    assert [one["statement"] for one in found["map"]["consensus"]] == [made[3]]
    assert (found["you"]["group"], found["answered"]) == ("B", 4)
    clauses = {rule["clause"]: rule["value"] for rule in found["rules"]}
    assert clauses["/map/participants"] == 30
    page = hall.ask("GET", f"{hall.path}/statements?limit=3", 25)
    assert [one["answer"] for one in page["items"]] == ["agree", "disagree", "pass"]
    rest = hall.ask("GET", f"{hall.path}/statements?limit=3&cursor={page['next']}", 25)
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([made[0]], None)


def test_the_next_statement_comes_without_its_author(hall: Hall) -> None:
    made = hall.write("Bread is a right.")
    found = hall.ask("GET", f"{hall.path}/statements/next", 4)
    assert found == {"statement": made["id"], "words": "Bread is a right.", "answered": 0, "left": 1}
    assert hall.say(made["id"], 4, "pass")["answer"] == "pass"
    assert hall.ask("GET", f"{hall.path}/statements/next", 4)["statement"] is None


def test_a_statement_is_read_with_one_s_own_answer(hall: Hall) -> None:
    made = hall.write("Bread is a right.")
    assert hall.ask("GET", f"/statements/{made['id']}", 0) == made
    assert hall.say(made["id"], 4, "agree") == hall.ask("GET", f"/statements/{made['id']}", 4)
    assert hall.ask("GET", f"/statements/{made['id']}", 5)["answer"] is None
    (listed,) = hall.ask("GET", f"{hall.path}/statements", 4)["items"]
    assert listed == hall.ask("GET", f"/statements/{made['id']}", 4)
    hall.ask("DELETE", f"/statements/{made['id']}", 0, expect=204)
    assert hall.ask("GET", f"/statements/{made['id']}", 4)["words"] is None


def test_law_07_a_statement_on_a_proposal_that_one_may_not_see_is_not_there(hall: Hall) -> None:
    made = hall.write("Bread is a right.")
    path = f"/api/v1/statements/{made['id']}"
    assert hall.client.get(path, headers=hall.tokens[4]).status_code == 200
    proposal = hall.session.get_one(Proposal, int(made["proposal"]))
    proposal.submitted_at = proposal.sponsors_needed = None
    hall.session.flush()
    hidden, unknown = (hall.client.get(at, headers=hall.tokens[4]) for at in (path, "/api/v1/statements/7"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


def test_a_statement_that_is_written_twice_with_one_key_is_answered_as_it_stands(hall: Hall) -> None:
    headers = hall.tokens[0] | {"Idempotency-Key": "k1"}

    def write() -> TestResponse:
        body = {"words": "Bread is a right."}
        return hall.client.post(f"/api/v1{hall.path}/statements", json=body, headers=headers)

    made = write()
    hall.say(made.get_json()["id"], 0, "agree")
    again = write()
    assert (again.status_code, again.get_json()) == (201, {**made.get_json(), "answer": "agree"})


def test_what_breaks_a_rule_is_refused(hall: Hall) -> None:
    made = hall.write("Bread is a right.")
    hall.write("Bread is a right.", who=1, expect=409)
    hall.write("", expect=422)
    hall.say(made["id"], 1, "maybe", expect=422)
    hall.say("1", 1, "agree", expect=404)
    hall.ask("DELETE", f"/statements/{made['id']}", 1, expect=403)
    hall.ask("DELETE", f"/statements/{made['id']}", 0, expect=204)
    (left,) = hall.ask("GET", f"{hall.path}/statements", 1)["items"]
    assert (left["words"], left["removed_at"] is not None) == (None, True)


def test_maps_are_drawn_by_a_job(app: Flask) -> None:
    found: list[Job] = jobs(app.extensions["allotment"], app.extensions["object_store"])
    (job,) = [one for one in found if one.name == "opinion maps"]
    assert job.seconds == 60
    assert job.run() == 0
