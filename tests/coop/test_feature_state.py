"""How a holding moves: gained by more than keeps it, kept through a grace, and moved once by one night."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from coop.feature_state import Cause, Changed, Lost, Met, State, after, ended
from tests.audience.factories import NOW

DAY = timedelta(days=1)
GRACE, TERM = 5 * DAY, 40 * DAY
NIGHTS = st.lists(st.builds(Met, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60)
GRACES = st.integers(0, 9).map(lambda days: days * DAY)
TERMS = st.none() | st.integers(1, 30).map(lambda days: days * DAY)
GAINS, KEEPS, FAILS, LOSES = (
    Met(grant=True, keep=True, lose=False),
    Met(grant=False, keep=True, lose=False),
    Met(grant=True, keep=False, lose=False),
    Met(grant=True, keep=True, lose=True),
)


def passed(nights: list[Met], grace: timedelta = GRACE, expires: timedelta | None = None) -> list[Changed]:
    """Return what each night did, one after another."""
    state, found = None, []
    for number, met in enumerate(nights):
        found.append(after(state, met, NOW + number * DAY, grace=grace, expires=expires))
        state = found[-1].state
    return found


@given(NIGHTS, GRACES, TERMS)
def test_law_14_the_same_night_asked_again_changes_nothing(
    nights: list[Met], grace: timedelta, expires: timedelta | None
) -> None:
    for number, (met, changed) in enumerate(zip(nights, passed(nights, grace, expires), strict=True)):
        again = after(changed.state, met, NOW + number * DAY, grace=grace, expires=expires)
        assert not again.anything
        assert not again.gained
        assert not again.moved


@given(NIGHTS, GRACES, TERMS)
def test_it_is_gained_on_a_night_on_which_all_of_its_terms_hold_and_on_no_other(
    nights: list[Met], grace: timedelta, expires: timedelta | None
) -> None:
    for met, changed in zip(nights, passed(nights, grace, expires), strict=True):
        all_hold = met.grant and met.keep and not met.lose
        assert not changed.gained or all_hold
        assert changed.state is not None or not all_hold


@given(NIGHTS, GRACES, TERMS)
def test_what_is_held_is_lost_by_its_limit_its_grace_or_its_term_and_by_nothing_else(
    nights: list[Met], grace: timedelta, expires: timedelta | None
) -> None:
    failing = 0
    for number, (met, changed) in enumerate(zip(nights, passed(nights, grace, expires), strict=True)):
        at, before = NOW + number * DAY, changed.before
        if before is not None:
            failing = 0 if met.keep else failing + 1
            over = before.until is not None and before.until <= at
            assert (changed.lost is not None) == (over or met.lose or (not met.keep and not grace))
        if changed.state is not None and not changed.gained:
            assert (changed.state.grace_until is None) == met.keep
            assert changed.state.grace_until is None or changed.state.grace_until > at
        if changed.lost is not None or changed.gained:
            failing = 0


def test_a_grace_begins_on_the_first_night_that_fails_and_ends_when_it_holds_again() -> None:
    found = passed([GAINS, FAILS, FAILS, KEEPS, FAILS])
    assert [one.state.grace_until if one.state else None for one in found] == [
        None,
        NOW + DAY + GRACE,
        NOW + DAY + GRACE,
        None,
        NOW + 4 * DAY + GRACE,
    ]


def test_at_the_end_of_the_grace_it_is_lost_and_what_keeps_it_does_not_bring_it_back() -> None:
    found = passed([GAINS, *[FAILS] * 6, KEEPS, KEEPS, GAINS])
    assert found[6].lost == Lost(NOW + DAY + GRACE, "grace")
    assert [one.state is not None for one in found] == [True] * 6 + [False, False, False, True]


def test_the_limit_ends_it_at_once_even_in_its_grace() -> None:
    assert passed([GAINS, FAILS, LOSES])[2].lost == Lost(NOW + 2 * DAY, "limit")
    assert passed([GAINS, FAILS], grace=timedelta())[1].lost == Lost(NOW + DAY, "grace")


def test_a_term_is_over_in_time_and_only_what_it_takes_begins_another() -> None:
    kept = after(State(NOW, expires_at=NOW + TERM), KEEPS, NOW + TERM, grace=GRACE, expires=TERM)
    assert (kept.state, kept.lost) == (None, Lost(NOW + TERM, "expired"))
    again = after(State(NOW, expires_at=NOW + TERM), GAINS, NOW + TERM, grace=GRACE, expires=TERM)
    assert (again.state, again.gained) == (State(NOW + TERM, None, NOW + 2 * TERM), True)


@given(st.integers(0, 400), st.sampled_from([GAINS, KEEPS, FAILS, LOSES]))
def test_law_14_however_late_a_night_comes_a_grace_was_over_at_its_end(days: int, met: Met) -> None:
    before = State(NOW - DAY, grace_until=NOW)
    changed = after(before, met, NOW + days * DAY, grace=GRACE, expires=None)
    assert changed.lost == Lost(NOW, "grace")
    causes: tuple[Cause, ...] = ("gone", "clause")
    for cause in causes:
        assert ended(before, NOW + days * DAY, cause).lost == Lost(NOW, "grace")
        assert ended(State(NOW), NOW + DAY, cause).lost == Lost(NOW + DAY, cause)
