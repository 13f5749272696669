"""Emergency measures: stewards act at once, and members ratify or the measure ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from governance import emergencies, sponsors
from governance.charter import LONGEST_WAY
from governance.drafts import Draft
from governance.facts import State
from governance.people.tables import CouncilSeat
from governance.tables import Proposal
from tests.governance.assembly import MOMENT, Assembly
from tests.governance.changes import (
    DAY,
    FOUNDING,
    MEDIUM,
    SMALL,
    enact,
    founding_text,
    go_on,
    head,
    said,
    setting,
    told,
    undone,
)
from tests.governance.people.polls import Poll
from tests.governance.people.test_councils import elect
from tests.governance.record import audited

LASTS = 7 * DAY


def seat(assembly: Assembly, *stewards: Identity, until: timedelta = 300 * DAY) -> None:
    """Put members on the coop's council."""
    election = assembly.submit()
    now = assembly.clock.at
    for steward in stewards:
        assembly.session.add(
            CouncilSeat(
                scope="coop",
                member_id=steward.member_id,
                election_id=election,
                since=now - DAY,
                until=now + until,
            )
        )
    assembly.session.flush()


@pytest.fixture
def council(assembly: Assembly) -> Assembly:
    """Five members, of whom the first four are stewards."""
    seat(assembly, *assembly.members[:4])
    return assembly


def measure(assembly: Assembly, steward: Identity, **clauses: int) -> int:
    return proposed(assembly, steward, assembly.draft(setting(**clauses)))


def proposed(assembly: Assembly, steward: Identity, wanted: Draft) -> int:
    book = assembly.books.current(assembly.session)
    return emergencies.propose(assembly.session, book, steward, wanted, assembly.clock)


def sign(assembly: Assembly, made: int, steward: Identity) -> None:
    emergencies.sign_measure(assembly.session, steward, made, assembly.clock)


def taken(assembly: Assembly, **clauses: int) -> int:
    """A measure in force, signed by the first three stewards."""
    made = measure(assembly, assembly.members[0], **clauses)
    for steward in assembly.members[1:3]:
        sign(assembly, made, steward)
    assembly.advance()
    assert assembly.state(made) is State.IN_FORCE
    return made


def test_enough_signatures_put_a_measure_in_force_at_once(council: Assembly) -> None:
    made = measure(council, council.members[0], small=500)
    sign(council, made, council.members[1])
    council.advance()
    assert council.state(made) is State.SPONSORING
    assert said(council) == FOUNDING
    sign(council, made, council.members[2])
    council.advance()
    assert council.state(made) is State.IN_FORCE
    assert said(council) == FOUNDING | {SMALL: 500}
    assert (head(council).cause, head(council).tally) == ("emergency", None)


def test_law_02_a_measure_that_members_did_not_ratify_is_put_back(council: Assembly) -> None:
    made = taken(council, small=500)
    enacted_at = council.case(made).facts.enacted_at
    assert enacted_at is not None
    council.vote(made, council.members[0], "for")
    for voter in council.members[1:]:
        council.vote(made, voter, "against")
    council.go_to(enacted_at + LASTS - MOMENT)
    council.advance()
    assert council.state(made) is State.IN_FORCE
    council.go_to(enacted_at + LASTS)
    assert council.state(made) is State.REVERTED
    council.advance()
    assert undone(council, made) == (State.REVERTED, enacted_at + LASTS)
    assert (head(council).cause, head(council).text) == ("emergency", founding_text(council))
    reason = council.case(made).undone_reason
    assert reason is not None
    assert reason.startswith("The members did not ratify it. Rejected: 1 of 5")


def test_law_14_a_late_job_puts_back_what_nobody_voted_on(council: Assembly) -> None:
    made = taken(council, small=500)
    enacted_at = council.case(made).facts.enacted_at
    assert enacted_at is not None
    council.go_to(enacted_at + 40 * DAY)
    council.advance()
    assert undone(council, made) == (State.REVERTED, enacted_at + LASTS)
    assert said(council) == FOUNDING


def test_a_measure_that_members_ratified_goes_on_until_its_sunset(council: Assembly) -> None:
    made = taken(council, small=500)
    for voter in council.members:
        council.vote(made, voter, "for")
    go_on(council, LASTS)
    council.advance()
    assert council.state(made) is State.IN_FORCE
    ends_at = council.case(made).sunset_at
    assert ends_at is not None
    council.go_to(ends_at)
    council.advance()
    assert undone(council, made) == (State.SUNSET, ends_at)


def test_only_stewards_in_office_propose_and_sign(council: Assembly) -> None:
    other, last = council.members[4], council.members[3]
    with pytest.raises(Forbidden):
        measure(council, other, small=500)
    made = measure(council, council.members[0], small=500)
    with pytest.raises(Forbidden):
        sign(council, made, other)
    with pytest.raises(Forbidden):
        sponsors.sponsor(council.session, last, made, council.clock)
    go_on(council, DAY)
    ended = update(CouncilSeat).where(col(CouncilSeat.member_id) == last.member_id)
    council.session.execute(ended.values(until=council.clock.at))
    with pytest.raises(Forbidden):
        sign(council, made, last)


def test_a_steward_signs_once(council: Assembly) -> None:
    made = measure(council, council.members[0], small=500)
    for _ in range(3):
        sign(council, made, council.members[0])
        sign(council, made, council.members[1])
    council.advance()
    assert council.state(made) is State.SPONSORING


def test_fewer_stewards_than_have_to_sign_take_no_measure(assembly: Assembly) -> None:
    seat(assembly, *assembly.members[:2])
    with pytest.raises(Conflict) as refused:
        measure(assembly, assembly.members[0], small=500)
    assert refused.value.faults[0].detail == "voting /emergency/stewards = 3; 2 are in office."


def test_what_is_no_measure_is_not_signed_by_stewards(council: Assembly) -> None:
    ordinary = council.submit()
    with pytest.raises(Conflict):
        sign(council, ordinary, council.members[1])
    with pytest.raises(NotFound):
        sign(council, new_id(council.clock.at), council.members[1])


BOUNDS = [{"op": "replace", "path": "/bounds/coop/~1photos~1per_day/max", "value": 900}]
ADMISSION = [{"op": "replace", "path": "/joining/admission", "value": "invited"}]
HASTE = [{"op": "replace", "path": "/classes/A/vote", "value": "P1D"}]


@pytest.mark.parametrize(
    ("kind", "patch", "changed", "pointer"),
    [
        ("membership", ADMISSION, {}, "/kind"),
        ("voting", HASTE, {}, "/kind"),
        ("media", BOUNDS, {}, "/patch"),
        ("media", None, {"scope": "guild:bakers"}, "/scope"),
        ("media", None, {"target_id": 7}, "/target"),
        ("media", None, {"method": "schulze"}, "/method"),
    ],
)
def test_law_12_no_measure_says_who_belongs_or_how_we_decide(
    council: Assembly, kind: str, patch: Any, changed: dict[str, Any], pointer: str
) -> None:
    wanted = replace(council.draft(patch, kind), **changed)
    with pytest.raises(RuleBroken) as refused:
        proposed(council, council.members[0], wanted)
    assert refused.value.faults[0].pointer == pointer


def test_law_02_no_measure_prolongs_another(council: Assembly) -> None:
    made = taken(council, small=500)
    go_on(council, DAY)
    with pytest.raises(Conflict) as refused:
        measure(council, council.members[0], small=520, medium=1000)
    assert [fault.pointer for fault in refused.value.faults] == [SMALL]
    assert taken(council, medium=1000)
    enacted_at = council.case(made).facts.enacted_at
    assert enacted_at is not None
    council.go_to(enacted_at + LASTS)
    council.advance()
    with pytest.raises(Conflict):
        measure(council, council.members[0], small=520)
    council.go_to(enacted_at + LONGEST_WAY)
    council.advance()
    assert measure(council, council.members[0], small=520)


def test_a_measure_that_waits_for_signatures_when_the_policy_moves_on_is_conflicted(
    council: Assembly,
) -> None:
    made = measure(council, council.members[0], small=500)
    other = taken(council, medium=1000)
    for steward in council.members[1:3]:
        sign(council, made, steward)
    council.advance()
    assert (council.state(made), council.state(other)) == (State.CONFLICTED, State.IN_FORCE)


def test_law_02_a_measure_that_others_were_laid_over_does_not_come_back(council: Assembly) -> None:
    made = taken(council, photos=70)
    over = council.bring(replace(council.draft(setting(photos=80)), sunset_after=30 * DAY))
    council.session.get_one(Proposal, over).entry = "voting"  # as one that goes on from another
    council.session.flush()
    enact(council, over)
    assert council.state(made) is State.SUPERSEDED
    go_on(council, 30 * DAY)
    council.advance()
    assert council.state(over) is State.SUNSET
    assert said(council) == FOUNDING


def test_law_04_the_record_of_measures_holds_without_the_database(poll: Poll) -> None:
    assembly = poll.assembly
    elect(poll, 0, 1, 2, 3)
    refused, ratified = taken(assembly, small=500), taken(assembly, medium=1000)
    for voter in assembly.members[:12]:
        assembly.vote(ratified, voter, "for")
    go_on(assembly, LASTS)
    assembly.advance()
    assert (assembly.state(refused), assembly.state(ratified)) == (State.REVERTED, State.IN_FORCE)
    assert said(assembly) == FOUNDING | {MEDIUM: 1000}
    assert [event["as"] for event in told(assembly, "proposal.undone")] == ["reverted"]
    audited(assembly)


@pytest.fixture
def poll(assembly: Assembly) -> Poll:
    """Fifteen members who elect a council."""
    assembly.admit(10)
    return Poll.of(assembly)
