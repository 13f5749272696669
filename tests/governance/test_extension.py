"""Late extension: where enough first say yes on the last day, everybody gets the time to answer."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from coop.errors import Conflict
from governance import cases
from governance.facts import State
from tests.governance.assembly import CLASS_B, MOMENT, Assembly

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def late_swing(assembly: Assembly, before: timedelta, patch: list[dict[str, object]] = CLASS_B) -> int:
    """Three of five say yes, which is enough; the third so long before the close."""
    made = assembly.propose(patch)
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter in assembly.members[:2]:
        assembly.vote(made, voter, "for")
    assembly.go_to(times.closes_at - before)
    assembly.vote(made, assembly.members[2], "for")
    return made


def test_a_floor_that_is_crossed_on_the_last_day_puts_off_the_close(assembly: Assembly) -> None:
    made = late_swing(assembly, HOUR)
    crossed_at = assembly.clock.at
    assert assembly.times(made).closes_at == crossed_at + DAY
    assembly.go_to(crossed_at + 2 * HOUR)
    assembly.advance()
    assert assembly.state(made) is State.VOTING
    for voter in assembly.members[3:]:
        assembly.vote(made, voter, "against")
    assembly.go_to(crossed_at + DAY)
    with pytest.raises(Conflict):
        assembly.vote(made, assembly.members[0], "against")


@pytest.mark.parametrize("before", [2 * DAY, DAY + MOMENT])
def test_a_floor_that_is_crossed_earlier_leaves_the_close(assembly: Assembly, before: timedelta) -> None:
    made = late_swing(assembly, before)
    closes_at = assembly.clock.at + before
    assembly.go_to(closes_at - MOMENT)
    assert assembly.times(made).closes_at == closes_at


def test_it_is_put_off_once_whatever_is_changed_in_the_time_it_gained(assembly: Assembly) -> None:
    made = late_swing(assembly, HOUR)
    closes_at = assembly.times(made).closes_at
    assembly.go_to(closes_at - HOUR)
    assembly.vote(made, assembly.members[2], "against")
    assembly.vote(made, assembly.members[2], "for")
    assembly.vote(made, assembly.members[3], "for")
    assert assembly.times(made).closes_at == closes_at


def test_yes_that_was_taken_back_before_the_last_day_does_not_count(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_B)
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter in assembly.members[:3]:
        assembly.vote(made, voter, "for")
    assembly.vote(made, assembly.members[2], "abstain")
    assembly.go_to(times.closes_at - HOUR)
    assembly.vote(made, assembly.members[3], "for")
    # The floor was first crossed on the first day: that it is crossed again surprises nobody.
    assert assembly.times(made).closes_at == times.closes_at


@pytest.mark.parametrize("late", [timedelta(), 5 * DAY, 40 * DAY])
def test_law_14_once_it_is_counted_it_is_due_when_it_was_due_before(
    assembly: Assembly, late: timedelta
) -> None:
    made = late_swing(assembly, HOUR)
    times = assembly.times(made)
    assembly.go_to(times.closes_at + late)
    assembly.advance()
    assert assembly.times(made) == times
    if not late:
        assembly.go_to(times.due_at - MOMENT)
        assembly.advance()
        assert assembly.state(made) is State.TIMELOCK
    assembly.go_to(times.due_at + late)
    assembly.advance()
    assert assembly.state(made) is State.IN_FORCE
    assert assembly.times(made) == times


def test_a_late_swing_that_is_answered_fails_at_the_later_close(assembly: Assembly) -> None:
    made = late_swing(assembly, HOUR)
    closes_at = assembly.times(made).closes_at
    assembly.go_to(closes_at - HOUR)
    for voter in assembly.members[3:]:
        assembly.vote(made, voter, "against")
    assembly.vote(made, assembly.members[2], "against")
    assembly.go_to(closes_at)
    assembly.advance()
    facts = assembly.case(made).facts
    assert (facts.ended_as, facts.ended_at) == (State.REJECTED, closes_at)


def test_when_the_floor_was_crossed_is_not_looked_for_once_it_is_counted(assembly: Assembly) -> None:
    made = late_swing(assembly, HOUR)
    assembly.go_to(assembly.times(made).closes_at)
    assembly.advance()
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(assembly.session.connection(), "before_cursor_execute", note)
    cases.one(assembly.session, made, assembly.clock.at)
    event.remove(assembly.session.connection(), "before_cursor_execute", note)
    assert not [statement for statement in seen if "ballot" in statement]
