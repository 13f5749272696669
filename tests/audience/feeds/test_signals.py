"""Signals: each a whole number of millionths between 0 and 1, and what moves it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import ONE, SIGNALS, Candidate, Setting, conversation, follow, fresh, small
from coop.ids import first_id_at
from tests.audience.factories import NOW, founding_book

RULES = founding_book().rules(FEEDS, FeedRules)
SETTING = Setting.of(RULES.signals, RULES.profiles["balanced"], NOW)


def made(age: timedelta = timedelta(), **facts: object) -> Candidate:
    plain = Candidate(first_id_at(NOW - age), 1, None, None, False, False, False, False, 0, 0, 0)
    return plain._replace(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("days", "value"), [(0, ONE), (1, ONE // 2), (2, ONE // 4), (30, 0), (-1, ONE)])
def test_freshness_halves_every_half_life(days: int, value: int) -> None:
    assert abs(fresh(made(timedelta(days=days)), SETTING) - value) <= 1


def test_following_counts_one_and_a_shared_guild_what_its_clause_says() -> None:
    assert follow(made(), SETTING) == 0
    assert follow(made(same_guild=True), SETTING) == ONE // 2
    assert follow(made(same_guild=True, follows=True), SETTING) == ONE


def test_conversation_counts_people_answered_and_reaches_one_half_at_its_clause() -> None:
    values = [conversation(made(answered_28d=n), SETTING) for n in (0, 1, 5, 50)]
    assert values == sorted(values)
    assert (values[0], values[2]) == (0, ONE // 2)


def test_small_damps_the_widely_viewed_and_those_who_post_without_end() -> None:
    newcomer = small(made(), SETTING)
    assert newcomer == ONE
    assert small(made(viewers_28d=10_000), SETTING) < small(made(viewers_28d=100), SETTING) < newcomer
    assert small(made(posts_7d=7), SETTING) == newcomer
    assert small(made(posts_7d=70), SETTING) == ONE // 10


COUNTS = st.integers(0, 10**7)


@given(
    st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=400)),
    st.booleans(),
    st.booleans(),
    COUNTS,
    COUNTS,
    COUNTS,
)
def test_law_11_every_signal_lies_between_nothing_and_one(
    age: timedelta, follows: bool, same_guild: bool, posts_7d: int, viewers_28d: int, answered_28d: int
) -> None:
    post = made(
        age,
        follows=follows,
        same_guild=same_guild,
        posts_7d=posts_7d,
        viewers_28d=viewers_28d,
        answered_28d=answered_28d,
    )
    for measure in SIGNALS.values():
        value = measure(post, SETTING)
        assert isinstance(value, int)
        assert 0 <= value <= ONE


def test_every_signal_can_be_weighed_and_every_weight_has_a_signal() -> None:
    assert set(RULES.profiles["balanced"].weights) == set(SIGNALS)
