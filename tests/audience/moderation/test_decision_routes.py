"""Decisions over HTTP, by the founding rules: what is shown to whom, and the statement of reasons."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop.clock import Clock
from tests.factories import bearer_for, make_member, make_members

Headers = dict[str, str]
LINKS = "https://a.example https://b.example https://c.example"


@pytest.fixture
def members(session: Session) -> dict[str, Headers]:
    """Return two who have just come."""
    now = Clock().now(session)
    return {name: bearer_for(session, make_member(session, name, now)) for name in ("ada", "ben")}


def publish(client: FlaskClient, headers: Headers, body: str) -> Any:
    return client.post("/api/v1/posts", json={"body": body}, headers=headers)


def test_law_07_a_newcomer_s_links_are_held_and_told_to_them_alone(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    answer = publish(client, members["ada"], LINKS)
    assert answer.status_code == 202
    made = answer.get_json()
    assert made["flag"]["action"] == "hold"
    at = f"/api/v1/moderation/decisions/{made['flag']['decision']}"
    told = client.get(at, headers=members["ada"]).get_json()
    assert (told["post"], told["reply"], told["ended_at"]) == (made["id"], None, None)
    (cause,) = told["causes"]
    assert cause["clause"] == "/rules/newcomer-links/when"
    assert [(one["text"], one["came"]) for one in cause["matched"]] == [
        ('author.account_age < duration("72h")', True),
        ("text.links > 2", True),
    ]
    assert client.get("/api/v1/moderation/decisions", headers=members["ada"]).get_json()["items"] == [told]
    other = client.get("/api/v1/moderation/decisions/7", headers=members["ben"])
    assert client.get(at, headers=members["ben"]).data == other.data
    unknown = client.get("/api/v1/posts/7", headers=members["ben"])
    for path in ("", "/why", "/replies", "/thread"):
        hidden = client.get(f"/api/v1/posts/{made['id']}{path}", headers=members["ben"])
        assert (hidden.status_code, hidden.data) == (404, unknown.data)


def test_readers_are_told_by_which_rule_a_post_is_folded(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    answer = publish(client, members["ada"], "Buy now! Limited offer!")
    assert answer.status_code == 201
    item = client.get("/api/v1/feeds/chronological", headers=members["ben"]).get_json()["items"][0]
    found = client.get(f"/api/v1/posts/{answer.get_json()['id']}", headers=members["ben"]).get_json()
    assert found["body"] == "Buy now! Limited offer!"
    flag = found["flag"]
    assert (flag["action"], flag["override"]) == ("collapse", True)
    assert [one["about"] for one in flag["reasons"]] == ["Selling to strangers"]
    assert item["post"]["flag"] == flag


def test_a_reply_is_held_by_the_same_rules_and_says_so_to_whoever_wrote_it(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    post = publish(client, members["ada"], "Bread").get_json()
    path = f"/api/v1/posts/{post['id']}/replies"
    reply = client.post(path, json={"body": LINKS}, headers=members["ben"]).get_json()
    assert (reply["state"], reply["flag"]["action"]) == ("held", "hold")
    assert client.get(path, headers=members["ada"]).get_json()["items"] == []
    assert [one["state"] for one in client.get(path, headers=members["ben"]).get_json()["items"]] == ["held"]
    (told,) = client.get("/api/v1/moderation/decisions", headers=members["ben"]).get_json()["items"]
    assert (told["post"], told["reply"]) == (post["id"], reply["id"])


def test_a_page_of_decisions_goes_on_where_the_last_ended(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    for number in range(3):
        publish(client, members["ada"], f"See https://bit.ly/{number}")
    first = client.get("/api/v1/moderation/decisions?limit=2", headers=members["ada"]).get_json()
    path = f"/api/v1/moderation/decisions?limit=2&cursor={first['next']}"
    second = client.get(path, headers=members["ada"]).get_json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert len({one["id"] for one in (*first["items"], *second["items"])}) == 3


def test_law_07_a_newcomer_s_profile_of_links_waits_and_others_see_what_was_there(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    own = client.patch("/api/v1/members/me", json={"about": LINKS}, headers=members["ada"]).get_json()
    assert (own["about"], own["waits"]["about"], own["waits"]["display_name"]) == ("", LINKS, "Ada")
    seen = client.get("/api/v1/members/ada", headers=members["ben"]).get_json()
    assert (seen["about"], seen["flag"], "waits" in seen) == ("", None, False)
    (told,) = client.get("/api/v1/moderation/decisions", headers=members["ada"]).get_json()["items"]
    assert (told["about"], told["post"], told["action"]) == ("profile", None, "hold")
    assert told["causes"][0]["clause"] == "/rules/profile-links/when"
    fixed = client.patch("/api/v1/members/me", json={"about": "Rye"}, headers=members["ada"]).get_json()
    assert (fixed["about"], fixed["waits"]) == ("Rye", None)


def test_a_flood_of_follows_is_answered_with_when_to_come_back_and_the_clause(
    client: FlaskClient, session: Session, members: dict[str, Headers]
) -> None:
    for row in make_members(session, 31):
        path = f"/api/v1/members/{row.handle}/follow"
        assert client.put(path, headers=members["ada"]).get_json() == {"state": "following"}
    answer = client.put("/api/v1/members/ben/follow", headers=members["ada"])
    assert answer.status_code == 429
    assert 290 <= int(answer.headers["Retry-After"]) <= 300
    (fault,) = answer.get_json()["errors"]
    assert fault["clause"]["clause"] == "/rules/follow-flood/gap"
    assert client.get("/api/v1/members/ben/follow", headers=members["ada"]).get_json() == {"state": "none"}
    (told,) = client.get("/api/v1/moderation/decisions", headers=members["ada"]).get_json()["items"]
    assert (told["about"], told["member"], told["action"]) == ("follow", row.handle, "slow")
    assert told["slowed_until"] is not None
    assert told["causes"][0]["gap_s"] == 300


def test_following_somebody_again_and_again_is_held_until_one_takes_it_back(
    client: FlaskClient, members: dict[str, Headers]
) -> None:
    states = []
    for _ in range(5):
        states.append(client.put("/api/v1/members/ben/follow", headers=members["ada"]).get_json()["state"])
        assert client.delete("/api/v1/members/ben/follow", headers=members["ada"]).status_code == 204
    assert states[:3] == ["following"] * 3
    assert "held" in states[3:]
    assert client.get("/api/v1/members/ben/follow", headers=members["ada"]).get_json() == {"state": "none"}
