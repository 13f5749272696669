"""The record of objections, petitions, vetoes and joint proposals: an export alone shows a lie about them."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from coop import ledger
from governance import audit, joint, objections, petitions, proposals, rebasing
from governance.facts import State
from governance.joint import Agreement
from governance.tables import Proposal
from tests.governance.assembly import CLASS_B, MOMENT, Assembly
from tests.governance.record import record_of, verified

Events = list[dict[str, Any]]
SEATS = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
FEWER = [{"op": "replace", "path": "/seats/default", "value": 30}]
TABLE = [{"op": "add", "path": "/arrivals/per_minute", "value": 6}]
BAKERS, WEAVERS = "guild:bakers", "guild:weavers"


def carried(assembly: Assembly, *made: int, on: str = "due_at") -> None:
    """Let everybody vote for these, and go to the last moment of that name among them."""
    for one in made:
        assembly.go_to(max(assembly.clock.at, assembly.times(one).voting_at))
        for voter in assembly.members[:5]:
            assembly.vote(one, voter, "for")
    assembly.go_to(max(getattr(assembly.times(one), on) for one in made))
    assembly.advance()


@pytest.fixture(scope="module")
def export(engine: Engine) -> Events:
    """The record of :func:`live`: made once, for no test writes to it."""
    return record_of(engine, live)


def live(assembly: Assembly) -> None:
    """Object to a change and amend it, overtake one, petition twice for a veto, and propose jointly."""
    session, books, clock = assembly.session, assembly.books, assembly.clock
    author = assembly.members[0]
    objected = assembly.propose()
    went_on = objections.object_to(
        session, books.current(session), assembly.members[3], objected, "No.", "/photos/per_day", clock
    )
    assert went_on is not None
    milder = [{"op": "replace", "path": "/photos/per_day", "value": 70}]
    case = assembly.case(went_on)
    proposals.amend(session, books.current(session), case, milder, author.handle, clock.at)
    assembly.go_to(assembly.clock.at + timedelta(days=4))
    overtaken = assembly.propose(CLASS_B)
    carried(assembly, went_on)
    rebased = rebasing.rebase(session, books.current(session), author, overtaken, None, clock)
    carried(assembly, rebased)
    bakers = assembly.guild("bakers", *assembly.members)[1]
    weavers = assembly.guild("weavers", *assembly.members)[1]
    for patch, choice in ((SEATS, "against"), (FEWER, "for")):
        made = assembly.propose(patch, "audience", BAKERS, among=bakers)
        carried(assembly, made, on="closes_at")
        for member in weavers[:2]:
            veto = petitions.sign(session, books.current(session), member, made, "weavers", clock)
        assert veto is not None
        for voter in assembly.members:
            assembly.vote(veto, voter, choice)
        closes_at = assembly.case(made).facts.veto_closes_at
        assert closes_at is not None
        assembly.go_to(closes_at + MOMENT)
        assembly.advance()
        assembly.advance()
        assert assembly.state(made) is (State.VETOED if choice == "for" else State.IN_FORCE)
    wanted = Agreement((BAKERS, WEAVERS), "audience", "Together", "", TABLE)
    pair = joint.propose(session, books.current(session), bakers[0], wanted, clock.at)
    session.execute(update(Proposal).where(col(Proposal.id).in_(pair)).values(rehearsal_needed=False))
    for one, people in zip(pair, (bakers, weavers), strict=True):
        for member in people:
            if assembly.state(one) is State.SPONSORING:
                assembly.sponsor(one, member)
    carried(assembly, *pair)
    assert [assembly.state(one) for one in pair] == [State.IN_FORCE] * 2


def of(events: Events, type: str, **wanted: object) -> dict[str, Any]:
    """The payload of the first event of this type that says this."""
    found: dict[str, Any] = next(
        event["payload"]
        for event in events
        if event["type"] == type and wanted.items() <= event["payload"].items()
    )
    return found


def without(events: Events, type: str, **wanted: object) -> None:
    payload = of(events, type, **wanted)
    events[:] = [event for event in events if event["payload"] is not payload]


def hide_the_objection(events: Events) -> None:
    without(events, "proposal.objected")


def object_twice(events: Events) -> None:
    at = next(index for index, event in enumerate(events) if event["type"] == "proposal.objected")
    events.insert(at, deepcopy(events[at]))


def object_to_a_vote(events: Events) -> None:
    of(events, "proposal.submitted")["method"] = "majority"


def let_the_class_fall_after_an_objection(events: Events) -> None:
    objected = of(events, "proposal.objected")["proposal"]
    of(events, "proposal.submitted", origin=objected)["risk_class"] = "A"


def let_the_class_fall_by_an_amendment(events: Events) -> None:
    of(events, "proposal.amended")["risk_class"] = "A"


def exchange_the_amendment(events: Events) -> None:
    of(events, "proposal.amended")["patch"][0]["value"] = 500


def hide_a_petitioner(events: Events) -> None:
    without(events, "proposal.petitioned")


def sign_twice(events: Events) -> None:
    first, second = [event["payload"] for event in events if event["type"] == "proposal.petitioned"][:2]
    second["petitioner"] = first["petitioner"]


def swell_the_guild_before_its_petition(events: Events) -> None:
    joined = next(event for event in events if event["payload"].items() >= {"guild": "weavers"}.items())
    at = events.index(joined) + 1
    for number in range(30):
        told = {"guild": "weavers", "member": f"new{number}", "role": "member"}
        events.insert(at, joined | {"type": "guild.joined", "payload": told})


def call_a_veto_for_one_who_left(events: Events) -> None:
    signed = next(event for event in events if event["type"] == "proposal.petitioned")
    told = {"guild": "weavers", "member": signed["payload"]["petitioner"]}
    events.insert(events.index(signed) + 1, signed | {"type": "guild.left", "payload": told})


def draw_a_roll_late(events: Events) -> None:
    roll = of(events, "roll.frozen")
    roll["at"] = ledger.stamp(datetime.fromisoformat(roll["at"]) + MOMENT)


def draw_a_roll_in_advance(events: Events) -> None:
    event = next(event for event in events if event["type"] == "roll.frozen")
    event["at"] = ledger.stamp(datetime.fromisoformat(event["payload"]["at"]) - MOMENT)


def petition_against_oneself(events: Events) -> None:
    for event in events:
        if event["type"] in ("proposal.petitioned", "veto.called"):
            event["payload"]["guild"] = "bakers"


def call_a_veto_that_is_none(events: Events) -> None:
    called = of(events, "veto.called")
    called["veto"] = called["proposal"]


def veto_without_a_call(events: Events) -> None:
    for _ in range(2):
        without(events, "veto.called")


def veto_what_was_not_vetoed(events: Events) -> None:
    vetoed = of(events, "proposal.ended", **{"as": "vetoed"})
    called = [event["payload"] for event in events if event["type"] == "veto.called"]
    called[0]["proposal"], called[1]["proposal"] = called[1]["proposal"], called[0]["proposal"]
    assert vetoed["proposal"] in {one["proposal"] for one in called}


def take_force_before_the_vote_on_a_veto(events: Events) -> None:
    against = of(events, "veto.called")["veto"]
    tallied = of(events, "proposal.tallied", proposal=against)
    events[:] = [event for event in events if event["payload"] is not tallied]


def leave_one_of_a_pair_out(events: Events) -> None:
    joint_id = next(
        event["payload"]["joint"]
        for event in events
        if event["type"] == "proposal.submitted" and event["payload"]["joint"]
    )
    without(events, "proposal.enacted", proposal=joint_id)


def take_force_without_the_other(events: Events) -> None:
    joint_id = next(
        event["payload"]["joint"]
        for event in events
        if event["type"] == "proposal.submitted" and event["payload"]["joint"]
    )
    of(events, "proposal.tallied", proposal=joint_id)["tally"]["passed"] = False


LIES: list[tuple[Callable[[Events], None], str]] = [
    (hide_the_objection, "too few had objected"),
    (object_twice, "objected twice"),
    (object_to_a_vote, "not decided by consent"),
    (let_the_class_fall_after_an_objection, "its risk class is B, not A"),
    (let_the_class_fall_by_an_amendment, "its class fell from B to A"),
    (exchange_the_amendment, "its hash is not that of its patch"),
    (hide_a_petitioner, "had not petitioned for it"),
    (sign_twice, "signed twice"),
    (swell_the_guild_before_its_petition, "had not petitioned for it: 2"),
    (call_a_veto_for_one_who_left, "had not petitioned for it: 1"),
    (draw_a_roll_late, "and its vote opened at"),
    (draw_a_roll_in_advance, "frozen before its vote opened"),
    (petition_against_oneself, "a petition is of another guild"),
    (call_a_veto_that_is_none, "no vote on vetoing it"),
    (veto_without_a_call, "no vote has vetoed it"),
    (veto_what_was_not_vetoed, "no vote has vetoed it"),
    (take_force_before_the_vote_on_a_veto, "the vote on that was not over"),
    (leave_one_of_a_pair_out, "did not take force together"),
    (take_force_without_the_other, "had to pass together with it"),
]


def test_law_10_an_honest_record_has_no_problems(export: Events) -> None:
    assert audit.problems(export) == []
    assert verified(export) == []


def test_law_10_a_lie_about_them_is_found(export: Events) -> None:
    for lie, expected in LIES:
        events = deepcopy(export)
        lie(events)
        found = [problem.detail for problem in audit.problems(events)]
        assert any(expected in detail for detail in found), (lie.__name__, found)
        assert any(expected in detail for detail in verified(events)), (lie.__name__, verified(events))
