"""Delivery: from which moment on a member sees what they are told, by rhythm, clauses and deadline."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.membership_rules import MembershipRules, Notices
from coop.notice_delivery import default_rhythm, due_at
from coop.notice_topics import Topic
from coop.rhythm import Every, Quiet, Rhythm, awake_at, batch_at
from tests.coop.rhythms import moments, rhythms

TEXT = (Path(__file__).parents[2] / "policies" / "membership.toml").read_text(encoding="utf-8")
FOUNDING = MembershipRules.model_validate(tomllib.loads(TEXT)).notices
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=11)
BATCH = NOON + timedelta(hours=6)
MORNING = NOON + timedelta(hours=19)
HOUR = timedelta(hours=1)
BY_NIGHT = Quiet(time(22), time(7))


def seen(
    topic: Topic = "proposal",
    until: datetime | None = None,
    told_at: datetime = NOON,
    *,
    every: Every = "daily",
    quiet: Quiet | None = None,
) -> datetime:
    return due_at(Rhythm(every, 18, "sunday", "UTC", quiet), FOUNDING, topic, until, told_at)


def test_whoever_chose_nothing_hears_every_day_at_18_and_of_nothing_at_night() -> None:
    assert default_rhythm(FOUNDING) == Rhythm("daily", 18, "sunday", "UTC", Quiet(time(22), time(7)))
    alike = FOUNDING.model_copy(update={"quiet_from": 0, "quiet_to": 0})
    assert default_rhythm(alike).quiet is None


def test_law_01_the_rhythm_of_whoever_chose_nothing_is_what_the_clauses_say() -> None:
    said = {"rhythm": "weekly", "hour": 7, "weekday": "friday", "zone": "Asia/Tokyo"}
    clauses = FOUNDING.model_copy(update=said | {"quiet_from": 21, "quiet_to": 6})
    assert default_rhythm(clauses) == Rhythm("weekly", 7, "friday", "Asia/Tokyo", Quiet(time(21), time(6)))


@pytest.mark.parametrize(
    ("every", "comes"),
    [
        ("at_once", NOON),
        ("hourly", NOON),
        ("daily", BATCH),
        ("weekly", BATCH + timedelta(days=6)),
    ],
)
def test_what_is_not_urgent_waits_for_its_batch(every: Every, comes: datetime) -> None:
    assert seen(every=every) == comes


@pytest.mark.parametrize("topic", ["jury", "post"])
def test_an_urgent_topic_waits_for_no_batch_and_for_the_end_of_quiet_hours(topic: Topic) -> None:
    assert seen(topic) == NOON
    assert seen(topic, told_at=NIGHT, quiet=BY_NIGHT) == MORNING


def test_law_01_which_topics_are_urgent_is_a_clause() -> None:
    daily, clauses = Rhythm("daily", 18, "sunday", "UTC"), FOUNDING.model_copy(update={"urgent": ["seat"]})
    for topic in get_args(Topic):
        assert (due_at(daily, clauses, topic, None, NOON) == NOON) == (topic == "seat")


@pytest.mark.parametrize("hours", [1, 6, 30])
def test_a_deadline_before_the_batch_or_too_soon_after_it_is_told_of_at_once(hours: int) -> None:
    assert seen(until=NOON + hours * HOUR) == NOON


def test_a_deadline_that_leaves_time_to_act_waits_and_one_that_has_passed_hurries_nobody() -> None:
    assert seen(until=BATCH + 24 * HOUR + timedelta(seconds=1)) == BATCH
    assert seen(until=NOON) == seen(until=NOON - HOUR) == BATCH


def test_a_reminder_a_day_before_a_vote_closes_comes_while_it_is_true_and_never_with_a_digest() -> None:
    for hours in range(24):
        told_at = NOON + hours * HOUR
        assert seen(until=told_at + timedelta(days=1), told_at=told_at) == told_at


def test_law_01_how_much_time_to_act_is_left_is_a_clause() -> None:
    daily, clauses = Rhythm("daily", 18, "sunday", "UTC"), FOUNDING.model_copy(update={"hours_to_act": 0})
    assert due_at(daily, clauses, "proposal", BATCH, NOON) == NOON
    assert due_at(daily, clauses, "proposal", BATCH + HOUR, NOON) == BATCH


def test_a_deadline_breaks_quiet_hours_only_where_it_would_pass_inside_them() -> None:
    assert seen(until=MORNING, told_at=NIGHT, quiet=BY_NIGHT) == NIGHT
    assert seen(until=MORNING + HOUR, told_at=NIGHT, quiet=BY_NIGHT) == MORNING
    assert seen(every="at_once", until=MORNING - HOUR, told_at=NIGHT, quiet=BY_NIGHT) == NIGHT
    assert seen(every="at_once", told_at=NIGHT, quiet=BY_NIGHT) == MORNING


@st.composite
def clauses(draw: st.DrawFn) -> Notices:
    urgent = draw(st.lists(st.sampled_from(get_args(Topic))))
    return FOUNDING.model_copy(update={"urgent": urgent, "hours_to_act": draw(st.integers(0, 168))})


@given(
    rhythms(),
    clauses(),
    st.sampled_from(get_args(Topic)),
    moments(),
    st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=9)),
)
def test_law_14_each_thing_is_seen_from_one_moment_on_at_a_boundary_and_before_its_deadline(
    of: Rhythm, said: Notices, topic: Topic, told_at: datetime, left: timedelta | None
) -> None:
    until = None if left is None else told_at + left
    seen_at = due_at(of, said, topic, until, told_at)
    assert seen_at in (told_at, awake_at(of, told_at), batch_at(of, told_at))
    assert told_at <= seen_at <= batch_at(of, told_at)
    if topic in said.urgent:
        assert seen_at <= awake_at(of, told_at)
    if until is not None and until > told_at:
        assert seen_at <= until
    if awake_at(of, seen_at) != seen_at:
        assert seen_at == told_at and until is not None and told_at < until <= awake_at(of, told_at)


@given(rhythms(), st.sampled_from(get_args(Topic)), moments(), moments())
def test_what_is_told_later_of_one_thing_is_never_seen_earlier(
    of: Rhythm, topic: Topic, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    assert due_at(of, FOUNDING, topic, None, earlier) <= due_at(of, FOUNDING, topic, None, later)


def test_law_12_no_clause_keeps_anybody_from_hearing_of_a_deadline_before_it_passes() -> None:
    """Whatever is voted: the latest batch, no urgent topic, and quiet all day long but for an hour."""
    said = FOUNDING.model_copy(
        update={"rhythm": "weekly", "urgent": [], "hours_to_act": 0, "quiet_from": 1, "quiet_to": 0}
    )
    of = default_rhythm(said)
    for hours in range(1, 24 * 8):
        until = NOON + hours * HOUR
        assert due_at(of, said, "proposal", until, NOON) <= until
