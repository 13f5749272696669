"""The state of a room as a function of its facts and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.rooms.room_state import ends_at, seen_since, state, unused, window
from audience.rules import AUDIENCE, AudienceRules
from tests.audience.factories import NOW, founding_book

RULES = founding_book().rules(AUDIENCE, AudienceRules).rooms
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
MOMENTS = st.integers(-120, 240).map(lambda minutes: NOW + minutes * MINUTE)


@dataclass(frozen=True)
class Times:
    starts_at: datetime = NOW
    minutes: int = 60
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None


OPENED = Times(opened_at=NOW + MINUTE)


@pytest.mark.parametrize(
    ("times", "minutes", "said"),
    [
        (Times(), -1000, "scheduled"),
        (Times(), 29, "scheduled"),
        (Times(), 30, "lapsed"),
        (Times(cancelled_at=NOW), 29, "cancelled"),
        (Times(cancelled_at=NOW), 900, "cancelled"),
        (OPENED, 1, "open"),
        (OPENED, 60, "open"),
        (OPENED, 61, "ended"),
        (Times(opened_at=NOW, ended_at=NOW + 5 * MINUTE), 5, "ended"),
        (Times(opened_at=NOW, ended_at=NOW + 5 * MINUTE), 900, "ended"),
    ],
)
def test_law_14_each_state_follows_from_facts_and_time(times: Times, minutes: int, said: str) -> None:
    assert state(times, RULES, NOW + minutes * MINUTE) == said


def test_law_01_the_window_is_that_of_the_clauses() -> None:
    assert window(Times(), RULES) == (NOW - 15 * MINUTE, NOW + 30 * MINUTE)
    later = RULES.model_copy(update={"early": 5 * MINUTE, "late": 60 * MINUTE})
    assert window(Times(), later) == (NOW - 5 * MINUTE, NOW + 60 * MINUTE)
    assert (state(Times(), RULES, NOW + 40 * MINUTE), state(Times(), later, NOW + 40 * MINUTE)) == (
        "lapsed",
        "scheduled",
    )
    assert seen_since(RULES, NOW) == NOW - 45 * SECOND


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0, 60), (1, 59), (60, 59), (61, 58), (3599, 0), (3600, 0), (9999, 0), (-5, 60)],
)
def test_whole_minutes_that_were_not_begun_are_left(seconds: int, left: int) -> None:
    assert unused(Times(opened_at=NOW), NOW + seconds * SECOND) == left


def test_a_room_that_was_not_opened_has_used_nothing_and_has_no_end() -> None:
    assert (unused(Times(), NOW), ends_at(Times())) == (0, None)


@given(st.none() | MOMENTS, st.none() | MOMENTS, st.integers(1, 120), MOMENTS, MOMENTS)
def test_law_14_a_room_that_is_over_is_never_open_again(
    opened: datetime | None, ended: datetime | None, minutes: int, moment: datetime, later: datetime
) -> None:
    times = Times(minutes=minutes, opened_at=opened, ended_at=ended if opened else None)
    first, second = sorted((moment, later))
    order = ("scheduled", "lapsed") if opened is None else ("open", "ended")
    before, after = state(times, RULES, first), state(times, RULES, second)
    assert order.index(before) <= order.index(after)
    over = ends_at(times)
    assert over is None or (after == "open") == (second < over)
