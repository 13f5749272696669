"""Repeals, renewals, emergency measures, tripwires and reviews over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from app import MEASURES
from coop.metrics import METRICS
from governance import reviews, watching
from governance.people.tables import CouncilSeat
from governance.tables import Proposal
from tests.factories import bearer_for, id_of, make_member
from tests.governance.test_routes import House, house

__all__ = ["house"]

CALM = {"metric": "posts", "window_days": 7, "max": 100.5}
SMALL = [{"op": "replace", "path": "/renditions/small", "value": 500}]


def in_force(house: House, **changed: Any) -> str:
    """A change of class B in force, and the id of its proposal."""
    wanted = house.wanted(patch=SMALL, title="Smaller pictures", **changed)
    made = house.ask("POST", "/proposals", 0, wanted, expect=201)["id"]
    house.session.get_one(Proposal, int(made)).rehearsal_needed = False
    house.session.flush()
    for who in (1, 2):
        house.ask("POST", f"/proposals/{made}/sponsors", who)
    found = house.ask("GET", f"/proposals/{made}", 0)
    house.go_to(found["times"]["voting_at"])
    for who in range(5):
        house.cast(found, who, "for")
    house.go_to(found["times"]["due_at"])
    house.advance()
    assert house.ask("GET", f"/proposals/{made}", 0)["state"] == "in_force"
    return str(made)


def test_one_call_drafts_a_repeal_and_another_a_renewal(house: House) -> None:
    made = in_force(house)
    repeal = house.ask("POST", f"/proposals/{made}/repeal", 1, expect=201)
    drafted = house.ask("GET", f"/proposals/{repeal['proposal']}", 1)
    assert (drafted["state"], drafted["target"], repeal["left"]) == ("draft", made, [])
    assert "+small = 480" in drafted["diff"]
    house.ask("GET", f"/proposals/{repeal['proposal']}", 2, expect=404)
    renewal = house.ask("POST", f"/proposals/{made}/renewal", 1, expect=201)
    drafted = house.ask("GET", f"/proposals/{renewal['proposal']}", 1)
    assert (drafted["kind"], drafted["target"]) == ("renewal", made)


def test_what_is_not_in_force_or_not_there_is_neither_repealed_nor_renewed(house: House) -> None:
    running = house.ask("POST", "/proposals", 0, house.wanted(), expect=201)["id"]
    for what in ("repeal", "renewal"):
        house.ask("POST", f"/proposals/{running}/{what}", 1, expect=409)
        house.ask("POST", f"/proposals/{int(running) + 1}/{what}", 1, expect=404)


def test_a_tripwire_is_told_with_what_it_read_last(house: House) -> None:
    made = in_force(house, tripwires=[CALM])
    (told,) = house.ask("GET", f"/proposals/{made}/tripwires", 3)["items"]
    assert (told["metric"]["name"], told["window_days"], told["max"]) == ("posts", 7, "100.5")
    assert (told["value"], told["read_at"]) == (None, None)
    watching.watch(house.database, house.books, house.clock, MEASURES)
    (told,) = house.ask("GET", f"/proposals/{made}/tripwires", 3)["items"]
    assert float(told["value"]) == 0
    assert told["read_at"] is not None
    house.ask("GET", f"/proposals/{int(made) + 1}/tripwires", 3, expect=404)


def test_a_tripwire_that_cannot_be_read_is_refused_with_its_place(house: House) -> None:
    wanted = house.wanted(patch=SMALL, tripwires=[CALM | {"metric": "joy"}])
    told = house.ask("POST", "/proposals", 0, wanted, expect=422)
    assert [error["pointer"] for error in told["errors"]] == ["/tripwires/0/metric"]


def test_the_metrics_are_listed_with_what_they_mean(house: House) -> None:
    listed = house.ask("GET", "/metrics", 0)["items"]
    assert {one["name"] for one in listed} == set(METRICS)


def test_a_review_is_there_once_it_fell_due(house: House) -> None:
    made = in_force(house, review_after="P30D")
    house.ask("GET", f"/proposals/{made}/review", 2, expect=404)
    house.clock.offset += timedelta(days=31)
    reviews.review_due(house.database, house.books, house.clock, MEASURES)
    told = house.ask("GET", f"/proposals/{made}/review", 2)
    assert {one["metric"] for one in told["review"]["metrics"]} == set(METRICS)


def test_a_review_and_an_end_to_come_are_told_until_the_change_is_undone(house: House) -> None:
    made = in_force(house, review_after="P60D", sunset_after="P30D")
    found = house.ask("GET", f"/proposals/{made}", 2)
    assert found["sunset_at"] < found["review_at"]
    house.clock.offset += timedelta(days=31)
    house.advance()
    found = house.ask("GET", f"/proposals/{made}", 2)
    assert (found["state"], found["sunset_at"], found["review_at"]) == ("sunset", None, None)
    assert found["terms"]["review_after"] == timedelta(days=60).total_seconds()


@pytest.fixture
def stewards(house: House) -> House:
    """A house with four stewards more, who are its members 5 to 8."""
    election = house.ask("POST", "/proposals", 0, house.wanted(), expect=201)["id"]
    now = house.clock.now(house.session)
    for _ in range(4):
        member = make_member(house.session)
        house.tokens.append(bearer_for(house.session, member))
        house.session.add(
            CouncilSeat(
                scope="coop",
                member_id=id_of(member),
                election_id=int(election),
                since=now - timedelta(days=1),
                until=now + timedelta(days=99),
            )
        )
    house.session.flush()
    return house


def test_a_measure_is_proposed_signed_and_in_force_over_http(stewards: House) -> None:
    wanted = stewards.wanted(patch=SMALL)
    stewards.ask("POST", "/emergencies", 0, wanted, expect=403)
    made = stewards.ask("POST", "/emergencies", 5, wanted, expect=201)
    assert (made["state"], len(made["stewards"]), made["needed"]) == ("sponsoring", 1, 3)
    path = f"/proposals/{made['proposal']}"
    stewards.ask("POST", f"{path}/stewards", 0, expect=403)
    stewards.ask("POST", f"{path}/sponsors", 6, expect=403)
    stewards.ask("POST", f"{path}/stewards", 6)
    assert stewards.ask("POST", f"{path}/stewards", 7)["state"] == "timelock"
    stewards.advance()
    found = stewards.ask("GET", path, 1)
    assert (found["state"], found["risk_class"]) == ("in_force", "E")
    assert "small = 500" in stewards.ask("GET", "/policies/coop/media", 1)["text"]
    stewards.cast(found, 1, "for")
    stewards.clock.offset += timedelta(days=8)
    stewards.advance()
    found = stewards.ask("GET", path, 1)
    assert found["state"] == "reverted"
    assert "did not ratify" in found["undone_reason"]
    stewards.ask("POST", f"{path}/stewards", 8, expect=409)
