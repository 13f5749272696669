"""The clauses that an explanation rests on: every number in it can be looked up."""

from dataclasses import replace

from audience.feeds.explanation import Explanation
from audience.feeds.grounds import MAY_TAKE, grounds
from audience.feeds.ranking import Term
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.sliders import LABELS
from coop.policy_text import leaves
from tests.audience.factories import founding_book

BOOK = founding_book()
RULES = BOOK.rules(FEEDS, FeedRules)
CALM = Recipe.of(RULES, "calm")


def made(recipe: Recipe, *signals: str) -> Explanation:
    """Return an explanation in which these signals add something."""
    known = [name for name in LABELS if name in signals]
    terms = [Term(name, 5, 5) for name in known]
    return Explanation(0, terms, recipe.weighings, 1, None, {})


def test_every_weight_is_cited_first_and_in_order() -> None:
    cited = grounds(BOOK, CALM, made(CALM))
    assert cited == [f"/profiles/calm/weights/{name}" for name in CALM.weighings]


def test_a_slider_that_is_turned_cites_how_far_it_reaches() -> None:
    turned = replace(CALM, sliders={"small": 1.0, "near": 0.0}, own="mornings")
    reach = [f"/profiles/calm/range/small/{end}" for end in ("min", "max")]
    assert grounds(BOOK, turned, made(turned))[len(turned.weighings) :] == reach


def test_a_signal_that_adds_anything_cites_the_numbers_inside_it() -> None:
    cited = grounds(BOOK, CALM, made(CALM, "fresh", "near", "topic"))[len(CALM.weighings) :]
    assert cited == ["/profiles/calm/half_life", "/signals/near/region", "/signals/near/country"]


def test_the_places_that_brought_it_are_cited_with_who_may_take_them() -> None:
    for slot, may in MAY_TAKE.items():
        brought = replace(made(CALM), slot=slot)
        assert grounds(BOOK, CALM, brought)[-2:] == [f"/profiles/calm/slots/{slot}", may]


def test_whatever_is_cited_is_a_clause_and_all_numbers_of_every_signal_can_be() -> None:
    everything = made(CALM, *LABELS)
    cited = grounds(BOOK, CALM, everything)
    policy = BOOK.policy(FEEDS)
    assert policy is not None
    assert set(cited) <= leaves(policy.data).keys()
    assert {one for one in leaves(policy.data) if one.startswith("/signals/")} <= set(cited)
    assert len(cited) == len(set(cited))
