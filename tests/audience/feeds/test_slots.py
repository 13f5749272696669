"""The page: the best there is within caps and slots, and a slider that does what it says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest

from audience.feeds.ranking import Scored, ranked
from audience.feeds.reader import Taste
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import SignalName, SlotName
from audience.feeds.signals import ONE, SIGNALS, Candidate
from audience.feeds.slots import Form, page, rank_without, ranks_without
from tests.audience.factories import NOW
from tests.audience.feeds.pools import BALANCED, candidate, pool, position, recipe, taste
from tests.thorough import much

FORM = Form(size=3, per_author=1, discovery=0, bridging=0, viewers=50, least=ONE // 2)
SLOTS: tuple[SlotName, ...] = ("bridging", "discovery")


def scored(lot: Random, posts: list[Candidate]) -> list[Scored]:
    """Rank posts by scores drawn from so few that many are equal, and some below nothing."""
    return sorted((Scored(lot.randint(-3, 6), post.id, (), post) for post in posts), reverse=True)


def totals(order: Sequence[Scored]) -> int:
    return sum(one.score for one in order)


def lines(*facts: tuple[int, int, dict[str, Any]]) -> list[Scored]:
    """Rank posts given as (score, author, what is known of the author); viewers are many unless given."""
    return sorted(
        (
            Scored(score, number, (), candidate(id=number, author_id=author, **{"viewers": 900, **known}))
            for number, (score, author, known) in enumerate(facts, start=1)
        ),
        reverse=True,
    )


def most_of(order: Sequence[Scored], per_author: int) -> int:
    """How many of some posts the cap per author lets through."""
    return sum(min(per_author, n) for n in Counter(one.post.author_id for one in order).values())


def possible(order: Sequence[Scored], form: Form) -> list[tuple[Scored, ...]]:
    """Every page that there may be, tried one by one."""
    of_class = {slot: [one for one in order if form.slot_of(one.post) == slot] for slot in SLOTS}
    owed = {slot: min(getattr(form, slot), most_of(ones, form.per_author)) for slot, ones in of_class.items()}
    return [
        chosen
        for chosen in combinations(order, min(form.size, most_of(order, form.per_author)))
        if most_of(chosen, form.per_author) == len(chosen)
        and all(sum(one in of_class[slot] for one in chosen) >= number for slot, number in owed.items())
    ]


def small_form(lot: Random) -> Form:
    size = lot.randint(1, 5)
    bridging = lot.randint(0, size)
    return replace(
        FORM,
        size=size,
        per_author=lot.randint(1, 3),
        bridging=bridging,
        discovery=lot.randint(0, size - bridging),
    )


@pytest.mark.parametrize("seed", range(much(100, 3000)))
def test_law_11_a_page_is_the_best_of_all_that_keep_the_cap_and_the_slots(seed: int) -> None:
    lot = Random(seed)
    order, form = scored(lot, pool(lot, lot.randint(0, 9), authors=4)), small_form(lot)
    chosen = [one.scored for one in page(order, form)]
    every = possible(order, form)
    assert tuple(chosen) in every
    assert totals(chosen) == max(map(totals, every))


@pytest.mark.parametrize("seed", range(much(100, 3000)))
def test_law_11_a_post_is_said_to_be_brought_by_a_slot_where_it_is_not_on_the_page_without_it(
    seed: int,
) -> None:
    lot = Random(seed)
    order, form = scored(lot, pool(lot, 15)), small_form(lot)
    chosen = page(order, form)
    for slot in SLOTS:
        others = {one.scored.post_id for one in page(order, replace(form, **{slot: 0}))}
        brought = {one.scored.post_id for one in chosen if one.slot == slot}
        mine = {one.scored.post_id for one in chosen if form.slot_of(one.scored.post) == slot}
        assert brought == mine - others


def on_page(made: Recipe, posts: list[Candidate], known: Taste, signal: SignalName) -> int:
    """The total of a signal on the page that a recipe makes."""
    setting = made.setting(NOW, known)
    order = ranked(posts, setting, weights_of(made.weighings))
    return sum(SIGNALS[signal]([one.scored.post for one in page(order, made.form())], setting))


def test_law_11_raising_a_slider_never_lowers_that_signals_total_on_the_page() -> None:
    rose = 0
    for seed in range(much(400, 10_000)):
        lot = Random(seed)
        made, posts, known = recipe(lot), pool(lot, lot.randint(1, 60)), taste(lot)
        signal = lot.choice(sorted(SIGNALS))
        higher = {**made.sliders, signal: position(lot, made.sliders[signal])}

        before, after = (
            on_page(replace(made, sliders=sliders), posts, known, signal)
            for sliders in (made.sliders, higher)
        )
        assert after >= before, f"seed {seed}: {signal} fell from {before} to {after}"
        rose += after > before
    assert rose > much(20, 500), "the sliders of this test move something"


def test_a_page_has_the_form_that_its_profile_and_its_length_give_it() -> None:
    form = BALANCED.form()
    assert (form.size, form.per_author, form.discovery, form.bridging) == (30, 2, 4, 2)
    assert (form.viewers, form.least) == (50, 500_000)
    shorter = BALANCED.form(15)
    assert (shorter.size, shorter.discovery, shorter.bridging) == (15, 2, 1)
    assert BALANCED.form(100) == form


def test_a_slot_brings_the_best_of_its_authors_and_the_page_stays_in_order() -> None:
    heard, unheard = ({"viewers": viewers} for viewers in (FORM.viewers, FORM.viewers - 1))
    order = lines((9, 1, {}), (8, 2, {}), (7, 3, {}), (3, 4, heard), (2, 5, unheard), (1, 6, unheard))
    placed = page(order, replace(FORM, discovery=1))
    assert [(one.scored.score, one.slot) for one in placed] == [(9, None), (8, None), (2, "discovery")]
    assert [one.scored.score for one in page(order, FORM)] == [9, 8, 7]


def test_who_is_both_small_and_a_bridger_is_a_bridger() -> None:
    both = {"viewers": 0, "author_bridge": ONE // 2}
    order = lines((9, 1, {}), (8, 2, {}), (7, 3, {}), (2, 4, both), (1, 5, {"viewers": 0}))
    placed = page(order, replace(FORM, discovery=1, bridging=1))
    assert [(one.scored.score, one.slot) for one in placed] == [(9, None), (2, "bridging"), (1, "discovery")]


def test_a_slot_that_nobody_can_take_goes_to_whoever_ranks_next() -> None:
    order = lines((9, 1, {}), (8, 2, {}), (7, 3, {}))
    assert [one.scored.score for one in page(order, replace(FORM, discovery=1, bridging=2))] == [9, 8, 7]


def test_a_slot_does_not_lift_the_cap_per_author() -> None:
    few = {"viewers": 0}
    order = lines((9, 1, {}), (8, 2, {}), (7, 3, {}), (2, 4, few), (1, 4, few))
    assert [one.scored.score for one in page(order, replace(FORM, discovery=2))] == [9, 8, 2]


def test_what_is_shown_already_counts_against_its_author_its_slot_and_the_places() -> None:
    few = {"viewers": 0}
    order = lines((9, 1, {}), (8, 2, {}), (7, 2, {}), (2, 4, few), (1, 5, few))
    form = replace(FORM, discovery=1)
    first, rest = order[1], [one for one in order if one is not order[1]]
    assert [one.scored.score for one in page(rest, form, [first])] == [9, 2]
    assert [one.scored.score for one in page(rest, replace(form, size=4), [first])] == [9, 2, 1]
    small, others = order[3], [one for one in order if one is not order[3]]
    assert [one.scored.score for one in page(others, form, [small])] == [9, 8]
    assert page(rest, form, [first, small, order[0]]) == []


def test_the_rank_without_a_signal_is_the_place_on_the_page_that_there_would_be() -> None:
    now = candidate().id
    followed, fresh = candidate(id=1, author_id=1, follows=True), candidate(id=now, author_id=2)
    other = candidate(id=now - 1, author_id=3)
    weights: dict[SignalName, int] = {"fresh": 1000, "follow": 3000}
    order = ranked([other, fresh, followed], BALANCED.setting(NOW), weights)
    form = replace(FORM, size=2)
    assert [one.scored.post_id for one in page(order, form)] == [followed.id, fresh.id]
    assert ranks_without(order, form, weights, "follow") == {fresh.id: 1, other.id: 2}
    assert rank_without(order, form, weights, "follow", followed.id) is None
    assert rank_without(order, form, weights, "fresh", followed.id) == 1
    assert rank_without(order, form, weights, "fresh", other.id) is None
