"""Sliders: weights that say what they were made of, and stay within what was voted."""

from random import Random

import pytest

from audience.feeds.rules import FEEDS, FeedRules, Range, SignalName
from audience.feeds.signals import SIGNALS
from audience.feeds.sliders import FURTHEST, LABELS, STEPS, Weighing, check, turned, weights
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, with_clauses
from tests.audience.feeds.pools import RULES, position
from tests.thorough import much

BALANCED = RULES.profiles["balanced"]
POSITIONS = [step / STEPS for step in range(round(-FURTHEST * STEPS), round(FURTHEST * STEPS) + 1)]


def small(slider: float) -> Weighing:
    return weights("balanced", BALANCED, {"small": slider})["small"]


def test_a_slider_at_rest_leaves_a_profile_as_it_was_voted() -> None:
    for name, profile in RULES.profiles.items():
        for signal, one in weights(name, profile, {}).items():
            assert (one.weight, one.base, one.clipped) == (round(profile.weights[signal] * 1000),) * 2 + (
                False,
            )


def test_a_slider_doubles_and_halves_in_two_steps() -> None:
    assert [small(position).weight for position in (-3, -2, -1, -0.5, 0, 0.5, 1, 2)] == [
        75, 150, 300, 424, 600, 849, 1200, 2400,
    ]  # fmt: skip


def test_law_01_a_slider_stops_where_its_clause_says_and_says_so() -> None:
    found = small(3)
    assert (found.weight, found.min, found.max, found.clipped) == (3000, 0, 3000, True)
    assert found.clause == "/profiles/balanced/weights/small"
    assert found.range_clauses == tuple(f"/profiles/balanced/range/small/{end}" for end in ("min", "max"))
    book = with_clauses(founding_book(), FEEDS, dict.fromkeys(found.range_clauses[1:], 1.5))
    voted = book.rules(FEEDS, FeedRules).profiles["balanced"]
    assert weights("balanced", voted, {"small": 3})["small"].weight == 1500
    assert [book.cite(FEEDS, clause).value for clause in found.range_clauses] == [0, 1.5]


def test_a_signal_without_a_range_has_no_slider() -> None:
    profile = RULES.profiles["chronological"]
    assert profile.range == {}
    (found,) = weights("chronological", profile, {"fresh": 2.0}).values()
    assert (found.weight, found.slider, found.min, found.max, found.range_clauses) == (
        1000,
        0.0,
        None,
        None,
        (),
    )


def test_a_slider_that_a_vote_took_away_does_nothing() -> None:
    profile = RULES.profiles["following"]
    assert "diverse" not in profile.weights
    assert weights("following", profile, {"diverse": 3.0}) == weights("following", profile, {})


@pytest.mark.parametrize("seed", range(much(50, 2000)))
def test_law_11_a_higher_position_never_makes_a_lower_weight(seed: int) -> None:
    lot = Random(seed)
    base = lot.randint(0, 4000) / 1000
    reach = Range(min=lot.randint(0, round(base * 1000)) / 1000, max=base + lot.randint(0, 4000) / 1000)
    profile = BALANCED.model_copy(update={"weights": {"small": base}, "range": {"small": reach}})
    found = [weights("x", profile, {"small": position})["small"] for position in POSITIONS]
    values = [one.weight for one in found]
    assert values == sorted(values)
    for one in found:
        assert one.min is not None and one.max is not None
        assert one.min <= one.weight <= one.max
        assert one.weight == min(max(turned(one.base, one.slider), one.min), one.max)
        assert one.clipped == (one.weight != turned(one.base, one.slider))


def test_every_signal_has_a_label_in_words() -> None:
    assert list(LABELS) == list(SIGNALS)
    assert len({label.name for label in LABELS.values()}) == len(LABELS)
    assert all(label.about.endswith(".") for label in LABELS.values())


def test_sliders_within_the_scale_are_taken() -> None:
    lot = Random(1)
    check(BALANCED, {signal: position(lot) for signal in SIGNALS})
    check(BALANCED, {})


@pytest.mark.parametrize("slider", [3.5, -3.5, 0.25, float("nan"), float("inf")])
def test_a_position_off_the_scale_is_refused_at_its_signal(slider: float) -> None:
    with pytest.raises(RuleBroken) as refused:
        check(BALANCED, {"fresh": 1.0, "small": slider}, "/made/sliders")
    (fault,) = refused.value.faults
    assert (fault.pointer, "steps of 0.5" in fault.detail) == ("/made/sliders/small", True)


@pytest.mark.parametrize(("profile", "signal"), [("chronological", "fresh"), ("balanced", "engagement")])
def test_a_slider_that_a_profile_does_not_have_is_refused(profile: str, signal: SignalName) -> None:
    with pytest.raises(RuleBroken) as refused:
        check(RULES.profiles[profile], {signal: 0.0})
    assert [fault.pointer for fault in refused.value.faults] == [f"/sliders/{signal}"]
