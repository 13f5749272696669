"""Proposals, sponsors and ballots over HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlmodel import Session

from app import APIS, ENACTORS, REPLAYERS
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.tables import OAuthToken
from governance import enactment
from governance.rehearsal import running
from tests.factories import bearer_for, make_member, make_members

FAR = datetime(2200, 1, 1, tzinfo=UTC)
PROPOSAL = "/proposals/<id:proposal_id>"
MORE_PHOTOS = [{"op": "replace", "path": "/photos/per_day", "value": 100}]


@dataclass
class House:
    """Five members with tokens that outlast every vote, and a clock to move."""

    client: FlaskClient
    session: Session
    database: Database
    books: Books
    clock: Clock
    tokens: list[dict[str, str]] = field(default_factory=list)

    def ask(self, method: str, path: str, who: int, body: Any = None, expect: int = 200) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.tokens[who])
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer.get_json()

    def go_to(self, moment: str) -> None:
        self.clock.offset = datetime.fromisoformat(moment) - Clock().now(self.session) + timedelta(seconds=1)

    def advance(self) -> None:
        enactment.advance(self.database, self.books, self.clock, ENACTORS)

    def until_voting(self, made: dict[str, Any]) -> dict[str, Any]:
        """Rehearse a sponsored proposal and go to the moment at which its vote opens."""
        path = f"/proposals/{made['id']}"
        times = self.ask("GET", path, 3)["times"]
        self.go_to(times["verification_at"])
        self.advance()
        waiting = self.ask("GET", path, 3)["rehearsals"]
        assert running.rehearse_due(self.database, self.books, self.clock, REPLAYERS) == len(waiting)
        self.go_to(times["voting_at"])
        found: dict[str, Any] = self.ask("GET", path, 3)
        return found

    def wanted(self, **changed: Any) -> dict[str, Any]:
        policy = self.ask("GET", "/policies/coop/media", 0)
        body = {
            "kind": "media",
            "title": "More photos",
            "patch": MORE_PHOTOS,
            "base_sha256": policy["sha256"],
        }
        return body | changed

    def voting(self, photos: int = 100) -> dict[str, Any]:
        """A proposal that is being voted on; of class B where it asks for more than 500 photos."""
        patch = [{**MORE_PHOTOS[0], "value": photos}]
        made = self.ask("POST", "/proposals", 0, self.wanted(patch=patch), expect=201)
        for who in (1, 2):
            self.ask("POST", f"/proposals/{made['id']}/sponsors", who)
        return self.until_voting(made)

    def cast(self, made: dict[str, Any], who: int, choice: str, expect: int = 200, **said: str) -> Any:
        shown = {name: made[name] for name in ("patch_sha256", "rehearsal_sha256")}
        body = {"choice": choice} | shown | said
        return self.ask("PUT", f"/proposals/{made['id']}/ballot", who, body, expect)


@pytest.fixture
def house(client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock) -> House:
    tokens = [bearer_for(session, row) for row in make_members(session, 5)]
    session.execute(update(OAuthToken).values(expires_at=FAR, refresh_expires_at=FAR))
    return House(client, session, database, books, clock, tokens)


def test_a_proposal_goes_all_the_way_over_http(house: House) -> None:
    made = house.ask("POST", "/proposals", 0, house.wanted(rationale="We see more."), expect=201)
    assert (made["state"], made["risk_class"], made["sponsors_needed"]) == ("sponsoring", "A", 3)
    assert "+per_day = 100" in made["diff"]
    assert {rule["clause"]: rule["value"] for rule in made["rules"]}["/classes/A/threshold"] == 0.6
    path = f"/proposals/{made['id']}"
    for who in (1, 2):
        signed = house.ask("POST", f"{path}/sponsors", who)
    assert (len(signed["items"]), signed["state"]) == (3, "deliberation")
    made = house.until_voting(made)
    times = made["times"]
    for who, choice in enumerate(("for", "for", "for", "against")):
        receipt = house.cast(made, who, choice, reason="So be it.")
    assert house.ask("GET", f"{path}/ballot", 3) == receipt
    house.ask("GET", f"{path}/ballots", 4, expect=409)
    house.go_to(times["closes_at"])
    house.advance()
    page = house.ask("GET", f"{path}/ballots?limit=3", 4)
    rest = house.ask("GET", f"{path}/ballots?limit=3&cursor={page['next']}", 4)
    assert sorted(one["choice"] for one in page["items"] + rest["items"]) == ["against", "for", "for", "for"]
    assert rest["next"] is None
    told = house.ask("GET", path, 4)
    assert (told["state"], told["tally"]["for"], told["tally"]["threshold"]) == ("timelock", 3, "3/5")
    house.go_to(times["due_at"])
    house.advance()
    told = house.ask("GET", path, 4)
    assert (told["state"], told["enacted"]["version"]) == ("in_force", 2)
    policy = house.ask("GET", "/policies/coop/media", 4)
    clause = next(clause for clause in policy["clauses"] if clause["clause"] == "/photos/per_day")
    assert (clause["value"], clause["proposal"]) == (100, made["id"])


def test_law_13_what_is_wrong_with_a_patch_is_told_by_its_clause(house: House) -> None:
    patch = [{"op": "replace", "path": "/photos/per_day", "value": "many"}]
    problem = house.ask("POST", "/proposals", 0, house.wanted(patch=patch), expect=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/photos/per_day"]
    house.ask("POST", "/proposals", 0, house.wanted(base_sha256="0" * 64), expect=409)
    assert house.ask("GET", "/proposals", 0)["items"] == []


def test_law_07_a_draft_and_all_that_is_read_of_it_answer_others_as_if_it_did_not_exist(house: House) -> None:
    made = house.ask("POST", "/proposals", 0, house.wanted(submit=False), expect=201)
    assert made["state"] == "draft"

    def bytes_of(number: int, what: str, who: int) -> bytes:
        answer = house.client.get(f"/api/v1/proposals/{number}{what}", headers=house.tokens[who])
        assert answer.status_code == 404
        return answer.get_data()

    read = {operation.path for api in APIS for operation in api.operations if operation.method == "GET"}
    below = [path.removeprefix(PROPOSAL) for path in sorted(read) if path.startswith(PROPOSAL)]
    assert len(below) > 20
    for what in below:
        assert bytes_of(int(made["id"]), what, 1) == bytes_of(7, what, 1)
    assert [one["id"] for one in house.ask("GET", "/proposals?show=drafts", 0)["items"]] == [made["id"]]
    assert house.ask("GET", "/proposals?show=drafts", 1)["items"] == []


def test_a_draft_is_replaced_submitted_and_withdrawn(house: House) -> None:
    made = house.ask("POST", "/proposals", 0, house.wanted(submit=False), expect=201)
    path = f"/proposals/{made['id']}"
    other = house.ask("PUT", path, 0, house.wanted(title="Another name"))
    assert other["title"] == "Another name"
    assert other["patch_sha256"] != made["patch_sha256"]
    assert house.ask("POST", f"{path}/submission", 0)["state"] == "sponsoring"
    house.ask("PUT", path, 0, house.wanted(), expect=409)
    house.ask("POST", f"{path}/withdrawal", 1, expect=403)
    gone = house.ask("POST", f"{path}/withdrawal", 0)
    assert (gone["state"], gone["end_reason"]) == ("withdrawn", "Its author took it back.")


def test_a_list_is_paged_and_shows_the_newest_first(house: House) -> None:
    made = [house.ask("POST", "/proposals", 0, house.wanted(), expect=201)["id"] for _ in range(3)]
    page = house.ask("GET", "/proposals?limit=2&kind=media&scope=coop", 1)
    rest = house.ask("GET", f"/proposals?limit=2&cursor={page['next']}", 1)
    assert [one["id"] for one in page["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert house.ask("GET", "/proposals?show=ended", 1)["items"] == []


def test_law_05_a_ballot_that_names_another_patch_is_a_conflict(house: House) -> None:
    made = house.voting(photos=5000)
    house.cast(made, 1, "for", patch_sha256="0" * 64, expect=409)
    house.cast(made, 1, "block", expect=422)
    house.cast(made, 1, "perhaps", expect=422)
    blocked = house.cast(made, 1, "block", reason="Too many.", clause="/photos/per_day")
    assert (blocked["version"], blocked["choice"]) == (1, "block")
    assert house.cast(made, 1, "abstain")["version"] == 2


def test_whoever_is_not_on_the_roll_is_told_so(house: House) -> None:
    made = house.voting()
    late = make_member(
        house.session, joined_at=datetime.fromisoformat(made["times"]["voting_at"]) + timedelta(1)
    )
    house.tokens.append(bearer_for(house.session, late))
    house.session.execute(update(OAuthToken).values(expires_at=FAR))
    house.cast(made, 5, "for", expect=403)
    house.ask("GET", f"/proposals/{made['id']}/ballot", 5, expect=404)


@pytest.mark.parametrize(
    "path", ["/proposals", "/proposals/7", "/proposals/7/sponsors", "/proposals/7/ballot"]
)
def test_the_record_is_for_members(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401
