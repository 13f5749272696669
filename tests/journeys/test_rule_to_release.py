"""A rule from its proposal on, over HTTP: rehearsed, voted, in force; a jury releases what it holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from app import jobs
from coop.call import Platform
from coop.clock import Clock
from tests.factories import bearer_for, make_member

DAYS, MINUTES = timedelta(days=1), timedelta(minutes=1)
HANDLES = ("ana", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo", "ida", "jon", "kim", "lea")
WRITERS = HANDLES[:5]
WORK = ("advance proposals", "rehearsals", "checkpoint", "cases", "holds that are over")
POLICY = "/policies/coop/moderation"

CURE = "Vinegar is a miracle cure"
QUESTION = "Is vinegar a miracle cure?"
AGAIN = "The bakery is open from seven, and on Sundays from nine"
RULE: dict[str, Any] = {
    "about": "Cures that are none",
    "on": ["post"],
    "when": 'size(words.cures) > 0 && !(text.contains("?"))',
    "then": "hold",
    "notice": "Whoever asks is not held.",
    "appeal_days": 14,
}
PATCH: list[dict[str, Any]] = [
    {"op": "add", "path": "/words/cures", "value": ["miracle cure"]},
    {"op": "add", "path": "/rules/cures", "value": RULE},
    {"op": "replace", "path": "/rules/flood/when", "value": "size(text) > 40 && author.same_day >= 9"},
]
"""A rule more, and one that holds less."""

AT_ONCE = {"rhythm": "at_once", "hour": 18, "weekday": "sunday", "zone": "UTC"}


class Coop:
    """Twelve members, who ask over HTTP, and the worker."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.bearers = {handle: bearer_for(session, make_member(session, handle)) for handle in HANDLES}
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

    def publish(self, who: str, body: str, status: int = 201) -> Any:
        """Publish a post for everybody."""
        return self.ask("POST", "/posts", who, {"body": body}, status)

    def propose(self, patch: list[dict[str, Any]], status: int = 201) -> Any:
        """Propose a change to the rules."""
        body = {
            "kind": "moderation",
            "title": "Cures that are none",
            "rationale": "People stop taking what helps them.",
            "patch": patch,
            "base_sha256": self.ask("GET", POLICY, "ana")["sha256"],
        }
        return self.ask("POST", "/proposals", "ana", body, status)

    def vote(self, made: Any) -> None:
        """Have six vote for a proposal as it was rehearsed."""
        shown = self.ask("GET", f"/proposals/{made['id']}", "ana")
        assert shown["state"] == "voting"
        ballot = {name: shown[name] for name in ("patch_sha256", "rehearsal_sha256")}
        for voter in HANDLES[:6]:
            self.ask("PUT", f"/proposals/{made['id']}/ballot", voter, {"choice": "for", **ballot})


@pytest.fixture
def coop(app: Flask, client: FlaskClient, session: Session, clock: Clock) -> Coop:
    """The coop after five have written a cure, a question, and the same four times, which one rule holds."""
    coop = Coop(app, client, session, clock)
    coop.ask("PUT", "/notices/rhythm", "ana", AT_ONCE)
    for writer in WRITERS:
        coop.publish(writer, CURE)
        coop.publish(writer, QUESTION)
        for _ in range(3):
            coop.publish(writer, AGAIN)
        assert coop.publish(writer, AGAIN, 202)["flag"]["action"] == "hold"
    coop.later(DAYS)
    return coop


@pytest.fixture
def rehearsed(coop: Coop) -> Any:
    """Ana's proposal, sponsored and rehearsed: ballots are open."""
    made = coop.propose(PATCH)
    for sponsor in ("ben", "cleo"):
        coop.ask("POST", f"/proposals/{made['id']}/sponsors", sponsor)
    coop.later(7 * DAYS)
    return made


@pytest.fixture
def in_force(coop: Coop, rehearsed: Any) -> Any:
    """The proposal after the vote, enacted by itself."""
    coop.vote(rehearsed)
    coop.later(7 * DAYS)
    coop.later(3 * DAYS)
    assert coop.ask("GET", f"/proposals/{rehearsed['id']}", "ana")["state"] == "in_force"
    return rehearsed


@pytest.fixture
def held(coop: Coop, in_force: Any) -> Any:
    """The very next post for which the rule holds, as its author is answered."""
    return coop.publish("ana", CURE, 202)


def test_a_rule_is_rehearsed_on_what_was_written_before_anybody_votes(coop: Coop, rehearsed: Any) -> None:
    (found,) = coop.ask("GET", f"/proposals/{rehearsed['id']}/rehearsals", "lea")["items"]
    report = found["report"]
    assert report["replayed"]["posts"] == 6 * len(WRITERS)
    (measure,) = report["measures"]
    assert (measure["name"], measure["lost"], measure["gained"]) == ("posts_hold", "let through", "held back")
    # By the rules in force the fourth of the same is held; by the patch those are released, each cure is held
    # instead, and the other 25 posts are left alone: three of the same, a question and what was released.
    assert measure["total"] == {"before": 5, "lost": 5, "gained": 5}


def test_from_the_vote_on_the_next_post_is_held_and_its_author_reads_why(
    coop: Coop, in_force: Any, held: Any
) -> None:
    assert held["flag"]["action"] == "hold"
    statement = coop.ask("GET", f"/moderation/decisions/{held['flag']['decision']}", "ana")
    assert (statement["post"], statement["action"], statement["ended_at"]) == (held["id"], "hold", None)
    (cause,) = statement["causes"]
    assert (cause["by"], cause["about"], cause["notice"]) == ("rule", RULE["about"], RULE["notice"])
    assert (cause["scope"], cause["clause"], cause["version"]) == ("coop", "/rules/cures/when", 2)
    assert [(one["text"], one["facts"], one["came"]) for one in cause["matched"]] == [
        ("size(words.cures) > 0", {"words.cures": ["miracle cure"]}, True),
        ('text.contains("?")', {}, False),
    ]
    assert cause["proposal"] == in_force["id"]
    tally = coop.ask("GET", f"/proposals/{cause['proposal']}", "ana")["tally"]
    assert (tally["for"], tally["roll"]) == (6, len(HANDLES))
    paths = [one["path"] for one in coop.ask("GET", "/notices", "ana")["items"]]
    assert f"/moderation/decisions/{statement['id']}" in paths


def test_law_07_what_is_held_and_why_is_there_for_its_author_alone(coop: Coop, held: Any) -> None:
    for path, number in (("posts", held["id"]), ("moderation/decisions", held["flag"]["decision"])):
        coop.ask("GET", f"/{path}/{number}", "ana")
        hidden = coop.ask("GET", f"/{path}/{number}", "ben", status=404)
        assert hidden == coop.ask("GET", f"/{path}/1", "ben", status=404)


def test_what_the_rule_does_not_hold_for_and_what_it_let_go_is_there_at_once(
    coop: Coop, in_force: Any
) -> None:
    for body in (QUESTION, *[AGAIN] * 5):
        shown = coop.publish("eve", body)
        assert shown["flag"] is None
        coop.ask("GET", f"/posts/{shown['id']}", "lea")


def test_a_jury_overturns_the_hold_and_the_rule_s_record_says_so(
    coop: Coop, in_force: Any, held: Any
) -> None:
    for juror in HANDLES[1:]:
        coop.ask("PUT", "/members/me/jury-service", juror)
    coop.later(MINUTES)
    coop.later(11 * MINUTES)
    cases = {one: coop.ask("GET", "/moderation/cases", one) for one in HANDLES}
    jury = {one: found[0]["id"] for one, found in cases.items() if found}
    assert len(jury) == 5
    assert "ana" not in jury
    for juror, case in jury.items():
        seen = coop.ask("GET", f"/moderation/cases/{case}", juror)
        assert (seen["kind"], seen["body"]) == ("hold", CURE)
        coop.ask("GET", f"/posts/{held['id']}", juror, status=404)
        coop.ask("POST", f"/moderation/cases/{case}/ballot", juror, {"outcome": "none"}, 201)
    for reader in ("ben", "lea"):
        assert coop.ask("GET", f"/posts/{held['id']}", reader)["flag"] is None
    offered = coop.ask("GET", "/feeds/chronological", "kim")["items"]
    assert held["id"] in [one["post"]["id"] for one in offered]
    statement = coop.ask("GET", f"/moderation/decisions/{held['flag']['decision']}", "ana")
    assert (statement["judged"], statement["ended_why"]) == ("overturned", "jury")

    coop.later(DAYS)
    quality = {one["name"]: one for one in coop.ask("GET", "/moderation/quality", None)}["cures"]
    assert (quality["decided"], quality["upheld"], quality["overturned"]) == (1, 0, 1)
    assert not quality["poor"]
    made = datetime.fromisoformat(statement["made_at"]).astimezone(UTC)
    log = coop.ask("GET", f"/moderation/log?month={made:%Y-%m}", None)["items"]
    (entry,) = [one for one in log if one["clause"] == "/rules/cures/when"]
    assert (entry["day"], entry["action"], entry["proposal"]) == (f"{made:%Y-%m-%d}", "hold", in_force["id"])
    assert (entry["judged"], entry["ended_why"]) == ("overturned", "jury")


@pytest.mark.parametrize(
    ("when", "told", "place"),
    [
        ("text.linkz > 2", "Did you mean text.links", "(line 1, column 1 at “text.linkz > 2”)"),
        ("true &&\n text.links > 2.0", "takes no int beside a double", "(line 2, column 13 at “> 2.0”)"),
        ("text.matches('(a{1,999}){1,999}')", "This is no pattern", "(line 1, column 14 at “'(a{1,999})"),
        (
            "text.matches('(a+)+')" + " || text.matches('(a+)+')" * 19,
            "50000 are allowed",
            "(line 1, column 1",
        ),
        ("text.hosts.all(host, host != '')", "“all” would be a loop", "(line 1, column 12 at “all(host"),
    ],
    ids=["unknown fact", "wrong types", "pattern that explodes", "too many steps", "loop"],
)
def test_a_rule_that_could_not_be_asked_is_refused_with_its_place_when_it_is_proposed(
    coop: Coop, when: str, told: str, place: str
) -> None:
    patch = [{"op": "add", "path": "/rules/cures", "value": RULE | {"when": when}}]
    tried = {"kind": "moderation", "patch": patch, "base_sha256": coop.ask("GET", POLICY, "ana")["sha256"]}
    for refused in (coop.propose(patch, 422), coop.ask("POST", "/rehearsals", "ana", tried, 422)):
        (fault,) = refused["errors"]
        assert fault["pointer"] == "/rules/cures/when"
        assert told in fault["detail"]
        assert place in fault["detail"]
    assert coop.ask("GET", "/proposals", "ana")["items"] == []
