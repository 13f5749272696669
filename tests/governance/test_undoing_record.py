"""The audit of what took force and went out of it: a record that was made up is found out."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from coop.ledger import stamp
from coop.policy_text import sha256
from governance import audit
from tests.governance.assembly import Assembly
from tests.governance.changes import DAY, enact, go_on, in_force, setting
from tests.governance.people.polls import Poll
from tests.governance.people.test_councils import elect
from tests.governance.record import record_of, verified
from tests.governance.test_emergencies import LASTS, taken
from tests.governance.test_renewals import renewal
from tests.governance.test_watching import CALM, let_go, opened, watch

Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def export(engine: Engine) -> Events:
    """The record of every way out of force: made once, for no test writes to it."""
    return record_of(engine, live, members=15)


def live(assembly: Assembly) -> None:
    """Elect a council; then a measure fails, tripwires are crossed, rules are renewed, covered, and end."""
    elect(Poll.of(assembly), 0, 1, 2, 3)
    taken(assembly, medium=1000)
    go_on(assembly, LASTS)
    assembly.advance()
    in_force(assembly, setting(small=500), tripwires=(CALM,))
    watch(assembly, 101)
    built_on = in_force(assembly, setting(small=500, medium=1000), tripwires=(CALM,))
    in_force(assembly, setting(medium=1200))
    watch(assembly, 101)
    (repeal,) = opened(assembly, built_on)
    let_go(assembly, repeal)
    enact(assembly, repeal)
    covered = in_force(assembly, setting(photos=1000), sunset_after=150 * DAY)
    in_force(assembly, setting(photos=1200), sunset_after=30 * DAY)
    go_on(assembly, 30 * DAY)
    assembly.advance()
    vote = assembly.bring(renewal(assembly, covered))
    enact(assembly, vote)
    go_on(assembly, 150 * DAY)
    assembly.advance()


def test_law_04_an_honest_record_of_undoings_has_no_problems(export: Events) -> None:
    assert audit.problems(export) == []
    assert verified(export) == []
    ends = [event["payload"]["as"] for event in export if event["type"] == "proposal.undone"]
    assert ends == ["reverted", "reverted", "repealed", "superseded", "sunset", "sunset"]
    causes = {event["payload"]["cause"] for event in export if event["type"] == "policy.version"}
    assert causes == {"founding", "enactment", "emergency", "tripwire", "sunset"}


def of(events: Events, type: str, **said: Any) -> dict[str, Any]:
    """The payload of the first event of a type that says this."""
    payloads = (event["payload"] for event in events if event["type"] == type)
    found: dict[str, Any] = next(one for one in payloads if said.items() <= one.items())
    return found


def drop(events: Events, payload: dict[str, Any]) -> None:
    events[:] = [event for event in events if event["payload"] is not payload]


def move(payload: dict[str, Any], hours: int) -> None:
    payload["at"] = stamp(datetime.fromisoformat(payload["at"]) + timedelta(hours=hours))


def put_another_text_back(events: Events) -> None:
    version = of(events, "policy.version", cause="sunset")
    version["text"] = version["text"].replace("per_day = 1000", "per_day = 900")
    old, version["sha256"] = version["sha256"], sha256(version["text"])
    of(events, "proposal.undone", sha256=old)["sha256"] = version["sha256"]


def sunset_sooner(events: Events) -> None:
    move(of(events, "proposal.undone", **{"as": "sunset"}), -1)


def fail_to_ratify_sooner(events: Events) -> None:
    move(of(events, "proposal.undone", **{"as": "reverted"}), -1)


def call_a_sunset_a_repeal(events: Events) -> None:
    of(events, "proposal.undone", **{"as": "sunset"})["as"] = "repealed"


def call_a_repeal_superseded(events: Events) -> None:
    of(events, "proposal.undone", **{"as": "repealed"})["as"] = "superseded"


def name_a_clause_as_left(events: Events) -> None:
    left = {"clause": "/photos/per_day", "reason": "It cannot."}
    of(events, "proposal.undone", **{"as": "sunset"})["left"].append(left)


def leave_a_clause_that_it_did_not_hold(events: Events) -> None:
    left = {"clause": "/photos/max_bytes", "reason": "It cannot."}
    of(events, "proposal.undone", **{"as": "sunset"})["left"].append(left)


def hide_an_end(events: Events) -> None:
    drop(events, of(events, "proposal.undone", **{"as": "sunset"}))


def hide_a_repeal(events: Events) -> None:
    drop(events, of(events, "proposal.undone", **{"as": "repealed"}))


def hide_the_version_of_an_end(events: Events) -> None:
    drop(events, of(events, "policy.version", cause="tripwire"))


def hide_a_restoration(events: Events) -> None:
    drop(events, of(events, "proposal.restored"))


def restore_what_is_in_force(events: Events) -> None:
    restored = next(event for event in events if event["type"] == "proposal.restored")
    events.append(restored)


def hide_a_renewal(events: Events) -> None:
    drop(events, of(events, "proposal.renewed"))


def renew_without_a_vote(events: Events) -> None:
    told = of(events, "proposal.renewed")
    told["by"] = told["proposal"]


def renew_later(events: Events) -> None:
    move(of(events, "proposal.renewed"), 1)


def revert_without_a_tripwire(events: Events) -> None:
    drop(events, of(events, "tripwire.crossed", repeal=None))


def cross_a_tripwire_that_was_not(events: Events) -> None:
    of(events, "tripwire.crossed", repeal=None)["value"] = "99"


def cross_a_tripwire_that_nobody_agreed_to(events: Events) -> None:
    of(events, "tripwire.crossed", repeal=None)["position"] = 1


def open_no_repeal(events: Events) -> None:
    crossed = [event["payload"] for event in events if event["type"] == "tripwire.crossed"]
    crossed[1]["repeal"] = crossed[1]["proposal"]


def call_an_end_an_enactment(events: Events) -> None:
    of(events, "policy.version", cause="sunset")["cause"] = "enactment"


def call_a_tripwire_a_sunset(events: Events) -> None:
    of(events, "policy.version", cause="tripwire")["cause"] = "sunset"


def call_a_vote_an_emergency(events: Events) -> None:
    of(events, "policy.version", cause="enactment")["cause"] = "emergency"


def sign_for_a_steward(events: Events) -> None:
    measure = of(events, "proposal.submitted", pace="emergency")["proposal"]
    of(events, "proposal.sponsored", proposal=measure)["sponsor"] = "nobody"


def sign_too_few(events: Events) -> None:
    measure = of(events, "proposal.submitted", pace="emergency")["proposal"]
    drop(events, of(events, "proposal.sponsored", proposal=measure))


def seat_no_council(events: Events) -> None:
    drop(events, of(events, "council.seated"))


def undo_twice(events: Events) -> None:
    events.append(next(event for event in events if event["type"] == "proposal.undone"))


@pytest.mark.parametrize(
    "tamper",
    [
        put_another_text_back,
        sunset_sooner,
        fail_to_ratify_sooner,
        call_a_sunset_a_repeal,
        call_a_repeal_superseded,
        name_a_clause_as_left,
        leave_a_clause_that_it_did_not_hold,
        hide_an_end,
        hide_a_repeal,
        hide_the_version_of_an_end,
        hide_a_restoration,
        restore_what_is_in_force,
        hide_a_renewal,
        renew_without_a_vote,
        renew_later,
        revert_without_a_tripwire,
        cross_a_tripwire_that_was_not,
        cross_a_tripwire_that_nobody_agreed_to,
        open_no_repeal,
        call_an_end_an_enactment,
        call_a_tripwire_a_sunset,
        call_a_vote_an_emergency,
        sign_for_a_steward,
        sign_too_few,
        seat_no_council,
        undo_twice,
    ],
)
def test_law_02_an_undoing_that_was_made_up_is_found_out(
    export: Events, tamper: Callable[[Events], None]
) -> None:
    """The chain would show most of these too; here its keeper has written the whole chain anew."""
    made_up = json.loads(json.dumps(export))
    tamper(made_up)
    assert audit.problems(made_up) != []
    assert verified(made_up) != []
