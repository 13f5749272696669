"""The audit: an export alone shows whether every vote was counted right."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import Engine

from governance import audit, proposals
from tests.governance.assembly import CLASS_B, CLASS_D, Assembly
from tests.governance.record import record_of

Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def export(engine: Engine) -> Events:
    """The record of :func:`live`: made once, for no test writes to it."""
    return record_of(engine, live)


def live(assembly: Assembly) -> None:
    """Hold votes that pass, fail, conflict, are withdrawn and are changed."""
    first = assembly.propose()
    beaten = assembly.propose(CLASS_B)
    withdrawn = assembly.propose(CLASS_D, "voting")
    proposals.withdraw(assembly.session, assembly.members[0], withdrawn, assembly.clock)
    times = assembly.times(first)
    assembly.go_to(times.voting_at)
    for voter in assembly.members:
        assembly.vote(first, voter, "against", reason="Not yet.")
    for voter in assembly.members[:4]:
        assembly.vote(first, voter, "for")
    assembly.go_to(times.due_at)
    assembly.advance()
    assembly.advance()
    assert assembly.state(beaten) == "conflicted"
    failed = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 90}])
    assembly.carry(failed, "for", "against", "abstain")
    assembly.advance()
    _, bakers = assembly.guild("bakers", *assembly.members)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    own = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.carry(own, "for", "for", "for")
    assembly.advance()
    assert assembly.state(own) == "in_force"


def test_law_04_an_honest_record_has_no_problems(export: Events) -> None:
    assert audit.problems(export) == []
    kinds = {event["type"] for event in export}
    assert {"roll.frozen", "ballot.cast", "proposal.tallied", "proposal.enacted", "proposal.ended"} <= kinds


def of(events: Events, type: str, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = [event for event in events if event["type"] == type][index]["payload"]
    return found


def ballot(events: Events, choice: str) -> dict[str, Any]:
    ballots = of(events, "proposal.tallied")["ballots"]
    found: dict[str, Any] = next(one for one in ballots if one["choice"] == choice)
    return found


def flip_a_ballot(events: Events) -> None:
    ballot(events, "for")["choice"] = "against"


def flip_a_ballot_and_its_tally(events: Events) -> None:
    ballot(events, "against")["choice"] = "for"
    of(events, "proposal.tallied")["tally"] |= {"for": 5, "against": 0}


def forget_a_ballot(events: Events) -> None:
    told = of(events, "proposal.tallied")
    told["ballots"].remove(ballot(events, "against"))
    told["tally"]["against"] = 0


def count_a_ballot_twice(events: Events) -> None:
    told = of(events, "proposal.tallied")
    told["ballots"].append(told["ballots"][0])
    told["tally"]["for"] += 1


def count_an_older_ballot(events: Events) -> None:
    ballot(events, "for")["version"] = 1


def lower_the_bar(events: Events) -> None:
    of(events, "proposal.tallied")["bar"]["threshold"] = "1/2"


def call_a_failed_vote_passed(events: Events) -> None:
    of(events, "proposal.tallied", 1)["tally"]["passed"] = True


def stuff_the_roll(events: Events) -> None:
    roll = of(events, "roll.frozen")["roll"]
    roll.append(roll[0])


def strike_a_voter_off_the_roll(events: Events) -> None:
    of(events, "roll.frozen")["roll"].pop(0)


def swap_the_patch(events: Events) -> None:
    of(events, "proposal.submitted")["patch"][0]["value"] = 499


def lighten_the_class(events: Events) -> None:
    of(events, "proposal.submitted", 1)["risk_class"] = "A"


def vote_for_another_patch(events: Events) -> None:
    of(events, "ballot.cast")["patch_sha256"] = "0" * 64


def lose_a_version_of_a_ballot(events: Events) -> None:
    of(events, "ballot.cast", -1)["version"] = 7


def enact_another_text(events: Events) -> None:
    told = [event["payload"] for event in events if event["type"] == "policy.version"]
    voted = next(payload for payload in told if payload["proposal"] is not None)
    voted["text"] = voted["text"].replace("per_day = 100", "per_day = 500")


def change_a_policy_without_a_vote(events: Events) -> None:
    last = deepcopy(next(event for event in events if event["type"] == "policy.version"))
    last["payload"] |= {"number": last["payload"]["number"] + 1, "proposal": None}
    events.append(last)


def enact_twice(events: Events) -> None:
    events.append(next(event for event in events if event["type"] == "proposal.enacted"))


def never_enact(events: Events) -> None:
    events[:] = [event for event in events if event["type"] != "proposal.enacted"]


def reject_what_passed(events: Events) -> None:
    for event in events:
        if event["type"] == "proposal.enacted":
            event["type"] = "proposal.ended"
            event["payload"] |= {"as": "rejected", "reason": "", "at": event["at"]}


def leave_something_out(events: Events) -> None:
    del of(events, "proposal.tallied")["tally"]


@pytest.mark.parametrize(
    "tamper",
    [
        flip_a_ballot,
        flip_a_ballot_and_its_tally,
        forget_a_ballot,
        count_a_ballot_twice,
        count_an_older_ballot,
        lower_the_bar,
        call_a_failed_vote_passed,
        stuff_the_roll,
        strike_a_voter_off_the_roll,
        swap_the_patch,
        lighten_the_class,
        vote_for_another_patch,
        lose_a_version_of_a_ballot,
        enact_another_text,
        change_a_policy_without_a_vote,
        enact_twice,
        never_enact,
        reject_what_passed,
        leave_something_out,
    ],
)
def test_law_04_a_record_that_was_made_up_is_found_out(
    export: Events, tamper: Callable[[Events], None]
) -> None:
    """The chain would show most of these too; here its keeper has written the whole chain anew."""
    made_up = json.loads(json.dumps(export))
    tamper(made_up)
    assert audit.problems(made_up) != []


def test_a_problem_names_its_event(export: Events) -> None:
    made_up = json.loads(json.dumps(export))
    flip_a_ballot(made_up)
    seq = next(event["seq"] for event in made_up if event["type"] == "proposal.tallied")
    assert {problem.seq for problem in audit.problems(made_up)} == {seq}
