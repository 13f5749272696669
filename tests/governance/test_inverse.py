"""Inverse patches: what a version set is put back, and what others set since is left."""

from typing import Any

import pytest
import tomlkit
from hypothesis import example, given
from hypothesis import strategies as st

from coop.policy_text import apply, leaves, parse, same
from governance.inverse import ABSENT, inverse, layer, put, surface, uncovered
from governance.patch import MOST_OPERATIONS

Data = dict[str, Any]

KEYS = st.sampled_from(["a", "b", "c", "d/e", "f~g", "h i", "0"])
VALUES = (
    st.integers(-9, 9)
    | st.booleans()
    | st.floats(-9, 9, allow_nan=False)
    | st.text("xyz", max_size=3)
    | st.lists(st.integers(0, 3) | st.booleans(), max_size=3)
)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=4),
    lambda inner: st.dictionaries(KEYS, VALUES | inner, max_size=4),
    max_leaves=12,
)


@given(TABLES, TABLES)
def test_a_patch_and_its_inverse_change_nothing(before: Data, after: Data) -> None:
    text = tomlkit.dumps(before)
    there, back = inverse(after, before), inverse(before, after)
    changed = apply(text, there)
    assert same(parse(changed), after)
    assert same(parse(apply(changed, back)), before)


@given(TABLES)
def test_what_is_the_same_has_no_inverse(data: Data) -> None:
    assert inverse(data, data) == []


def test_an_inverse_is_never_larger_than_a_patch_may_be() -> None:
    before = {"table": {f"clause{number}": number for number in range(2 * MOST_OPERATIONS)}}
    after = {"table": {name: value + 1 for name, value in before["table"].items()}}
    patch = inverse(before, after)
    assert [step["path"] for step in patch] == ["/table"]
    assert parse(apply(tomlkit.dumps(after), patch)) == before


def test_a_list_whose_values_change_their_type_alone_is_changed() -> None:
    assert layer(2, {"a": [False]}, {"a": [0]}).clauses == {"/a": [0]}


@given(st.lists(TABLES, min_size=1, max_size=5), st.data())
def test_law_12_taking_every_layer_away_in_any_order_leaves_the_founding_clauses(
    texts: list[Data], draw: st.DataObject
) -> None:
    layers = [
        layer(number, before, after)
        for number, (before, after) in enumerate(zip([{}, *texts], texts, strict=False), 1)
    ]
    data, gone = texts[-1], set[int]()
    for number in draw.draw(st.permutations(range(2, len(texts) + 1))):
        wanted = uncovered(layers, gone, data, number)
        try:
            data = put(data, wanted)
        except ValueError:  # a clause and a table of one name: one of them stays, which is told
            return
        gone.add(number)
    assert same(leaves(data), leaves(texts[0]))


@given(TABLES, TABLES)
@example({"a": 0}, {"a": {"b": {}}})
def test_the_layer_on_top_uncovers_exactly_what_was_before(before: Data, after: Data) -> None:
    layers = [layer(1, {}, before), layer(2, before, after)]
    back = put(after, uncovered(layers, set(), after, 2))
    assert same(leaves(back), leaves(before))


FOUNDING = {"seats": {"default": 150, "ceiling": 500}, "on_full": "waitlist"}
WIDER = {"seats": {"default": 300, "ceiling": 500}}
HIGHER = {"seats": {"default": 300, "ceiling": 900}}
WIDEST = {"seats": {"default": 400, "ceiling": 900}}
LAYERS = [
    layer(1, {}, FOUNDING),
    layer(2, FOUNDING, WIDER),
    layer(3, WIDER, HIGHER),
    layer(4, HIGHER, WIDEST),
]


def test_a_clause_is_of_the_version_that_set_it_last() -> None:
    assert surface(LAYERS, set(), WIDEST) == {"/seats/default": 4, "/seats/ceiling": 3, "/on_full": 2}
    assert surface(LAYERS, {4}, HIGHER) == {"/seats/default": 2, "/seats/ceiling": 3, "/on_full": 2}


def test_a_clause_that_says_something_else_than_its_layer_is_of_none() -> None:
    assert "/seats/default" not in surface(LAYERS, {4}, WIDEST)
    assert "/on_full" not in surface(LAYERS, set(), {**WIDEST, "on_full": "refuse"})


def test_only_what_is_still_its_own_is_put_back() -> None:
    assert uncovered(LAYERS, set(), WIDEST, 2) == {"/on_full": "waitlist"}
    assert uncovered(LAYERS, set(), WIDEST, 3) == {"/seats/ceiling": 500}
    assert uncovered(LAYERS, set(), WIDEST, 4) == {"/seats/default": 300}


def test_what_does_not_stand_any_more_is_not_put_back() -> None:
    assert uncovered(LAYERS, {2}, WIDEST, 4) == {"/seats/default": 150}


def test_clauses_are_set_and_taken_with_their_tables() -> None:
    assert put({"a": {"b": {"c": 1}}, "d": 2}, {"/a/b/c": ABSENT}) == {"d": 2}
    assert put({"d": 2}, {"/a/b~1c": 1}) == {"a": {"b/c": 1}, "d": 2}
    assert put({"d": 2}, {"/e": ABSENT}) == {"d": 2}


@pytest.mark.parametrize("clause", ["/a", "/d/e"])
def test_a_clause_is_not_put_where_others_stand(clause: str) -> None:
    with pytest.raises(ValueError, match=clause):
        put({"a": {"b": 1}, "d": 2}, {clause: 7})


def test_one_and_true_are_two_values() -> None:
    assert not same([1], [True])
    assert not same({"a": 1}, {"a": 1.0})
    assert not same(ABSENT, "absent")
