"""Deliberation over HTTP: talked over, amended, summed up and stated."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlmodel import Session

from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.tables import OAuthToken
from tests.factories import bearer_for, make_member
from tests.governance.test_routes import FAR, House

OTHER_PATCH = [{"op": "replace", "path": "/photos/per_day", "value": 70}]


@pytest.fixture
def house(client: FlaskClient, session: Session, database: Database, books: Books, clock: Clock) -> House:
    people = [make_member(session, f"speaker{number}") for number in range(5)]
    tokens = [bearer_for(session, member) for member in people]
    session.execute(update(OAuthToken).values(expires_at=FAR, refresh_expires_at=FAR))
    return House(client, session, database, books, clock, tokens)


@pytest.fixture
def made(house: House) -> dict[str, Any]:
    """A proposal of the first member's, in deliberation."""
    found: dict[str, Any] = house.ask("POST", "/proposals", 0, house.wanted(), expect=201)
    for who in (1, 2):
        house.ask("POST", f"/proposals/{found['id']}/sponsors", who)
    return found


def path(made: dict[str, Any], below: str) -> str:
    return f"/proposals/{made['id']}/{below}"


def argue(house: House, made: dict[str, Any], who: int, stance: str = "for", expect: int = 201) -> Any:
    said = {"stance": stance, "body": f"Said by {who}."}
    return house.ask("POST", path(made, "arguments"), who, said, expect)


def test_a_proposal_is_talked_over_over_http(house: House, made: dict[str, Any]) -> None:
    first = argue(house, made, 1)
    second = argue(house, made, 2, "question")
    reply = house.ask("POST", f"/arguments/{second['id']}/replies", 0, {"body": "In June."}, expect=201)
    assert (reply["parent"], reply["depth"], reply["stance"]) == (second["id"], 1, None)
    house.ask("PUT", f"/arguments/{first['id']}/mark", 0)
    marked = house.ask("PUT", f"/arguments/{first['id']}/mark", 3)
    assert (marked["helped"], marked["helped_you"]) == (2, True)
    house.ask("DELETE", f"/arguments/{first['id']}/mark", 0, expect=204)
    house.ask("PUT", f"/arguments/{first['id']}/mark", 1, expect=403)
    listed = house.ask("GET", path(made, "arguments"), 4)["items"]
    assert [(one["id"], one["helped"], one["replies"]) for one in listed] == [
        (first["id"], 1, 0),
        (second["id"], 0, 1),
    ]
    assert house.ask("GET", f"/arguments/{second['id']}/replies", 4)["items"] == [reply]
    house.ask("DELETE", f"/arguments/{first['id']}", 1, expect=204)
    gone = house.ask("GET", f"/arguments/{first['id']}", 4)
    assert (gone["body"], gone["salt"], gone["author"]) == (None, None, "speaker1")


def test_pages_of_arguments_follow_on(house: House, made: dict[str, Any]) -> None:
    ids = {argue(house, made, who)["id"] for who in (1, 2, 3)}
    for order in ("helpful", "newest"):
        seen, cursor = [], ""
        while True:
            page = house.ask("GET", path(made, f"arguments?order={order}&limit=1{cursor}"), 4)
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert (len(seen), set(seen)) == (3, ids)
    for cursor in ("bm9wZQ", "MS54", "%00"):
        refused = house.ask("GET", path(made, f"arguments?cursor={cursor}"), 4, expect=422)
        assert refused["errors"][0]["pointer"] == "query/cursor"


def test_rounds_over_http(house: House, made: dict[str, Any]) -> None:
    assert house.ask("GET", path(made, "rounds"), 3)["on"] is False
    house.ask("POST", path(made, "rounds/passes"), 3, expect=409)
    house.ask("PUT", path(made, "rounds"), 1, {"on": True}, expect=403)
    assert house.ask("PUT", path(made, "rounds"), 0, {"on": True})["on"] is True
    assert argue(house, made, 1)["round"] == 1
    house.ask("POST", path(made, "rounds/places"), 2)
    refused = argue(house, made, 1, expect=409)
    assert refused["errors"][0]["clause"]["clause"] == "/rounds/waits"
    found = house.ask("POST", path(made, "rounds/passes"), 2)
    assert (found["number"], found["awaited"], found["yours"]) == (1, [], 2)
    assert found["speakers"] == [{"handle": "speaker1", "round": 1}, {"handle": "speaker2", "round": 1}]
    assert argue(house, made, 1)["round"] == 2


def test_an_amendment_goes_all_the_way_over_http(house: House, made: dict[str, Any]) -> None:
    offer = {"patch": OTHER_PATCH, "of_patch_sha256": made["patch_sha256"], "rationale": "Too far."}
    amendment = house.ask("POST", path(made, "amendments"), 1, offer, expect=201)
    assert (amendment["standing"], amendment["author"]) == ("open", "speaker1")
    assert "+per_day = 70" in amendment["diff_to_proposal"]
    at = f"/amendments/{amendment['id']}"
    house.ask("PUT", f"{at}/support", 1, expect=403)
    assert house.ask("PUT", f"{at}/support", 2)["supporters"] == 1
    assert house.ask("GET", f"{at}/supporters", 3)["items"] == ["speaker2"]
    weighed = house.ask("PUT", f"{at}/opinion", 3, {"degree": "should_not", "fulfilled": True})
    assert weighed["yours"] == {"degree": "should_not", "fulfilled": True}
    assert weighed["opinions"][2] == {"degree": "should_not", "fulfilled": 1, "unfulfilled": 0}
    house.ask("DELETE", f"{at}/opinion", 3, expect=204)
    house.ask("DELETE", f"{at}/support", 2, expect=204)
    house.ask("POST", f"{at}/acceptance", 1, expect=403)
    other = house.ask("POST", path(made, "amendments"), 2, offer, expect=201)
    assert house.ask("POST", f"{at}/acceptance", 0)["standing"] == "accepted"
    now = house.ask("GET", f"/proposals/{made['id']}", 3)
    assert now["patch"] == OTHER_PATCH
    listed = house.ask("GET", path(made, "amendments"), 3)["items"]
    assert [one["standing"] for one in listed] == ["moved", "accepted"]
    refused = house.ask("POST", f"/amendments/{other['id']}/acceptance", 0, expect=409)
    assert now["patch_sha256"] in refused["errors"][0]["detail"]
    assert house.ask("GET", path(made, "facilitation"), 3)["coauthors"] == ["speaker1"]


def test_a_rejected_amendment_is_promoted_over_http(house: House, made: dict[str, Any]) -> None:
    offer = {"patch": OTHER_PATCH, "of_patch_sha256": made["patch_sha256"]}
    kept, back = [house.ask("POST", path(made, "amendments"), 1, offer, expect=201) for _ in range(2)]
    taken = house.ask("POST", f"/amendments/{back['id']}/withdrawal", 1)
    assert taken["standing"] == "withdrawn"
    at = f"/amendments/{kept['id']}"
    said_no = house.ask("POST", f"{at}/rejection", 0, {"reason": "Not enough."})
    assert (said_no["standing"], said_no["reason"]) == ("rejected", "Not enough.")
    draft = house.ask("POST", f"{at}/promotion", 1, {"title": "Seventy"}, expect=201)["proposal"]
    assert house.ask("GET", at, 1)["promoted_to"] == draft
    assert house.ask("GET", at, 2)["promoted_to"] is None
    house.ask("GET", f"/proposals/{draft}", 2, expect=404)
    house.ask("POST", f"/proposals/{draft}/submission", 1)
    assert house.ask("GET", at, 2)["promoted_to"] == draft


def test_a_sense_check_over_http(house: House, made: dict[str, Any]) -> None:
    asked = {"question": "Which?", "options": ["This", "That"]}
    house.ask("POST", path(made, "checks"), 1, asked, expect=403)
    check = house.ask("POST", path(made, "checks"), 0, asked, expect=201)
    assert (check["form"], check["counts"]) == ("options", None)
    for who in range(5):
        found = house.ask("PUT", f"/checks/{check['id']}/answer", who, {"option": who % 2})
    assert (found["counts"], found["yours"]) == ([3, 2], 0)
    house.ask("PUT", f"/checks/{check['id']}/answer", 1, {"option": 2}, expect=422)
    (listed,) = house.ask("GET", path(made, "checks"), 2)["items"]
    assert listed == house.ask("GET", f"/checks/{check['id']}", 2)


def test_a_facilitator_and_an_outcome_over_http(house: House, made: dict[str, Any]) -> None:
    house.ask("PUT", path(made, "facilitator"), 0, {"handle": "speaker3"})
    found = house.ask("POST", path(made, "facilitator/acceptance"), 3)
    assert found["facilitator"]["handle"] == "speaker3"
    for body in ("Once.", "Twice."):
        house.ask("POST", path(made, "summaries"), 3, {"body": body}, expect=201)
    page = house.ask("GET", path(made, "summaries?limit=1"), 1)
    assert [one["version"] for one in page["items"]] == [2]
    (older,) = house.ask("GET", path(made, f"summaries?cursor={page['next']}"), 1)["items"]
    assert (older["version"], older["body"]) == (1, "Once.")
    house.ask("POST", path(made, "outcomes"), 0, {"body": "Early."}, expect=409)
    house.ask("POST", path(made, "withdrawal"), 0)
    stated = house.ask("POST", path(made, "outcomes"), 3, {"body": "It was taken back."}, expect=201)
    found = house.ask("GET", path(made, "facilitation"), 1)
    assert found["summary"]["body"] == "Twice."
    assert found["outcome"] == stated
    assert house.ask("GET", path(made, "outcomes"), 1)["items"] == [stated]
    house.ask("DELETE", path(made, "facilitator"), 3, expect=409)
