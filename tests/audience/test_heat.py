"""Heat: its formula. More of anything never cools a thread, time alone never heats it, and it adds up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience import heat
from audience.heat import Facts, Said
from audience.moderation.heat_rules import LEVELS, Heat
from audience.moderation.rules import MODERATION
from coop.book import COOP
from tests.audience.factories import NOW, founding_book

RULES = Heat.model_validate(founding_book().policies[COOP, MODERATION].data["heat"])
SECOND = timedelta(seconds=1)
PEOPLE = st.integers(1, 5)


@st.composite
def said(draw: st.DrawFn) -> Said:
    """Return an answer of the last three hours."""
    return Said(
        at=NOW - draw(st.integers(0, 180)) * timedelta(minutes=1),
        author_id=draw(PEOPLE),
        answered_id=draw(st.none() | PEOPLE),
        stranger=draw(st.booleans()),
        held=draw(st.booleans()),
    )


FACTS = st.builds(
    Facts,
    said=st.lists(said(), max_size=60).map(tuple),
    usual=st.none() | st.floats(0, 40),
    reports=st.lists(st.integers(0, 180).map(lambda ago: NOW - ago * timedelta(minutes=1)), max_size=9).map(
        tuple
    ),
)
TOUCHY = RULES.model_copy(
    update={"usual_least": 2, "medians": 2, "turns_full": 6, "held_full": 4, "reports_full": 3}
)


def crowd(number: int, *, stranger: bool = True, held: bool = False) -> Facts:
    said = (Said(NOW - SECOND, person, None, stranger, held) for person in range(number))
    return Facts(tuple(said), None)


@pytest.mark.parametrize(
    ("number", "usual", "points", "level"),
    [
        (20, None, 0, None),
        (49, None, 33, None),
        (50, None, 35, "warm"),
        (80, None, 70, "hot"),
        (500, None, 70, "hot"),
        (80, 40.0, 23, None),
        (160, 40.0, 70, "hot"),
    ],
)
def test_strangers_heat_a_thread_as_far_as_they_exceed_what_is_usual(
    number: int, usual: float | None, points: int, level: str | None
) -> None:
    found = heat.points(replace(crowd(number), usual=usual), RULES, NOW)
    assert found == (points, 0, 0, 0)
    assert heat.level(found.total, RULES) == level


def test_friends_heat_nothing_however_many_they_are() -> None:
    assert heat.points(crowd(500, stranger=False), RULES, NOW).total == 0


def test_two_people_who_go_back_and_forth_heat_a_thread_and_one_who_is_not_answered_does_not() -> None:
    there, back = Said(NOW, 1, 2, False, False), Said(NOW, 2, 1, False, False)
    assert heat.busiest_pair([there] * 30) == 0
    assert heat.busiest_pair([there] * 30 + [back] * 3) == 6
    assert heat.busiest_pair([Said(NOW, 1, 1, False, False)] * 30) == 0
    talk = Facts((there, back) * 12, None)
    assert heat.points(talk, RULES, NOW) == (0, 40, 0, 0)


def test_what_is_held_back_counts_as_that_alone() -> None:
    assert heat.points(crowd(6, held=True), RULES, NOW) == (0, 0, 30, 0)


@pytest.mark.parametrize(
    ("strangers", "reports", "points"),
    [(50, 0, 0), (50, 1, 4), (50, 4, 16), (50, 5, 20), (50, 99, 20), (30, 5, 11), (20, 5, 0), (0, 99, 0)],
)
def test_reports_add_at_most_as_much_as_everybody_sees(strangers: int, reports: int, points: int) -> None:
    reported = replace(crowd(strangers), reports=(NOW - SECOND,) * reports)
    assert heat.points(reported, RULES, NOW).reports == points


@given(FACTS, st.sampled_from([RULES, TOUCHY]))
def test_one_more_report_never_cools_a_thread_and_is_counted_for_a_window(facts: Facts, rules: Heat) -> None:
    told = heat.points(replace(facts, reports=(*facts.reports, NOW)), rules, NOW)
    assert told.reports >= heat.points(facts, rules, NOW).reports
    late = replace(facts, reports=(*facts.reports, NOW - rules.window))
    assert heat.points(late, rules, NOW) == heat.points(facts, rules, NOW)


@given(FACTS, st.sampled_from([RULES, TOUCHY]))
def test_law_07_a_thread_that_is_heated_by_reports_shows_another_reason(facts: Facts, rules: Heat) -> None:
    found = heat.points(facts, rules, NOW)
    assert not found.reports or found.strangers + found.turns >= found.reports


@given(FACTS, said(), st.sampled_from([RULES, TOUCHY]))
def test_whatever_is_said_besides_never_cools_a_thread(facts: Facts, more: Said, rules: Heat) -> None:
    louder = replace(facts, said=(*facts.said, more))
    before, after = (heat.points(one, rules, NOW) for one in (facts, louder))
    assert all(new >= old for old, new in zip(before, after, strict=True))


@given(FACTS, st.floats(0, 40), st.sampled_from([RULES, TOUCHY]))
def test_the_more_is_usual_with_an_author_the_cooler_a_thread_is(
    facts: Facts, more: float, rules: Heat
) -> None:
    louder = replace(facts, usual=(facts.usual or 0.0) + more)
    assert heat.points(louder, rules, NOW).total <= heat.points(facts, rules, NOW).total


@given(FACTS, st.integers(0, 10_000), st.sampled_from([RULES, TOUCHY]))
def test_law_14_time_alone_never_heats_a_thread(facts: Facts, seconds: int, rules: Heat) -> None:
    later = heat.points(facts, rules, NOW + seconds * SECOND)
    assert later.total <= heat.points(facts, rules, NOW).total


@given(FACTS, st.sampled_from(LEVELS), st.sampled_from([RULES, TOUCHY]))
def test_law_14_it_is_at_a_level_until_the_moment_that_is_told_and_no_longer(
    facts: Facts, level: str, rules: Heat
) -> None:
    reached = next(one for one in LEVELS if one == level)
    until = heat.cools_at(facts, rules, reached, NOW)
    least = rules.at(reached).at
    assert heat.points(facts, rules, until).total < least
    if until > NOW:
        just_before = until - timedelta(microseconds=1)
        assert heat.points(facts, rules, just_before).total >= least
        assert until <= NOW + rules.window


@given(FACTS)
def test_the_parts_add_up_and_none_is_more_than_its_clause(facts: Facts) -> None:
    found = heat.points(facts, RULES, NOW)
    assert found.total == found.strangers + found.turns + found.held + found.reports
    assert all(0 <= part <= most for part, (_, most) in zip(found, RULES.points, strict=True))
