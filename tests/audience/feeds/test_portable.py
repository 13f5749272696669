"""Feeds as documents: there and back without a difference, and into other bounds with each one told."""

from typing import Any

import pytest
from pydantic import ValidationError

from audience.feeds.own_draft import Draft, checked
from audience.feeds.portable import FORMAT, Adjustment, FeedDocument, export, fit
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules, SignalName
from audience.feeds.sliders import FURTHEST, STEPS, weights
from coop.book import Book
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, with_clauses

BOOK = founding_book()
RULES = BOOK.rules(FEEDS, FeedRules)


def document(base: str = "balanced", **sliders: float) -> FeedDocument:
    """Return a profile that is made from a founding one, as its document."""
    turned: dict[SignalName, float] = {
        signal: sliders[signal] for signal in RULES.profiles[base].weights if signal in sliders
    }
    return export(
        "mornings", "Slow", Recipe.of(RULES, base, turned), ["bread"] if base != "chronological" else [], None
    )


def read(**said: Any) -> FeedDocument:
    return FeedDocument.model_validate({"format": FORMAT, "name": "mornings", **said})


def told(found: list[Adjustment]) -> dict[str, tuple[Any, Any, tuple[str, ...]]]:
    return {one.pointer: (one.said, one.made, one.clauses) for one in found}


@pytest.mark.parametrize("base", list(RULES.profiles))
def test_a_profile_comes_back_as_it_went_wherever_its_sliders_stand(base: str) -> None:
    signals = list(RULES.profiles[base].range)
    for step in range(-round(FURTHEST * STEPS), round(FURTHEST * STEPS) + 1):
        sliders = {signal: (step + place) % 7 - 3.0 for place, signal in enumerate(signals)}
        went = document(base, **sliders)
        came = FeedDocument.model_validate_json(went.model_dump_json())
        draft, adjustments = fit(came, BOOK)
        assert adjustments == []
        assert draft == Draft(
            "mornings", "Slow", base, {signal: at for signal, at in sliders.items() if at}, went.topics
        )
        assert checked(BOOK, draft, loopback=False).sliders == draft.sliders


def test_a_document_says_what_is_weighed_and_how_that_was_made() -> None:
    made = document(small=1.0)
    assert made.weights["small"] == 1.2
    assert made.base is not None
    assert (made.base.name, made.base.weights["small"], made.sliders) == ("balanced", 0.6, {"small": 1.0})
    assert made.form is not None
    assert (made.form.page, made.form.half_life, made.form.discovery) == (30, "P1D", 4)


def test_law_01_a_weight_beyond_the_bounds_here_is_clipped_and_told_with_its_clause() -> None:
    stricter = with_clauses(BOOK, FEEDS, {"/profiles/balanced/range/small/max": 0.8})
    draft, adjustments = fit(document(small=1.0), stricter)
    end = ("/profiles/balanced/range/small/min", "/profiles/balanced/range/small/max")
    assert told(adjustments) == {"/weights/small": (1.2, 0.8, end)}
    profile = stricter.rules(FEEDS, FeedRules).profiles["balanced"]
    assert weights("balanced", profile, {"small": draft.sliders["small"]})["small"].weight == 800
    assert stricter.cite(FEEDS, end[1]).value == 0.8


def test_another_base_weight_is_made_up_for_by_the_slider() -> None:
    heavier = with_clauses(BOOK, FEEDS, {"/profiles/balanced/weights/small": 1.2})
    draft, adjustments = fit(document(), heavier)
    assert (draft.sliders, adjustments) == ({"small": -1.0}, [])


def test_a_weight_between_two_steps_is_the_nearer_one() -> None:
    draft, adjustments = fit(read(weights={**document().weights, "small": 0.7}, base=_balanced()), BOOK)
    assert draft.sliders == {}
    assert told(adjustments) == {"/weights/small": (0.7, 0.6, ("/profiles/balanced/weights/small",))}


def _balanced() -> dict[str, Any]:
    return {"name": "balanced", "weights": {}}


def test_unknown_signals_are_told_and_left_out() -> None:
    draft, adjustments = fit(
        read(
            weights={**document().weights, "engagement": 3.0}, sliders={"engagement": 2.0}, base=_balanced()
        ),
        BOOK,
    )
    assert draft.sliders == {}
    assert told(adjustments) == {"/weights/engagement": (3.0, 0.0, ())}


def test_a_signal_that_the_profile_here_does_not_weigh_is_told() -> None:
    chronological = read(weights={"fresh": 1.0, "small": 1.0}, base={"name": "chronological", "weights": {}})
    draft, adjustments = fit(chronological, BOOK)
    assert (draft.base, draft.sliders) == ("chronological", {})
    assert told(adjustments) == {"/weights/small": (1.0, 0.0, ())}


def test_what_has_no_slider_here_stays_as_it_was_voted() -> None:
    fixed = read(weights={"fresh": 2.0}, base={"name": "chronological", "weights": {}})
    assert told(fit(fixed, BOOK)[1]) == {
        "/weights/fresh": (2.0, 1.0, ("/profiles/chronological/weights/fresh",))
    }


def test_an_unknown_base_is_the_default_here_and_what_it_weighs_besides_is_told() -> None:
    draft, adjustments = fit(read(weights={"fresh": 1.0}, base={"name": "hot", "weights": {}}), BOOK)
    found = told(adjustments)
    assert (draft.base, found["/base/name"]) == ("balanced", ("hot", "balanced", ("/default",)))
    assert found["/weights/follow"][:2] == (0.0, 0.1)
    assert draft.sliders["follow"] == -3.0


def test_a_form_that_was_voted_otherwise_here_is_told() -> None:
    longer = with_clauses(
        BOOK, FEEDS, {"/profiles/balanced/page": 40, "/profiles/balanced/slots/discovery": 5}
    )
    assert told(fit(document(), longer)[1]) == {
        "/form/page": (30, 40, ("/profiles/balanced/page",)),
        "/form/discovery": (4, 5, ("/profiles/balanced/slots/discovery",)),
    }
    for adjustment in fit(document(), longer)[1]:
        assert longer.cite(FEEDS, adjustment.clauses[0]).value == adjustment.made


def test_tags_beyond_the_number_here_are_told() -> None:
    few = with_clauses(BOOK, FEEDS, {"/own/topics": 1})
    draft, adjustments = fit(read(weights=document().weights, base=_balanced(), topics=["bread", "rye"]), few)
    assert draft.topics == ["bread"]
    assert told(adjustments) == {"/topics": (["bread", "rye"], ["bread"], ("/own/topics",))}
    without = read(weights={"fresh": 1.0}, topics=["bread"], base={"name": "chronological", "weights": {}})
    assert told(fit(without, few)[1]) == {"/topics": (["bread"], [], ())}


def test_an_address_is_carried_as_it_is() -> None:
    made = export("outside", "", None, [], "https://example.org/feed")
    draft, adjustments = fit(FeedDocument.model_validate_json(made.model_dump_json()), BOOK)
    assert (draft, adjustments) == (Draft("outside", external_url="https://example.org/feed"), [])


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"base": {"name": "balanced", "weights": {"small": 0.6}}, "sliders": {"small": 1.0}},
        {"weights": {"small": 1.0}, "external_url": "https://example.org/feed"},
    ],
)
def test_a_document_has_either_weights_or_an_address(said: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refused:
        fit(read(**said), BOOK)
    assert [fault.pointer for fault in refused.value.faults] == ["/weights"]


@pytest.mark.parametrize(
    "said",
    [
        {"format": "allotment-feed/2"},
        {"more": 1},
        {"weights": {"small": -1.0}},
        {"weights": {"small": 1e9}},
        {"weights": {"small": "1"}},
        {"weights": {"small": float("nan")}},
        {"weights": {"small": 0.12345}},
        {"weights": {f"s{n}": 1.0 for n in range(101)}},
        {"weights": {"": 1.0}},
        {"sliders": {"small": True}},
        {"topics": "bread"},
        {"form": {"page": 1}},
        {"base": {"name": "balanced"}},
    ],
)
def test_what_is_no_document_is_refused_whole(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**said)


def test_every_clause_that_an_adjustment_names_can_be_cited() -> None:
    book: Book = with_clauses(BOOK, FEEDS, {"/own/topics": 1, "/profiles/learn/page": 10})
    full = document("explore", small=3.0, diverse=-3.0)
    for base in RULES.profiles:
        other = full.model_copy(update={"base": full.base and full.base.model_copy(update={"name": base})})
        for adjustment in fit(other, book)[1]:
            assert [book.cite(FEEDS, clause).clause for clause in adjustment.clauses] == list(
                adjustment.clauses
            )
