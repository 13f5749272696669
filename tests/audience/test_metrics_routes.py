"""What is measured, over HTTP: of oneself, and of one's guilds; of nobody and nothing else."""

from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlmodel import Session

from audience.metrics import snapshot
from coop.book import Book
from coop.tables import Member
from tests.audience.factories import NOW, make_post
from tests.factories import bearer_for, identity_of, make_guild, make_member

DAY = timedelta(days=1)


def ask(client: FlaskClient, session: Session, member: Member, path: str = "/me/metrics") -> Any:
    return client.get(f"/api/v1{path}", headers=bearer_for(session, member))


def test_a_member_is_told_what_is_measured_of_them_as_of_when_and_by_which_clauses(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    before = ask(client, session, ada).get_json()
    assert before["as_of"] is None
    assert {one["value"] for one in before["items"]} == {None}
    make_post(session, identity_of(ada), book, now=NOW - DAY)
    snapshot.refresh(session, book, NOW)
    found = ask(client, session, ada).get_json()
    assert found["as_of"] == "2026-11-01"
    told = {one["name"]: one for one in found["items"]}
    assert {name: one["value"] for name, one in told.items()} == {
        "reciprocal_pairs": 0,
        "counterparts": 0,
        "active_days": 1,
        "posts": 1,
        "replies_received_from": 0,
        "reach": 0,
        "upheld_reports": 0,
        "tenure_days": (date(2026, 11, 1) - ada.joined_at.date()).days,
    }
    pairs, reach, tenure = told["reciprocal_pairs"], told["reach"], told["tenure_days"]
    assert (pairs["window"]["clause"], pairs["window"]["value"]) == ("/metrics/exchanges/window", "P28D")
    assert {one["clause"]: one["value"] for one in pairs["clauses"]} == {
        "/metrics/exchanges/within": "P7D",
        "/metrics/exchanges/every": "P7D",
    }
    assert (reach["in_steps"], [one["clause"] for one in reach["clauses"]]) == (True, ["/reach/least_told"])
    assert (tenure["window"], tenure["clauses"], tenure["in_steps"]) == (None, [], False)
    assert ask(client, session, ben).get_json()["items"][3]["value"] == 0, "nobody else's"


def test_law_07_a_guild_is_measured_for_those_who_belong_to_it_and_is_absent_for_others(
    client: FlaskClient, session: Session, book: Book
) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    make_guild(session, "bakers", ada)
    snapshot.refresh(session, book, NOW)
    found = ask(client, session, ada, "/guilds/Bakers/metrics").get_json()
    assert [one["name"] for one in found["items"]] == [
        "members",
        "active_members",
        "reciprocal_pairs",
        "reach",
        "age_days",
    ]
    assert found["items"][0]["value"] == 1
    refused = ask(client, session, ben, "/guilds/bakers/metrics")
    absent = ask(client, session, ben, "/guilds/none-such/metrics")
    assert refused.status_code == 404
    assert refused.data == absent.data
