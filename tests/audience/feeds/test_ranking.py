"""Ranking: sums that add up to the last unit."""

from dataclasses import replace
from random import Random

import pytest

from audience.feeds.ranking import ranked, terms, without
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import FEEDS, FeedRules
from tests.audience.factories import NOW, founding_book, with_clauses
from tests.audience.feeds.pools import BALANCED, RULES, candidate, pool, recipe, taste
from tests.thorough import much


@pytest.mark.parametrize("seed", range(much(50, 2000)))
def test_law_11_contributions_add_up_to_the_score_exactly(seed: int) -> None:
    lot = Random(seed)
    made = recipe(lot)
    weights = weights_of(made.weighings)
    for one in ranked(pool(lot, 20), made.setting(NOW, taste(lot)), weights):
        parts = terms(one, weights)
        assert sum(part.contribution for part in parts) == one.score
        assert all(isinstance(part.contribution, int) for part in parts)
        assert all(part.contribution == part.value * weights[part.signal] for part in parts)


def test_law_11_a_weight_tells_base_slider_and_bounds_and_the_clause_that_says_the_base() -> None:
    turned = replace(BALANCED, sliders={"small": 3.0})
    weighings = turned.weighings
    weights = weights_of(weighings)
    (one,) = ranked([candidate(viewers=20)], turned.setting(NOW), weights)
    (term,) = (term for term in terms(one, weights) if term.signal == "small")
    assert (term.value, weights["small"], term.contribution) == (500_000, 3000, 1_500_000_000)
    by = weighings["small"]
    assert (by.base, by.slider, by.min, by.max) == (600, 3.0, 0, 3000)
    assert by.clause == "/profiles/balanced/weights/small"


def test_a_signal_that_says_nothing_of_a_post_is_no_term() -> None:
    weights = weights_of(BALANCED.weighings)
    of_a_stranger, of_somebody_followed = (
        [term.signal for term in terms(one, weights)]
        for follows in (False, True)
        for one in ranked([candidate(follows=follows)], BALANCED.setting(NOW), weights)
    )
    assert "follow" not in of_a_stranger
    assert "follow" in of_somebody_followed


def test_a_signal_of_no_weight_is_not_asked_for() -> None:
    rules = with_clauses(founding_book(), FEEDS, {"/profiles/balanced/weights/follow": 0.0}).rules(
        FEEDS, FeedRules
    )
    weighings = Recipe.of(rules, "balanced").weighings
    assert set(RULES.profiles["balanced"].weights) - set(weighings) == {"follow"}


@pytest.mark.parametrize("seed", range(20))
def test_a_ranking_without_a_signal_is_that_of_a_recipe_that_does_not_weigh_it(seed: int) -> None:
    lot = Random(seed)
    made = recipe(lot)
    posts, setting, weights = pool(lot, 20), made.setting(NOW, taste(lot)), weights_of(made.weighings)
    order = ranked(posts, setting, weights)
    for signal in weights:
        others = {name: weight for name, weight in weights.items() if name != signal}
        if others:
            right = [(one.score, one.post_id) for one in ranked(posts, setting, others)]
            assert [(one.score, one.post_id) for one in without(order, weights, signal)] == right


@pytest.mark.parametrize("seed", range(20))
def test_the_chronological_profile_is_the_order_of_publishing(seed: int) -> None:
    made, posts = Recipe.of(RULES, "chronological"), pool(Random(seed), 30)
    order = ranked(posts, made.setting(NOW), weights_of(made.weighings))
    assert [one.post_id for one in order] == sorted((post.id for post in posts), reverse=True)


def test_equal_scores_put_the_newer_above() -> None:
    posts = [candidate()._replace(id=id) for id in (1, 3, 2)]
    assert [one.post_id for one in ranked(posts, BALANCED.setting(NOW), {"follow": 1000})] == [3, 2, 1]


def test_nothing_ranks_as_nothing() -> None:
    assert ranked([], BALANCED.setting(NOW), weights_of(BALANCED.weighings)) == []
