"""The life of a proposal, as a function of facts and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.lifecycle import Facts, State, stage, state, timeline
from governance.tally import Bar, Tally, count
from tests.governance.founding import founding_rules

RULES = founding_rules()
T0 = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
BAR = Bar(Fraction(1, 20), 1, Fraction(3, 5), Fraction(9, 10))
PASSED: Tally = count({"for": 3}, 5, BAR)
FAILED: Tally = count({"against": 3}, 5, BAR)
SPONSORED = Facts("A", T0, submitted_at=T0, sponsored_at=T0 + DAY)
TIMES = timeline(T0 + DAY, RULES.classes.A)


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
