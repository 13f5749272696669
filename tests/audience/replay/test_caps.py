"""A gate without a database decides as the gate in the database does."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import Session, col

from audience import gate
from audience.limits import Limits
from audience.replay.caps import Caps, admitted, places
from audience.tables import Gate
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.audience.test_gate import bare_post, viewers

STEP = timedelta(seconds=15)
"""A quarter of the period of one stranger a minute: far more than the real clock moves meanwhile."""

limits = st.builds(
    Limits,
    seats=st.none() | st.integers(1, 6),
    per_minute=st.none() | st.just(1),
    burst=st.integers(1, 4),
)
arrivals = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=14)
"""Of each: how many steps after the one before it, and whether it is a friend's."""


def evaluated(these: list[tuple[Limits, list[tuple[int, bool]]]]) -> list[list[bool]]:
    """Decide the arrivals at several posts without a database, all at once."""
    caps = Caps.of([one for one, _ in these], np.arange(len(these)))
    post = np.repeat(np.arange(len(these)), [len(came) for _, came in these])
    gaps = [np.cumsum([gap for gap, _ in came]) * (STEP // timedelta(microseconds=1)) for _, came in these]
    friend = np.array([friend for _, came in these for _, friend in came], np.bool_)
    found = admitted(caps, post, np.concatenate(gaps), friend)
    return [found[post == index].tolist() for index in range(len(these))]


def at_the_gate(
    session: Session, people: list[Identity], limit: Limits, came: list[tuple[int, bool]]
) -> list[bool]:
    """Send the same arrivals through the real gate, turning its clock back by each gap."""
    post_id = bare_post(session)
    found = []
    for person, (gap, friend) in zip(people, came, strict=False):
        turned = update(Gate).where(col(Gate.post_id) == post_id)
        session.execute(turned.values(arrival_at=col(Gate.arrival_at) - gap * STEP))
        claim = gate.Claim(post_id, limit.for_viewer(friend=friend), gated=limit.hold)
        if limit.hold:
            session.execute(gate._MAKE, {"posts": [post_id], "bare": [post_id]})
        found.append(bool(gate.claim(session, person, [claim], via="post", epoch=1, now=NOW)))
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(these=st.lists(st.tuples(limits, arrivals), min_size=1, max_size=3))
def test_law_06_it_admits_whom_the_gate_admits(
    session: Session, these: list[tuple[Limits, list[tuple[int, bool]]]]
) -> None:
    people = viewers(session, 14)
    real = [at_the_gate(session, people, limit, came) for limit, came in these]
    assert evaluated(these) == real


def one_by_one(limit: Limits, came: list[tuple[int, bool]]) -> list[bool]:
    """Decide arrivals as the words of the rule say, one after another."""
    now, taken, due, found = timedelta(), 0, timedelta.min, []
    for gap, friend in came:
        now += gap * STEP
        mine = limit.for_viewer(friend=friend)
        ahead = mine.period is None or max(due, now) + mine.period - (mine.tolerance or STEP) <= now
        found.append((limit.seats is None or taken < limit.seats) and ahead)
        taken += found[-1]
        if found[-1] and mine.period is not None:
            due = max(due, now) + mine.period
    return found


@settings(max_examples=50, deadline=None)
@given(these=st.lists(st.tuples(limits, arrivals), min_size=1, max_size=8))
def test_all_posts_at_once_are_decided_as_each_alone(
    these: list[tuple[Limits, list[tuple[int, bool]]]],
) -> None:
    assert evaluated(these) == [one_by_one(limit, came) for limit, came in these]


@given(came=arrivals, seats=st.integers(1, 6))
def test_law_06_no_post_gets_more_viewers_than_it_has_seats(came: list[tuple[int, bool]], seats: int) -> None:
    limit = Limits(seats=seats, per_minute=1, burst=2)
    assert sum(evaluated([(limit, came)])[0]) <= seats


@given(came=arrivals)
def test_a_higher_cap_alone_turns_nobody_away(came: list[tuple[int, bool]]) -> None:
    by_cap = [sum(evaluated([(Limits(cap, None, 1), came)])[0]) for cap in range(1, 8)]
    assert all(low <= high for low, high in pairwise(by_cap))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [([], []), ([7], [0]), ([3, 3, 5, 5, 5, 9], [0, 1, 0, 1, 2, 0])],
)
def test_places_count_within_a_group(groups: list[int], expected: list[int]) -> None:
    assert places(np.array(groups, np.int64)).tolist() == expected
