"""Reports, juries and appeals over HTTP, from the report to the release."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from audience.cases import advancing
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from tests.audience.cases.judging import make_jurors
from tests.factories import bearer_for, make_member

Headers = dict[str, str]
API = "/api/v1"


class Coop:
    """Members with their tokens, and the worker."""

    def __init__(self, client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock):
        self.client, self.session = client, session
        self.database, self.books, self.clock = database, books, clock
        names = ("ada", "ben", "cem", *(f"juror{number}" for number in range(12)))
        self.tokens = {name: bearer_for(session, make_member(session, name)) for name in names}
        for name in names[3:]:
            assert client.put(f"{API}/members/me/jury-service", headers=self.tokens[name]).status_code == 200

    def works(self, after: timedelta = timedelta()) -> None:
        self.clock.offset += after
        advancing.advance(self.database, self.books, self.clock)
        self.session.expire_all()

    def get(self, who: str, path: str) -> Any:
        return self.client.get(f"{API}{path}", headers=self.tokens[who]).get_json()

    def post(self, who: str, path: str, **body: Any) -> Any:
        return self.client.post(f"{API}{path}", json=body, headers=self.tokens[who])

    def jurors(self) -> dict[str, str]:
        """Return who judges a case, and which."""
        found = {name: self.get(name, "/moderation/cases") for name in self.tokens}
        return {name: cases[0]["id"] for name, cases in found.items() if cases}


@pytest.fixture
def coop(
    client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock, signed: None
) -> Coop:
    return Coop(client, session, database, books, clock)


@pytest.fixture
def signed(session: Session) -> None:
    """Sign the ledger once, so that there is a root to draw by."""
    make_jurors(session, 0)


def test_reports_call_a_jury_whose_word_is_carried_out_and_appealed(coop: Coop, app: Flask) -> None:
    made = coop.post("ada", "/posts", body="You fools").get_json()
    grounds = coop.get("ben", "/moderation/grounds")
    assert grounds[0]["clause"] == "/grounds/attack/about"
    for name in ("ben", "cem"):
        answer = coop.post(name, f"/posts/{made['id']}/reports", ground="attack", words="See line 1")
        assert answer.status_code == 201, answer.get_json()
    assert answer.get_json()["state"] == "called"
    coop.works(timedelta(minutes=11))
    jurors = coop.jurors()
    assert len(jurors) == 5
    for name, case in jurors.items():
        seen = coop.get(name, f"/moderation/cases/{case}")
        assert seen["body"] == "You fools" and "ada" not in str(seen)
        assert coop.post(name, f"/moderation/cases/{case}/remarks", body="Rude").status_code == 201
        answer = coop.post(name, f"/moderation/cases/{case}/ballot", outcome="remove", measure="warn")
        assert answer.status_code == 201, answer.get_json()
    assert answer.get_json()["tally"]["outcome"] == {"remove": 5}
    assert coop.client.get(f"{API}/posts/{made['id']}", headers=coop.tokens["ben"]).status_code == 404
    assert coop.get("ben", "/moderation/reports")["items"][0]["acted"] is True
    (statement,) = coop.get("ada", "/moderation/decisions")["items"]
    assert (statement["action"], statement["causes"][0]["by"]) == ("remove", "jury")
    appealed = coop.post("ada", f"/moderation/decisions/{statement['id']}/appeal", words="They are mine")
    assert appealed.status_code == 201
    assert coop.post("ada", f"/moderation/decisions/{statement['id']}/appeal").status_code == 409
    coop.works(timedelta(minutes=11))
    fresh = coop.jurors()
    assert len(fresh) == 5 and not set(fresh) & set(jurors)
    for name, case in fresh.items():
        assert coop.post(name, f"/moderation/cases/{case}/ballot", outcome="none").status_code == 201
    assert coop.client.get(f"{API}/posts/{made['id']}", headers=coop.tokens["ben"]).status_code == 200
    (statement,) = coop.get("ada", "/moderation/decisions")["items"]
    assert (statement["judged"], statement["ended_why"]) == ("overturned", "jury")


def test_law_07_a_case_is_not_there_for_others_and_reports_are_refused_like_what_is_not_there(
    coop: Coop,
) -> None:
    made = coop.post("ada", "/posts", body="Bread", audience={"preset": "self"}).get_json()
    hidden = coop.post("ben", f"/posts/{made['id']}/reports", ground="attack")
    unknown = coop.post("ben", "/posts/7/reports", ground="attack")
    assert (hidden.status_code, hidden.data) == (404, unknown.data)
    for path in ("/moderation/cases/7", "/moderation/cases/7/picture"):
        assert coop.client.get(f"{API}{path}", headers=coop.tokens["ben"]).status_code == 404
    assert coop.post("ben", "/moderation/decisions/7/appeal").status_code == 404


def test_bad_reports_are_answered_with_what_to_do(coop: Coop) -> None:
    made = coop.post("ada", "/posts", body="Bread").get_json()
    wrong = coop.post("ben", f"/posts/{made['id']}/reports", ground="envy")
    assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/ground")
    own = coop.post("ada", f"/posts/{made['id']}/reports", ground="attack")
    assert own.status_code == 422
    assert coop.post("ben", f"/posts/{made['id']}/reports", ground="attack").status_code == 201
    assert coop.post("ben", f"/posts/{made['id']}/reports", ground="attack").status_code == 409


def test_anybody_reads_the_record_and_members_the_roster(coop: Coop) -> None:
    coop.post("ada", "/posts", body="Buy now! Limited offer!")
    coop.clock.offset += timedelta(days=1)
    month = coop.client.get(f"{API}/moderation/figures").get_json()["month"]
    (entry,) = coop.client.get(f"{API}/moderation/log").get_json()["items"]
    assert (entry["clause"], entry["by"], entry["action"]) == ("/rules/selling/when", "rule", "collapse")
    assert "matched" not in entry and "id" not in entry
    quality = coop.client.get(f"{API}/moderation/quality").get_json()
    assert {one["name"]: one["decided"] for one in quality}["selling"] == 1
    found = coop.get("ada", f"/moderation/roster?month={month}")
    assert (found["offering"], found["cases"], found["load"]) == (12, None, [])
    for path in ("/moderation/log?guild=bakers", "/moderation/roster?guild=bakers"):
        assert coop.client.get(f"{API}{path}", headers=coop.tokens["ada"]).status_code == 404
    for wrong in ("2026-13", "0000-01", "now"):
        assert coop.client.get(f"{API}/moderation/figures?month={wrong}").status_code == 422


def test_a_juror_steps_down_over_http(coop: Coop) -> None:
    made = coop.post("ada", "/posts", body="Bread").get_json()
    coop.post("ben", f"/posts/{made['id']}/reports", ground="mine")
    coop.works(timedelta(minutes=11))
    name, case = next(iter(coop.jurors().items()))
    left = coop.client.delete(f"{API}/moderation/cases/{case}/seat", headers=coop.tokens[name])
    assert left.status_code == 204
    assert len(coop.jurors()) == 5 and name not in coop.jurors()
    assert coop.client.delete(f"{API}/members/me/jury-service", headers=coop.tokens[name]).status_code == 204
    assert coop.get(name, "/members/me/jury-service") == {"since": None}


def test_a_profile_is_reported_by_its_handle_and_the_record_tells_what_was_done(coop: Coop) -> None:
    for name in ("ben", "cem"):
        answer = coop.post(name, "/members/ada/reports", ground="deceit", words="She is not Ada")
        assert answer.status_code == 201
    assert answer.get_json()["state"] == "called"
    assert coop.post("ada", "/members/ada/reports", ground="deceit").status_code == 422
    assert coop.post("ben", "/members/nobody/reports", ground="deceit").status_code == 404
    grounds = {one["name"]: one for one in coop.get("ben", "/moderation/grounds?thing=profile")}
    assert grounds["deceit"]["outcomes"] == ["label", "remove"]
    coop.works(timedelta(minutes=11))
    jurors = coop.jurors()
    for name, case in jurors.items():
        read = coop.get(name, f"/moderation/cases/{case}")
        assert (read["thing"], read["outcomes"]) == ("profile", ["none", "label", "remove"])
        assert coop.post(name, f"/moderation/cases/{case}/ballot", outcome="label").status_code in (200, 201)
    flag = coop.get("ben", "/members/ada")["flag"]
    assert (flag["action"], flag["labels"]) == ("label", ["doubtful"])
    statement = coop.get("ada", f"/moderation/decisions/{flag['decision']}")
    assert (statement["about"], statement["came_of"], statement["there"]) == ("profile", "report", True)
    coop.clock.offset += timedelta(days=2)
    (entry,) = coop.get("cem", f"/moderation/log?month={statement['made_at'][:7]}")["items"]
    assert (entry["thing"], entry["action"]) == ("profile", "label")
