"""The inverse of the market, over HTTP: a creator outgrows the limit, and a guild is given what she lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from app import jobs
from coop.call import Platform
from coop.clock import Clock
from coop.features import WIDE_REACH
from coop.policy_text import sha256
from tests.coop.featured import enacted
from tests.factories import bearer_for, make_member

DAYS = timedelta(days=1)
WORK = ("advance proposals", "rehearsals", "metrics", "features")
BAKERS = ("ana", "ben", "cleo", "dan", "eve")
READERS = tuple(f"reader{number}" for number in range(10))
WIDE = {"body": "To whoever bakes", "audience": {"seats": {"max": 900}}}
SMALL: dict[str, Any] = {
    "grant_when": "active_days >= 1 && reach <= 5",
    "keep_when": "reach <= 5",
    "lose_when": "reach > 500",
    "grace_days": 3,
}
"""A limit that ten readers pass."""


class Coop:
    """A creator, her readers and five bakers, who ask over HTTP; and the worker."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.bearers = {
            handle: bearer_for(session, make_member(session, handle))
            for handle in ("mara", *BAKERS, *READERS)
        }
        enacted(session, {f"/features/{WIDE_REACH}/member": SMALL})
        platform: Platform = app.extensions["allotment"]
        self.jobs = [job for job in jobs(platform, app.extensions["object_store"]) if job.name in WORK]

    def ask(self, method: str, path: str, who: str, body: Any = None, status: int = 200) -> Any:
        """Send one request as a member, and return what is answered."""
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.bearers[who], json=body)
        assert answer.status_code == status, answer.data
        return answer.get_json() if answer.data else None

    def later(self, days: int) -> None:
        """Let days pass, and the worker come each morning."""
        for _ in range(days):
            self.clock.offset += DAYS
            for job in self.jobs:
                job.run()

    def stands(self, path: str = "/me/features") -> Any:
        """Return where the creator stands with wide reach, or a guild of hers."""
        return next(one for one in self.ask("GET", path, "mara")["items"] if one["name"] == WIDE_REACH)

    def propose(self, guild: str) -> Any:
        """Propose that a guild holds it, with sponsors."""
        body = {
            "scope": f"guild:{guild}",
            "kind": "features",
            "title": "Let us be heard",
            "rationale": "Five of us answer more than one can.",
            "patch": [{"op": "add", "path": "/held", "value": {WIDE_REACH: True}}],
            "base_sha256": sha256(""),
        }
        made = self.ask("POST", "/proposals", "mara", body, 201)
        for sponsor in BAKERS[:2]:
            self.ask("POST", f"/proposals/{made['id']}/sponsors", sponsor)
        return made

    def vote(self, made: Any) -> None:
        """Have every baker vote for it."""
        shown = self.ask("GET", f"/proposals/{made['id']}", "mara")
        assert shown["state"] == "voting"
        ballot = {name: shown[name] for name in ("patch_sha256", "rehearsal_sha256")}
        for voter in BAKERS:
            self.ask("PUT", f"/proposals/{made['id']}/ballot", voter, {"choice": "for", **ballot})


@pytest.fixture
def coop(app: Flask, client: FlaskClient, session: Session, clock: Clock) -> Coop:
    return Coop(app, client, session, clock)


@pytest.fixture
def lost(coop: Coop) -> Coop:
    """The coop after she gained it, passed the limit, had her grace and lost it."""
    post = coop.ask("POST", "/posts", "mara", {"body": "Bread"}, 201)["id"]
    assert "wide_reach" in coop.ask("POST", "/posts", "mara", WIDE, 422)["errors"][0]["detail"]
    coop.later(1)
    assert coop.stands()["held"]
    coop.ask("POST", "/posts", "mara", WIDE, 201)
    for reader in READERS:
        coop.ask("GET", f"/posts/{post}", reader)
    coop.later(1)
    grace = coop.stands()
    assert grace["held"]
    assert grace["grace_until"] is not None
    assert any("at most 5 (now 10)" in said for said in grace["change"])
    coop.ask("POST", "/posts", "mara", WIDE, 201)
    coop.later(3)
    return coop


def test_she_loses_it_at_the_end_of_the_grace_and_is_shown_the_way_by_a_guild(lost: Coop) -> None:
    after = lost.stands()
    assert (after["held"], after["cause"]) == (False, "grace")
    refused = lost.ask("POST", "/posts", "mara", WIDE, 422)["errors"][0]
    assert refused["clause"]["clause"] == "/seats/ceiling"
    lost.later(1)
    notices = [one for one in lost.ask("GET", "/notices", "mara")["items"] if one["topic"] == "feature"]
    moments = [one["moment"] for one in notices if WIDE_REACH in one["moment"]]
    assert sorted(moments) == [f"{moment}:member:wide_reach" for moment in ("gained", "grace", "lost")]
    assert all("A guild can hold it" in one["detail"] for one in notices if "lost" in one["moment"])


def test_the_guild_that_she_forms_is_given_it_by_a_vote_and_she_reaches_as_far_in_it(lost: Coop) -> None:
    lost.ask("POST", "/guilds", "mara", {"slug": "bakers", "name": "Bakers", "purpose": "to bake"}, 201)
    for baker in BAKERS:
        lost.ask("PUT", "/guilds/bakers/members/me", baker)
        lost.ask("POST", "/posts", baker, {"body": "Rye", "guild": "bakers"}, 201)
    lost.later(1)
    path = "/guilds/bakers/features"
    waiting = lost.stands(path)
    assert (waiting["held"], waiting["since"] is not None, waiting["vote"]["value"]) == (False, True, False)
    in_guild = {**WIDE, "guild": "bakers"}
    lost.ask("POST", "/posts", "mara", in_guild, 422)
    made = lost.propose("bakers")
    lost.later(8)
    lost.vote(made)
    lost.later(10)
    given = lost.stands(path)
    assert (given["held"], given["vote"]["value"], given["vote"]["proposal"]) == (True, True, made["id"])
    post = lost.ask("POST", "/posts", "mara", in_guild, 201)["id"]
    seats = next(
        one for one in lost.ask("GET", f"/posts/{post}/why", "ana")["limits"] if one["name"] == "seats"
    )
    assert seats["value"] == 900
    lost.ask("POST", "/posts", "mara", WIDE, 422)
    lost.ask("POST", "/posts", READERS[0], in_guild, 422)
