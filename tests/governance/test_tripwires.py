"""Tripwires: what one may say, and when a reading crosses it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.metrics import METRICS
from governance.tripwires import LONGEST_WINDOW, MOST, Tripwire, check

T0 = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD: dict[str, Any] = {"metric": "posts", "window_days": 7, "min": 10, "max": 99.5}


def test_a_tripwire_has_a_metric_a_window_and_a_bound() -> None:
    assert check([GOOD, {"metric": "turnout", "window_days": LONGEST_WINDOW, "min": 0}]) == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"metric": "happiness"}, "/tripwires/0/metric"),
        ({"metric": ["posts"]}, "/tripwires/0/metric"),
        ({"window_days": 0}, "/tripwires/0/window_days"),
        ({"window_days": LONGEST_WINDOW + 1}, "/tripwires/0/window_days"),
        ({"window_days": 1.0}, "/tripwires/0/window_days"),
        ({"window_days": True}, "/tripwires/0/window_days"),
        ({"min": -1}, "/tripwires/0/min"),
        ({"max": "9"}, "/tripwires/0/max"),
        ({"max": None}, "/tripwires/0/max"),
        ({"max": float("nan")}, "/tripwires/0/max"),
        ({"max": float("inf")}, "/tripwires/0/max"),
        ({"min": 100}, "/tripwires/0/min"),
        ({"then": "panic"}, "/tripwires/0"),
    ],
)
def test_what_a_tripwire_cannot_say_is_named_by_its_place(changed: dict[str, Any], pointer: str) -> None:
    assert [fault.pointer for fault in check([GOOD | changed])] == [pointer]


def test_a_tripwire_needs_a_bound_and_a_change_has_only_a_few() -> None:
    assert [fault.pointer for fault in check([{"metric": "posts", "window_days": 7}])] == ["/tripwires/0"]
    assert [fault.pointer for fault in check(["posts"])] == ["/tripwires/0"]
    assert [fault.pointer for fault in check([GOOD] * (MOST + 1))] == ["/tripwires"]


def crossed(told: dict[str, Any], value: str | None, in_force: timedelta) -> str | None:
    tripwire = Tripwire.read(told)
    span = tripwire.span(T0, T0 + in_force, "coop", 5)
    return tripwire.crossed(None if value is None else Decimal(value), span)


def test_a_window_never_reaches_back_to_before_the_change() -> None:
    tripwire = Tripwire.read(GOOD)
    early, late = (tripwire.span(T0, T0 + days * DAY, "coop", 5) for days in (2, 20))
    assert (early.since, early.until) == (T0, T0 + 2 * DAY)
    assert (late.since, late.until) == (T0 + 13 * DAY, T0 + 20 * DAY)
    assert early.days == late.days == 7


@pytest.mark.parametrize(
    ("metric", "value", "days", "crosses"),
    [
        ("posts", "9.999", 7, True),
        ("posts", "10", 7, False),
        ("posts", "9.999", 6, False),  # a lower bound waits for its whole window
        ("posts", "99.501", 1, True),  # what only grows may cross an upper one before
        ("posts", "99.5", 7, False),
        ("replies_per_post", "99.501", 6, False),
        ("replies_per_post", "99.501", 7, True),
        ("posts", None, 7, False),  # nothing to go by
    ],
)
def test_when_a_reading_crosses_a_bound(metric: str, value: str | None, days: int, crosses: bool) -> None:
    assert (crossed(GOOD | {"metric": metric}, value, days * DAY) is not None) is crosses


def test_a_crossing_says_what_was_read_and_what_was_agreed() -> None:
    assert crossed(GOOD, "9.500", 7 * DAY) == (
        "Over 7 days, posts a day: 9.5, where at least 10 had been agreed."
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from([*METRICS, "x"])
MEMBERS = {"metric": NAMES | JSON, "window_days": st.integers(-1, 99) | JSON, "min": JSON, "max": JSON}


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=MEMBERS), max_size=3))
def test_whatever_is_sent_is_read_or_refused(sent: list[Any]) -> None:
    if check(sent) == []:
        assert all(DAY <= Tripwire.read(one).window <= LONGEST_WINDOW * DAY for one in sent)
