"""From a report to a suspension and back, over HTTP: a jury asks, all vote in secret, it ends by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlmodel import Session

from app import jobs
from coop.call import Platform
from coop.clock import Clock
from coop.tables import OAuthToken
from tests.factories import bearer_for, make_member

DAYS, MINUTES = timedelta(days=1), timedelta(minutes=1)
HANDLES = (
    "mal", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo", "ida", "jon", "kim", "lea", "mia", "nora",
)  # fmt: skip
JUDGES = HANDLES[3:12]
WORK = ("advance proposals", "suspensions", "checkpoint", "cases", "announce")


class Coop:
    """Fourteen members, who ask over HTTP, and the worker."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client, self.clock = client, clock
        self.bearers = {handle: bearer_for(session, make_member(session, handle)) for handle in HANDLES}
        never = datetime(2036, 1, 1, tzinfo=UTC)
        session.execute(update(OAuthToken).values(expires_at=never, refresh_expires_at=never))
        platform: Platform = app.extensions["allotment"]
        self.jobs = [job for job in jobs(platform, app.extensions["object_store"]) if job.name in WORK]

    def ask(self, method: str, path: str, who: str | None, body: Any = None, status: int = 200) -> Any:
        """Send one request as a member, or as nobody, and return what is answered."""
        headers = {} if who is None else self.bearers[who]
        answer = self.client.open(f"/api/v1{path}", method=method, headers=headers, json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def later(self, length: timedelta) -> None:
        """Let time pass, and the worker come."""
        self.clock.offset += length
        for job in self.jobs:
            job.run()

    def judge(self, measure: str) -> None:
        """Have the jury of the case that is open remove the thing."""
        for juror in JUDGES:
            for case in self.ask("GET", "/moderation/cases", juror):
                ballot = {"outcome": "remove", "measure": measure}
                self.ask("POST", f"/moderation/cases/{case['id']}/ballot", juror, ballot, 201)


@pytest.fixture
def coop(app: Flask, client: FlaskClient, session: Session, clock: Clock) -> Coop:
    """The coop after mal wrote something, two reported it, and a jury asked that mal is suspended."""
    coop = Coop(app, client, session, clock)
    for judge in JUDGES:
        coop.ask("PUT", "/members/me/jury-service", judge)
    post = coop.ask("POST", "/posts", "mal", {"body": "I know where you live."}, 201)
    for reporter in ("ben", "cleo"):
        coop.ask("POST", f"/posts/{post['id']}/reports", reporter, {"ground": "attack"}, 201)
    coop.later(MINUTES)
    coop.later(20 * MINUTES)
    coop.judge("suspend")
    coop.later(MINUTES)
    return coop


@pytest.fixture
def vote(coop: Coop) -> str:
    """The path of the vote that was opened, as mal is told of it."""
    coop.clock.offset += DAYS
    told = coop.ask("GET", "/notices", "mal")["items"]
    (path,) = {one["path"] for one in told if one["path"].startswith("/proposals/")}
    return str(path)


def decide(coop: Coop, vote: str, yes: int) -> None:
    coop.later(10 * DAYS)
    shown = coop.ask("GET", vote, "ben")
    assert shown["state"] == "voting"
    for place, voter in enumerate(HANDLES[1:]):
        ballot = {"choice": "approved", "marks": [0] if place < yes else []}
        coop.ask("PUT", f"{vote}/secret-ballot", voter, ballot | {"patch_sha256": shown["patch_sha256"]})
    coop.later(11 * DAYS)
    coop.later(8 * DAYS)


def test_a_member_is_suspended_by_a_vote_of_all_and_comes_back(coop: Coop, vote: str) -> None:
    shown = coop.ask("GET", f"{vote}/suspension", "mal")
    assert (shown["member"], shown["days"], shown["mine"]) == ("mal", 28, True)
    said = {"stance": "against", "body": "I quoted a film."}
    coop.ask("POST", f"{vote}/arguments", "mal", said, 201)
    coop.ask("POST", "/posts", "mal", {"body": "Still here."}, 201)
    decide(coop, vote, yes=10)
    until = coop.ask("GET", "/members/me", "mal")["suspended_until"]
    assert until is not None
    refused = coop.ask("POST", "/posts", "mal", {"body": "Hm"}, 403)
    assert refused["errors"][0]["clause"]["clause"] == "/suspensions/withholds"
    coop.ask("PUT", "/members/ben/follow", "mal", status=403)
    coop.ask("GET", vote, "mal")
    coop.later(28 * DAYS)
    assert coop.ask("GET", "/members/me", "mal")["suspended_until"] is None
    coop.ask("POST", "/posts", "mal", {"body": "I am back."}, 201)


def test_a_vote_against_it_leaves_everything_as_it_is(coop: Coop, vote: str) -> None:
    decide(coop, vote, yes=6)
    assert coop.ask("GET", vote, "ben")["state"] == "rejected"
    assert coop.ask("GET", "/members/me", "mal")["suspended_until"] is None
    coop.ask("POST", "/posts", "mal", {"body": "Still here."}, 201)


def test_visitors_and_public_feeds_name_nobody(coop: Coop, vote: str) -> None:
    decide(coop, vote, yes=10)
    for path in (vote, "/proposals", "/decisions.atom", "/moderation"):
        answer = coop.client.get(path)
        assert answer.status_code == 200
        assert b"@mal" not in answer.data
        assert b">mal<" not in answer.data
