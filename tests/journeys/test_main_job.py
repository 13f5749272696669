"""The main job in one process: a rehearsed vote changes what people see, and why? names the vote."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from app import jobs
from coop import ledger
from coop.call import Platform
from coop.clock import Clock
from governance import audit
from tests.factories import bearer_for, make_guild, make_member

DAYS = timedelta(days=1)
HANDLES = ("ana", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo")
WORK = ("advance proposals", "rehearsals", "tripwires")


class Coop:
    """Eight members, who ask over HTTP, and the worker."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        people = [make_member(session, handle) for handle in HANDLES]
        self.bearers = {
            handle: bearer_for(session, person) for handle, person in zip(HANDLES, people, strict=True)
        }
        make_guild(session, "bakers", people[0], (people[1],))
        platform: Platform = app.extensions["allotment"]
        self.jobs = [job for job in jobs(platform, app.extensions["object_store"]) if job.name in WORK]

    def ask(self, method: str, path: str, who: str, body: Any = None, status: int = 200) -> Any:
        """Send one request as a member, and return what is answered."""
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.bearers[who], json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def later(self, length: timedelta) -> None:
        """Let time pass, and the worker come."""
        self.clock.offset += length
        for job in self.jobs:
            job.run()

    def propose(self, author: str, sponsors: tuple[str, ...], value: int, **said: Any) -> Any:
        """Propose so many seats, with sponsors."""
        body = {
            "kind": "audience",
            "title": f"Rooms of {value}",
            "patch": [{"op": "replace", "path": "/seats/default", "value": value}],
            "base_sha256": self.ask("GET", "/policies/coop/audience", author)["sha256"],
            **said,
        }
        made = self.ask("POST", "/proposals", author, body, 201)
        for sponsor in sponsors:
            self.ask("POST", f"/proposals/{made['id']}/sponsors", sponsor)
        return made

    def read(self, made: Any) -> Any:
        """Return a proposal as it stands."""
        return self.ask("GET", f"/proposals/{made['id']}", "ana")

    def vote(self, made: Any, *voters: str) -> None:
        """Vote for a proposal as it was rehearsed."""
        shown = self.read(made)
        for voter in voters:
            ballot = {
                "choice": "for",
                "patch_sha256": shown["patch_sha256"],
                "rehearsal_sha256": shown["rehearsal_sha256"],
            }
            self.ask("PUT", f"/proposals/{made['id']}/ballot", voter, ballot)

    def export(self) -> list[str]:
        """Return the record, an event a line."""
        answer = self.client.get("/api/v1/ledger", headers=self.bearers["ana"])
        return answer.get_data(as_text=True).splitlines()

    def seats(self, post: str, who: str) -> Any:
        """Return what why? says of the seats of a post."""
        why = self.ask("GET", f"/posts/{post}/why", who)
        return next(limit for limit in why["limits"] if limit["name"] == "seats")


@pytest.fixture
def coop(app: Flask, client: FlaskClient, session: Session, clock: Clock) -> Coop:
    return Coop(app, client, session, clock)


@pytest.fixture
def post(coop: Coop) -> str:
    """A post of Ana's that Ben and Cleo have seen."""
    made: str = coop.ask("POST", "/posts", "ana", {"body": "for everyone"}, 201)["id"]
    for viewer in ("ben", "cleo"):
        coop.ask("GET", f"/posts/{made}", viewer)
    return made


@pytest.fixture
def three(coop: Coop, post: str) -> Any:
    """Dan's proposal of three seats, in force: it was rehearsed before the vote, and ballots name that."""
    made = coop.propose("dan", ("eve", "finn"), 3)
    assert (made["state"], made["risk_class"], made["sponsors_needed"]) == ("sponsoring", "B", 3)
    rehearsals = f"/proposals/{made['id']}/rehearsals"
    assert coop.ask("GET", rehearsals, "ana") == {"items": [], "rehearsal_sha256": None}
    coop.later(7 * DAYS)
    voting = coop.read(made)
    assert voting["state"] == "voting"
    (found,) = coop.ask("GET", rehearsals, "ana")["items"]
    assert found["report"]["measures"][0]["total"]["lost"] == 0
    assert hashlib.sha256(rfc8785.dumps(found["report"])).hexdigest() == voting["rehearsal_sha256"]
    unseen = {"choice": "for", "patch_sha256": made["patch_sha256"]}
    refused = coop.ask("PUT", f"/proposals/{made['id']}/ballot", "ana", unseen, 409)
    assert [fault["pointer"] for fault in refused["errors"]] == ["/rehearsal_sha256"]
    coop.vote(made, "ana", "ben", "cleo", "dan")
    coop.later(7 * DAYS)
    closed = coop.read(made)
    assert (closed["state"], closed["tally"]["for"], closed["tally"]["roll"]) == ("timelock", 4, 8)
    coop.later(3 * DAYS)
    assert coop.read(made)["state"] == "in_force"
    return made


def test_a_vote_changes_the_next_seat_and_the_next_page(coop: Coop, post: str, three: Any) -> None:
    coop.ask("GET", f"/posts/{post}", "dan")
    hidden = coop.ask("GET", f"/posts/{post}", "eve", status=404)
    assert hidden == coop.ask("GET", "/posts/1", "eve", status=404)
    assert coop.ask("GET", "/feeds/balanced", "eve")["items"] == []
    seats = coop.seats(post, "ben")
    assert seats["value"] == 3
    assert (seats["clause"]["proposal"], seats["clause"]["version"]) == (three["id"], 2)
    assert seats["clause"]["tally"]["for"] == 4


def test_a_tripwire_that_is_crossed_puts_the_old_clause_back_for_the_next_request(
    coop: Coop, post: str, three: Any
) -> None:
    wire = {"metric": "replies", "window_days": 1, "max": 5}
    forty = coop.propose("eve", ("finn", "gil"), 40, tripwires=[wire])
    coop.later(3 * DAYS)
    coop.vote(forty, "ana", "eve", "finn", "gil")
    coop.later(4 * DAYS)
    assert coop.seats(post, "eve")["clause"]["version"] == 3
    answering = ("ben", "cleo", "dan", "eve", "finn", "gil")
    for handle in answering:
        coop.ask("POST", f"/posts/{post}/replies", handle, {"body": "I was there too."}, 201)
    coop.later(timedelta())
    undone = coop.read(forty)
    assert undone["state"] == "reverted"
    assert "6, where at most 5 had been agreed" in undone["undone_reason"]
    assert coop.read(three)["state"] == "in_force"
    coop.ask("GET", f"/posts/{post}", "hugo", status=404)
    for handle in answering:
        coop.ask("GET", f"/posts/{post}", handle)
    seats = coop.seats(post, "ben")
    assert (seats["value"], seats["clause"]["version"], seats["clause"]["proposal"]) == (3, 4, forty["id"])
    assert audit.problems(ledger.read(coop.export())[0]) == []


def test_law_10_the_record_of_it_all_is_counted_again_from_an_export(
    coop: Coop, post: str, three: Any
) -> None:
    events, problems = ledger.read(coop.export())
    assert problems == []
    assert audit.problems(events) == []
    for event in events:
        if event["type"] == "proposal.tallied":
            event["payload"]["tally"]["for"] = 5
    assert audit.problems(events) != []
