"""Renewals: a change whose time would be over goes on, if a vote says so in time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from coop.errors import Conflict, NotFound, RuleBroken
from coop.ids import new_id
from governance import renewals
from governance.drafts import Draft
from governance.facts import RENEWAL, State
from tests.governance.assembly import CLASS_A, Assembly
from tests.governance.changes import DAY, FOUNDING, SMALL, in_force, said, setting, told
from tests.governance.record import audited

SUNSET = 60 * DAY


def renewal(assembly: Assembly, made: int, **changed: Any) -> Draft:
    wanted = Draft("coop", RENEWAL, "Renew it", "It works.", [], "", target_id=made)
    return replace(wanted, **changed)


def voted(assembly: Assembly, made: int, choice: str = "for") -> tuple[int, datetime]:
    """A renewal that everybody has voted on; when it is due."""
    made_renewal = assembly.bring(renewal(assembly, made))
    assembly.carry(made_renewal, *[choice] * 5)
    return made_renewal, assembly.clock.at


def test_law_14_a_renewed_change_is_counted_from_the_moment_its_renewal_was_due(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500), sunset_after=SUNSET)
    vote, due_at = voted(assembly, made)
    assembly.go_to(due_at + DAY)
    assembly.advance()
    case = assembly.case(made)
    assert (assembly.state(vote), assembly.case(vote).version_id) == (State.IN_FORCE, None)
    assert (case.facts.renewed_at, case.sunset_at) == (due_at, due_at + SUNSET)
    assert said(assembly) == FOUNDING | {SMALL: 500}
    (event,) = told(assembly, "proposal.renewed")
    assert (event["proposal"], event["by"]) == (str(made), str(vote))
    assembly.go_to(due_at + SUNSET)
    assembly.advance()
    assert assembly.state(made) is State.SUNSET
    audited(assembly)


def test_a_renewal_that_was_rejected_lets_the_change_end(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500), sunset_after=SUNSET)
    ends_at = assembly.case(made).sunset_at
    assert ends_at is not None
    vote, _ = voted(assembly, made, "against")
    assembly.go_to(ends_at)
    assembly.advance()
    assert (assembly.state(vote), assembly.state(made)) == (State.REJECTED, State.SUNSET)


@pytest.mark.parametrize("early", [timedelta(hours=1), timedelta(), -timedelta(hours=1)])
def test_law_14_a_job_that_comes_late_renews_only_what_was_still_in_force(
    assembly: Assembly, early: timedelta
) -> None:
    made = in_force(assembly, setting(small=500), sunset_after=SUNSET)
    ends_at = assembly.case(made).sunset_at
    assert ends_at is not None
    start = assembly.bring(renewal(assembly, made))
    way = assembly.times(start).due_at - assembly.clock.at
    assembly.go_to(ends_at - early - way)
    vote, due_at = voted(assembly, made)
    assert due_at == ends_at - early
    assembly.go_to(ends_at + 3 * DAY)
    assembly.advance()
    expected = State.IN_FORCE if early > timedelta() else State.SUNSET
    assert assembly.state(made) is expected
    assert (assembly.state(vote) is State.IN_FORCE) is (early > timedelta())


def test_a_renewal_is_of_the_class_of_what_it_renews_and_decided_by_majority(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    case = assembly.case(assembly.bring(renewal(assembly, made)))
    assert (case.facts.risk_class, case.method) == ("B", "majority")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"target_id": None}, "/target"),
        ({"patch": CLASS_A}, "/patch"),
        ({"base_sha256": "0" * 64}, "/base_sha256"),
        ({"options": {"choices": []}}, "/options"),
        ({"method": "schulze"}, "/method"),
        ({"scope": "guild:bakers"}, "/scope"),
        ({"sunset_after": DAY}, "/terms"),
    ],
)
def test_what_is_no_renewal_is_refused(assembly: Assembly, changed: dict[str, object], pointer: str) -> None:
    made = in_force(assembly, setting(small=500))
    _, bakers = assembly.guild("bakers", *assembly.members)
    with pytest.raises(RuleBroken) as refused:
        assembly.put(renewal(assembly, made, **changed), bakers[0])
    assert refused.value.faults[0].pointer == pointer


def test_what_does_not_end_or_is_not_in_force_cannot_be_renewed(assembly: Assembly) -> None:
    endless = in_force(assembly, CLASS_A)
    running = assembly.propose(setting(small=500))
    for made in (endless, running):
        with pytest.raises(Conflict):
            assembly.put(renewal(assembly, made), assembly.members[0])
    with pytest.raises(RuleBroken):
        assembly.put(renewal(assembly, new_id(assembly.clock.at)), assembly.members[0])


def test_one_call_drafts_a_renewal(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    book = assembly.books.current(assembly.session)

    def draft(target: int) -> int:
        return renewals.draft_renewal(assembly.session, book, assembly.members[1], target, assembly.clock)

    found = assembly.case(draft(made))
    assert (found.kind, found.target_id, found.title) == (RENEWAL, made, "Renew: A change")
    with pytest.raises(NotFound):
        draft(new_id(assembly.clock.at))


def test_a_renewal_can_be_blocked_for_a_clause_of_what_it_renews(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    vote = assembly.bring(renewal(assembly, made))
    assembly.go_to(assembly.times(vote).voting_at)
    cast = assembly.vote(vote, assembly.members[0], "block", reason="Too small.", clause=SMALL)
    assert cast.said.clause == SMALL
    with pytest.raises(RuleBroken):
        assembly.vote(vote, assembly.members[1], "block", reason="Too small.", clause="/no/such")
