"""The life of a proposal, as a function of facts and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.facts import BEFORE_VOTING, OVER, UNDONE, Facts, Joint, State
from governance.lifecycle import Stage, joint_of, stage, state, takes_ballots
from governance.rules import CLASSES, Entry, RiskClass
from governance.tally import Bar, Tally, count
from governance.timeline import Timeline, ballots_close_at, ballots_open_at, review_at, sunset_at, timeline
from tests.governance.founding import founding_rules

RULES = founding_rules()
T0 = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
BAR = Bar(Fraction(1, 20), 1, Fraction(3, 5), Fraction(9, 10))
PASSED: Tally = count({"for": 3}, 5, BAR)
FAILED: Tally = count({"against": 3}, 5, BAR)
SPONSORED = Facts("A", T0, submitted_at=T0, sponsored_at=T0 + DAY)


def times_of(facts: Facts) -> Timeline:
    found = timeline(facts, RULES)
    assert found is not None
    return found


TIMES = times_of(SPONSORED)


def test_a_draft_waits_for_its_author_for_ever() -> None:
    assert state(Facts("A", T0), RULES, T0 + 9999 * DAY) is State.DRAFT


def test_a_proposal_lapses_at_the_moment_its_time_for_sponsors_is_over() -> None:
    facts = Facts("A", T0, submitted_at=T0)
    assert state(facts, RULES, T0 + 14 * DAY - TICK) is State.SPONSORING
    lapsed = stage(facts, RULES, T0 + 40 * DAY)
    assert (lapsed.state, lapsed.since) == (State.LAPSED, T0 + 14 * DAY)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (T0 + DAY, State.DELIBERATION),
        (T0 + 3 * DAY - TICK, State.DELIBERATION),
        (T0 + 3 * DAY, State.VERIFICATION),
        (T0 + 4 * DAY - TICK, State.VERIFICATION),
        (T0 + 4 * DAY, State.VOTING),
        (T0 + 7 * DAY - TICK, State.VOTING),
        (T0 + 7 * DAY, State.TIMELOCK),
        (T0 + 8 * DAY, State.TIMELOCK),
    ],
)
def test_law_14_each_period_begins_at_its_exact_moment(moment: datetime, expected: State) -> None:
    assert state(replace(SPONSORED, tally=PASSED), RULES, moment) is expected


def test_a_stage_tells_until_when_and_what_may_follow() -> None:
    now = stage(SPONSORED, RULES, T0 + 5 * DAY)
    assert (now.since, now.until) == (TIMES.voting_at, TIMES.closes_at)
    assert now.next == (State.TIMELOCK, State.REJECTED)


def test_a_vote_that_failed_is_rejected_from_its_close() -> None:
    now = stage(replace(SPONSORED, tally=FAILED), RULES, T0 + 30 * DAY)
    assert (now.state, now.since) == (State.REJECTED, TIMES.closes_at)


def test_after_the_close_there_is_no_answer_without_a_tally() -> None:
    with pytest.raises(ValueError, match="tally"):
        state(SPONSORED, RULES, TIMES.closes_at)


@pytest.mark.parametrize(
    ("moved", "tally", "expected", "since"),
    [
        (T0 + 2 * DAY, None, State.CONFLICTED, TIMES.voting_at),
        (TIMES.voting_at, None, State.CONFLICTED, TIMES.voting_at),
        (T0 + 5 * DAY, None, State.CONFLICTED, T0 + 5 * DAY),
        (T0 + 7 * DAY + TICK, PASSED, State.CONFLICTED, T0 + 7 * DAY + TICK),
        (T0 + 7 * DAY + TICK, FAILED, State.REJECTED, TIMES.closes_at),
    ],
)
def test_a_text_that_moved_on_is_found_at_the_end_of_verification_and_ever_after(
    moved: datetime, tally: Tally | None, expected: State, since: datetime
) -> None:
    now = stage(replace(SPONSORED, base_moved_at=moved, tally=tally), RULES, T0 + 20 * DAY)
    assert (now.state, now.since) == (expected, since)


def test_before_the_end_of_verification_a_text_that_moved_on_is_no_conflict_yet() -> None:
    facts = replace(SPONSORED, base_moved_at=T0 + 2 * DAY)
    assert state(facts, RULES, TIMES.voting_at - TICK) is State.VERIFICATION


MOMENTS = st.integers(0, 20 * 24).map(lambda hours: T0 + timedelta(hours=hours))


@given(
    st.sampled_from([PASSED, FAILED]), st.none() | MOMENTS, st.lists(MOMENTS, min_size=1, max_size=6), MOMENTS
)
def test_law_14_looking_often_or_late_gives_the_same_answer(
    tally: Tally, moved: datetime | None, looks: list[datetime], late: datetime
) -> None:
    """A job that records an end as soon as it sees one leaves what one that comes late computes."""
    facts = replace(SPONSORED, tally=tally, base_moved_at=moved)
    recorded = facts
    for look in sorted(looks):
        if moved is not None and look < moved:
            continue
        seen = stage(recorded, RULES, look)
        if seen.state in {State.REJECTED, State.CONFLICTED}:
            recorded = replace(recorded, ended_as=seen.state, ended_at=seen.since)
    after = max(late, T0 + 21 * DAY)
    assert stage(recorded, RULES, after).state == stage(facts, RULES, after).state
    assert stage(recorded, RULES, after).since == stage(facts, RULES, after).since


def test_law_13_an_end_stays_whatever_time_says() -> None:
    facts = replace(SPONSORED, ended_as=State.WITHDRAWN, ended_at=T0 + 2 * DAY)
    assert state(facts, RULES, T0 + 90 * DAY) is State.WITHDRAWN
    assert state(replace(SPONSORED, enacted_at=T0 + 9 * DAY), RULES, T0 + 90 * DAY) is State.IN_FORCE


HOUR = timedelta(hours=1)
DUE = replace(SPONSORED, tally=PASSED)
CLASS_B = replace(SPONSORED, risk_class="B")
EMERGENCY = Facts("A", T0, pace="emergency", submitted_at=T0, sponsored_at=T0 + DAY)
ACTING = replace(EMERGENCY, enacted_at=T0 + DAY)
AGREED = replace(DUE, enacted_at=T0 + 8 * DAY, review_after=91 * DAY, sunset_after=182 * DAY)


LIVES: dict[State, tuple[Facts, datetime]] = {
    State.DRAFT: (Facts("A", T0), T0),
    State.SPONSORING: (Facts("A", T0, submitted_at=T0), T0),
    State.DELIBERATION: (SPONSORED, T0 + DAY),
    State.VERIFICATION: (SPONSORED, TIMES.verification_at),
    State.VOTING: (SPONSORED, TIMES.voting_at),
    State.TIMELOCK: (DUE, TIMES.closes_at),
    State.IN_FORCE: (AGREED, T0 + 8 * DAY),
    State.REJECTED: (replace(SPONSORED, tally=FAILED), TIMES.closes_at),
    State.WITHDRAWN: (replace(SPONSORED, ended_as=State.WITHDRAWN, ended_at=T0 + DAY), T0 + DAY),
    State.LAPSED: (Facts("A", T0, submitted_at=T0), T0 + 14 * DAY),
    State.CONFLICTED: (replace(SPONSORED, base_moved_at=T0 + DAY), TIMES.voting_at),
    State.CANCELLED: (replace(SPONSORED, joint=Joint(broken_at=T0 + 2 * DAY)), T0 + 2 * DAY),
    State.VETOED: (
        replace(DUE, veto_closes_at=TIMES.closes_at + 7 * DAY, vetoed=True),
        TIMES.closes_at + 7 * DAY,
    ),
    State.SUPERSEDED: (replace(SPONSORED, ended_as=State.SUPERSEDED, ended_at=T0 + DAY), T0 + DAY),
    State.ENACTMENT_FAILED: (
        replace(DUE, ended_as=State.ENACTMENT_FAILED, ended_at=TIMES.due_at),
        TIMES.due_at,
    ),
    State.SUNSET: (AGREED, T0 + 190 * DAY),
    State.REVERTED: (replace(ACTING, tally=FAILED), T0 + 8 * DAY),
    State.REPEALED: (replace(AGREED, undone_as=State.REPEALED, undone_at=T0 + 50 * DAY), T0 + 50 * DAY),
}
"""State → a life that is in it, and the first moment at which it is."""


@pytest.mark.parametrize("expected", list(State))
def test_law_14_every_state_follows_from_facts_and_time(expected: State) -> None:
    facts, since = LIVES[expected]
    found = stage(facts, RULES, since + HOUR)
    assert found.state is expected
    assert expected not in found.next
    over = expected in OVER | UNDONE
    assert (found.until is None and found.next == ()) or not over
    assert (expected in BEFORE_VOTING) == (
        expected.value in {"draft", "sponsoring", "deliberation", "verification"}
    )


TIMED = [
    expected
    for expected in State
    if expected
    in {State.VERIFICATION, State.VOTING, State.TIMELOCK, State.REJECTED, State.LAPSED, State.CONFLICTED}
    | {State.CANCELLED, State.VETOED, State.SUNSET, State.REVERTED}
]
"""States that time alone brings about: an act brings the others."""


@pytest.mark.parametrize("expected", TIMED)
def test_law_14_what_time_brings_about_begins_at_its_exact_moment(expected: State) -> None:
    facts, since = LIVES[expected]
    assert stage(facts, RULES, since).since == since
    assert state(facts, RULES, since) is expected
    assert state(facts, RULES, since - TICK) is not expected


def test_a_floor_that_is_first_reached_on_the_last_day_puts_off_the_close() -> None:
    late = times_of(replace(SPONSORED, floor_at=TIMES.closes_at - HOUR))
    assert late.closes_at == TIMES.closes_at + 23 * HOUR
    assert late.due_at == late.closes_at + (TIMES.due_at - TIMES.closes_at)
    assert late.voting_at == TIMES.voting_at


@pytest.mark.parametrize("before", [DAY + TICK, 2 * DAY, timedelta(), -HOUR])
def test_a_floor_that_is_reached_earlier_or_after_the_close_leaves_it(before: timedelta) -> None:
    assert times_of(replace(SPONSORED, floor_at=TIMES.closes_at - before)) == TIMES


@given(
    st.sampled_from(CLASSES),
    st.integers(0, 7 * 24),
    st.integers(0, 7 * 24),
    st.fractions(0, 1, max_denominator=20),
    st.integers(0, 20 * 24),
)
def test_an_extension_never_takes_a_vote_beyond_twice_its_period_nor_makes_it_shorter(
    risk_class: RiskClass, window: int, by: int, most: Fraction, reached: int
) -> None:
    extension = RULES.extension.model_copy(update={"window": window * HOUR, "by": by * HOUR, "most": most})
    rules = RULES.model_copy(update={"extension": extension})
    facts = replace(SPONSORED, risk_class=risk_class)
    plain, late = (
        timeline(replace(facts, floor_at=floor_at), rules) for floor_at in (None, T0 + DAY + reached * HOUR)
    )
    assert plain is not None
    assert late is not None
    period = plain.closes_at - plain.voting_at
    assert period <= late.closes_at - late.voting_at <= 2 * period


def test_law_05_verification_goes_on_until_the_rehearsal_is_done() -> None:
    waiting = replace(SPONSORED, rehearsal_needed=True)
    held = stage(waiting, RULES, TIMES.voting_at + 30 * DAY)
    assert (held.state, held.until) == (State.VERIFICATION, None)
    assert ballots_open_at(waiting, RULES) is None
    assert ballots_close_at(waiting, RULES) is None
    early = replace(waiting, rehearsed_at=TIMES.verification_at)
    assert times_of(early) == TIMES
    late = replace(waiting, rehearsed_at=TIMES.voting_at + 5 * DAY)
    assert times_of(late).voting_at == TIMES.voting_at + 5 * DAY
    assert state(late, RULES, TIMES.voting_at + 5 * DAY) is State.VOTING
    assert times_of(late).closes_at - times_of(late).voting_at == TIMES.closes_at - TIMES.voting_at


@pytest.mark.parametrize("late", [DAY, 300 * DAY])
def test_what_waits_for_its_rehearsal_can_be_overtaken_however_long_it_waits(late: timedelta) -> None:
    waiting = replace(SPONSORED, rehearsal_needed=True, base_moved_at=TIMES.voting_at + late)
    assert state(waiting, RULES, TIMES.voting_at + late - TICK) is State.VERIFICATION
    assert state(waiting, RULES, TIMES.voting_at + late) is State.CONFLICTED


def test_a_proposal_waits_for_a_veto_and_takes_force_right_after_one_that_failed() -> None:
    closes_at = TIMES.due_at + 6 * DAY
    called = replace(DUE, veto_closes_at=closes_at)
    waiting = stage(called, RULES, TIMES.due_at + DAY)
    assert (waiting.state, waiting.until) == (State.TIMELOCK, closes_at + TICK)
    assert stage(called, RULES, closes_at + DAY).until == closes_at + TICK
    vetoed = stage(replace(called, vetoed=True), RULES, closes_at + 9 * DAY)
    assert (vetoed.state, vetoed.since) == (State.VETOED, closes_at)


def test_a_veto_has_no_time_for_deliberation_and_no_timelock() -> None:
    veto = Facts("B", T0, pace="veto", entry="voting", submitted_at=T0, sponsored_at=T0)
    times = times_of(veto)
    assert (times.voting_at, times.closes_at, times.due_at) == (T0, T0 + 7 * DAY, T0 + 7 * DAY)
    assert state(veto, RULES, T0) is State.VOTING


@pytest.mark.parametrize(
    ("entry", "expected", "days"),
    [
        ("deliberation", State.DELIBERATION, 5),
        ("verification", State.VERIFICATION, 2),
        ("voting", State.VOTING, 7),
    ],
)
def test_what_goes_on_from_another_begins_where_it_is_told_to(
    entry: Entry, expected: State, days: int
) -> None:
    found = stage(replace(CLASS_B, entry=entry), RULES, T0 + DAY)
    assert (found.state, found.until) == (expected, T0 + DAY + days * DAY)


def test_an_expedited_repeal_keeps_the_periods_of_haste() -> None:
    times = times_of(replace(CLASS_B, pace="expedited"))
    assert times.voting_at == T0 + DAY + 12 * HOUR
    assert times.due_at == times.closes_at == times.voting_at + 3 * DAY


def alone(facts: Facts, moment: datetime) -> tuple[Stage, Timeline | None]:
    return stage(facts, RULES, moment), timeline(facts, RULES)


def test_of_joint_proposals_all_wait_for_the_last_and_end_with_the_first_that_ends() -> None:
    now = T0 + 30 * DAY
    passed, slow = alone(DUE, now), alone(replace(CLASS_B, tally=PASSED), now)
    young = alone(replace(SPONSORED, sponsored_at=T0 + 29 * DAY), now)
    lost = alone(replace(SPONSORED, tally=FAILED), now)
    withdrawn = alone(replace(SPONSORED, ended_as=State.WITHDRAWN, ended_at=T0 + 2 * DAY), now)
    assert joint_of([passed, slow]) == Joint(due_at=times_of(CLASS_B).due_at)
    assert joint_of([passed, young]) == Joint()
    assert joint_of([passed, lost, young]) == Joint(broken_at=TIMES.closes_at)
    assert joint_of([lost, withdrawn]) == Joint(broken_at=T0 + 2 * DAY)


def test_a_joint_proposal_is_due_when_the_last_is() -> None:
    waiting = stage(replace(DUE, joint=Joint()), RULES, T0 + 90 * DAY)
    assert (waiting.state, waiting.until) == (State.TIMELOCK, None)
    later = replace(DUE, joint=Joint(due_at=T0 + 20 * DAY))
    assert stage(later, RULES, T0 + 90 * DAY).until == T0 + 20 * DAY
    earlier = replace(DUE, joint=Joint(due_at=T0 + DAY))
    assert stage(earlier, RULES, T0 + 90 * DAY).until == TIMES.due_at


@pytest.mark.parametrize(
    ("facts", "before"),
    [
        (Facts("A", T0, submitted_at=T0), State.SPONSORING),
        (SPONSORED, State.DELIBERATION),
        (DUE, State.TIMELOCK),
    ],
)
def test_nobody_votes_in_vain_on_what_cannot_take_force_any_more(facts: Facts, before: State) -> None:
    broken_at = TIMES.closes_at if before is State.TIMELOCK else T0 + 2 * DAY
    broken = replace(facts, joint=Joint(broken_at=broken_at))
    ended = stage(broken, RULES, T0 + 90 * DAY)
    assert (ended.state, ended.since) == (State.CANCELLED, broken_at)
    assert state(replace(broken, joint=Joint(broken_at=broken_at + DAY)), RULES, broken_at) is before


def test_an_emergency_measure_is_due_at_once_and_voted_on_while_it_is_in_force() -> None:
    assert state(EMERGENCY, RULES, T0 + DAY) is State.TIMELOCK
    assert not takes_ballots(EMERGENCY, RULES, T0 + DAY)
    assert ballots_open_at(ACTING, RULES) == T0 + DAY
    assert ballots_close_at(ACTING, RULES) == T0 + 8 * DAY
    assert takes_ballots(ACTING, RULES, T0 + 8 * DAY - TICK)
    with pytest.raises(ValueError, match="ratify"):
        takes_ballots(ACTING, RULES, T0 + 8 * DAY)
    ratified = replace(ACTING, tally=PASSED)
    assert stage(ratified, RULES, T0 + 30 * DAY).state is State.IN_FORCE
    assert not takes_ballots(ratified, RULES, T0 + 30 * DAY)
    reverted = stage(replace(ACTING, tally=FAILED), RULES, T0 + 30 * DAY)
    assert (reverted.state, reverted.since) == (State.REVERTED, T0 + 8 * DAY)


def test_a_renewal_begins_its_term_anew() -> None:
    renewed = replace(AGREED, renewed_at=T0 + 100 * DAY)
    assert state(renewed, RULES, T0 + 190 * DAY) is State.IN_FORCE
    ended = stage(renewed, RULES, T0 + 300 * DAY)
    assert (ended.state, ended.since) == (State.SUNSET, T0 + 282 * DAY)
    assert (review_at(AGREED), review_at(renewed)) == (T0 + 99 * DAY, T0 + 191 * DAY)
    assert review_at(replace(AGREED, enacted_at=None)) is None


def test_a_change_that_was_undone_is_neither_reviewed_nor_ends_again() -> None:
    repealed = replace(AGREED, undone_as=State.REPEALED, undone_at=T0 + 50 * DAY)
    assert (review_at(repealed), sunset_at(repealed)) == (None, None)
    assert state(repealed, RULES, T0 + 300 * DAY) is State.REPEALED


ORDER = {
    State.DRAFT: 0,
    State.SPONSORING: 1,
    State.DELIBERATION: 2,
    State.VERIFICATION: 3,
    State.VOTING: 4,
    State.TIMELOCK: 5,
    State.IN_FORCE: 6,
}
"""The way of a proposal; every end comes after it."""

LATER = st.integers(0, 90 * 24).map(lambda hours: T0 + hours * HOUR)
LENGTHS = st.none() | st.integers(1, 60 * 24).map(lambda hours: hours * HOUR)
LIFE = st.builds(
    Facts,
    risk_class=st.sampled_from(CLASSES),
    created_at=st.just(T0),
    pace=st.sampled_from(["ordinary", "expedited", "veto", "emergency"]),
    entry=st.sampled_from(["deliberation", "verification", "voting"]),
    submitted_at=st.just(T0),
    sponsored_at=st.none() | st.integers(0, 14 * 24 - 1).map(lambda hours: T0 + hours * HOUR),
    base_moved_at=st.none() | LATER,
    rehearsal_needed=st.booleans(),
    rehearsed_at=st.none() | LATER,
    floor_at=st.none() | LATER,
    tally=st.sampled_from([PASSED, FAILED]),
    veto_closes_at=st.none() | LATER,
    vetoed=st.booleans(),
    joint=st.none() | st.builds(Joint, due_at=st.none() | LATER) | st.builds(Joint, broken_at=LATER),
    enacted_at=st.none() | LATER,
    renewed_at=st.none() | LATER,
    sunset_after=LENGTHS,
)


def known(life: Facts, moment: datetime) -> Facts:
    """What has happened by a moment, of a life that is known to its end."""
    dated = ("sponsored_at", "base_moved_at", "rehearsed_at", "floor_at", "enacted_at", "renewed_at")
    to_come = [name for name in dated if (at := getattr(life, name)) is not None and at > moment]
    joint = life.joint
    if joint is not None and joint.broken_at is not None and joint.broken_at > moment:
        joint = Joint()
    unknown: dict[str, Any] = dict.fromkeys(to_come)
    return replace(life, joint=joint, **unknown)


ACTS: dict[str, State] = {
    "sponsored_at": State.SPONSORING,
    "rehearsed_at": State.VERIFICATION,
    "floor_at": State.VOTING,
    "veto_closes_at": State.TIMELOCK,
    "enacted_at": State.TIMELOCK,
    "renewed_at": State.IN_FORCE,
}
"""What happens to a proposal, in the order in which it can, and the state that it is in just then."""


def possible(life: Facts) -> Facts:
    """The life without what could not have happened: acts upon what had ended, or was not there yet."""
    wanted: dict[str, Any] = {name: getattr(life, name) for name in ACTS}
    nothing: dict[str, Any] = dict.fromkeys(ACTS)
    life = replace(life, **nothing)
    for name, expected in ACTS.items():
        at = wanted[name]
        if at is None:
            continue
        before = stage(known(life, at), RULES, at)
        held = name != "rehearsed_at" or life.rehearsal_needed
        due = name != "enacted_at" or (before.until is not None and before.until <= at)
        if before.state is expected and held and due:
            done: dict[str, Any] = {name: at}
            life = replace(life, **done)
    return life if life.veto_closes_at else replace(life, vetoed=False)


@given(LIFE.map(possible), st.lists(LATER, min_size=2, max_size=12))
def test_law_14_a_life_never_runs_back(life: Facts, looks: list[datetime]) -> None:
    seen = [stage(known(life, look), RULES, look) for look in sorted(looks)]
    ranks = [ORDER.get(found.state, 7) for found in seen]
    assert ranks == sorted(ranks)
    for earlier, later in pairwise(seen):
        assert earlier.since <= later.since
        if earlier.state not in ORDER:
            assert (earlier.state, earlier.since) == (later.state, later.since)


@given(LIFE.map(possible), LATER, st.integers(0, 1000))
def test_law_14_nothing_changes_before_the_moment_that_is_told(
    life: Facts, look: datetime, part: int
) -> None:
    """Unless something happens meanwhile: time alone changes nothing sooner."""
    facts = known(life, look)
    now = stage(facts, RULES, look)
    assume(now.until is not None)
    until = now.until or look
    assume(look < until)
    assert stage(facts, RULES, look + (until - look - TICK) * part / 1000) == now
    assert now.state is State.TIMELOCK or stage(facts, RULES, until) != now
