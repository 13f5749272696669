"""Predicates read literally: who is meant, and where nobody can say."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audience.predicate import Atom, Predicate, Standing, holds, is_met, one_of
from bench.documents import Names, predicate

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
VISITOR = Standing(NOW, None)
BEN = Standing(
    NOW,
    "ben",
    guilds=frozenset({"bakers"}),
    circles=frozenset({"Family"}),
    mentioned=True,
    follower_since=NOW - 7 * DAY,
    following_since=NOW - 3 * DAY,
    places=frozenset({"1", "12"}),
    contributions={
        ("bread", "post", NOW.date()): 1,
        ("bread", "reply", NOW.date() - 6 * DAY): 2,
        ("bikes", "reply", NOW.date()): 9,
    },
)
NAMES = Names(["bakers", "weavers"], ["ben", "cleo"], ["Family"], ["1", "12", "2"], ["bread", "bikes"])


def read(written: object) -> Predicate:
    return Predicate.model_validate_json(json.dumps(written))


def follow(direction: str, days: int = 0) -> dict[str, Any]:
    return {"follow": {"dir": direction, "min_days": days}}


def gave(**asked: Any) -> dict[str, Any]:
    return {"contributed": {"tag": "bread", **asked}}


@pytest.mark.parametrize(
    ("atom", "met", "visitor"),
    [
        ({"public": True}, True, True),
        ({"local": True}, True, False),
        ({"guild": "bakers"}, True, False),
        ({"guild": "weavers"}, False, False),
        ({"circle": "Family"}, True, False),
        ({"circle": "Work"}, False, False),
        ({"member": "ben"}, True, False),
        ({"member": "cleo"}, False, False),
        ({"mentioned": True}, True, False),
        (follow("follower"), True, False),
        (follow("follower", 7), True, False),
        (follow("follower", 8), False, False),
        (follow("following", 3), True, False),
        (follow("following", 4), False, False),
        (follow("mutual", 3), True, False),
        (follow("mutual", 4), False, False),
        ({"place": "12"}, True, None),
        ({"place": "2"}, False, None),
        (gave(), True, False),
        (gave(min=3), True, False),
        (gave(min=4), False, False),
        (gave(min=3, days=7), True, False),
        (gave(min=3, days=6), False, False),
        (gave(kinds=["post"], min=2), False, False),
        (gave(kinds=["reply"], min=2), True, False),
    ],
)
def test_each_group_of_people_is_met_by_those_who_are_in_it(
    atom: dict[str, Any], met: bool, visitor: bool | None
) -> None:
    one = Atom.model_validate_json(json.dumps(atom))
    assert (is_met(one, BEN), is_met(one, VISITOR)) == (met, visitor)


YES, NO, UNKNOWN = {"guild": "bakers"}, {"guild": "weavers"}, {"place": "1"}
SILENT = Standing(NOW, "ben", guilds=frozenset({"bakers"}))
"""Somebody who does not say where they are."""
ATOMS = {True: YES, False: NO, None: UNKNOWN}
VALUES = (True, False, None)


def both(one: bool | None, other: bool | None) -> bool | None:
    """Kleene's conjunction."""
    return False if False in (one, other) else None if None in (one, other) else True


def either(one: bool | None, other: bool | None) -> bool | None:
    """Kleene's disjunction."""
    return True if True in (one, other) else None if None in (one, other) else False


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_what_is_not_known_is_neither_yes_nor_no(one: bool | None, other: bool | None) -> None:
    first, second = ATOMS[one], ATOMS[other]
    assert holds(read({"any": [first, second]}), SILENT) == either(one, other)
    assert holds(read({"all": [first, second]}), SILENT) == both(one, other)
    assert holds(read({"any": [first], "all": [second]}), SILENT) == both(one, other)
    assert holds(read({"all": [{"any": [first, second]}]}), SILENT) == either(one, other)
    assert one_of([Atom.model_validate(first), Atom.model_validate(second)], SILENT) == either(one, other)
    if first != second:
        denied = None if other is None else not other
        assert holds(read({"any": [first], "not": [second]}), SILENT) == both(one, denied)


def test_who_leaves_out_a_place_leaves_out_whoever_may_be_there() -> None:
    elsewhere = read({"any": [{"local": True}], "not": [{"place": "1"}]})
    assert [holds(elsewhere, reader) for reader in (BEN, SILENT, VISITOR)] == [False, None, False]
    assert holds(elsewhere, Standing(NOW, "ben", places=frozenset({"2"}))) is True


def test_an_empty_list_is_nobody() -> None:
    assert holds(read({"any": []}), BEN) is False
    assert holds(read({"any": [], "all": [YES]}), BEN) is False


@pytest.mark.parametrize("tag", ["#bread", "rye bread", "2026", "bread!"])
def test_a_tag_that_no_text_can_have_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError, match="one word"):
        read({"any": [{"contributed": {"tag": tag}}]})


def test_a_tag_is_compared_without_case() -> None:
    assert holds(read({"any": [{"contributed": {"tag": " Bread "}}]}), BEN) is True


@given(st.integers(0, 2**32))
def test_leaving_more_people_out_lets_nobody_in_and_a_further_alternative_keeps_everybody(seed: int) -> None:
    random = Random(seed)
    drawn = predicate(random, NAMES)
    before = holds(read(drawn), BEN)
    extra = random.choice((YES, NO, UNKNOWN, {"member": "ben"}, follow("mutual", 4)))
    wanted = [*drawn.get("any", ()), *drawn.get("all", ())]
    if extra not in wanted and {"public": True} not in wanted and drawn.get("any") != [extra]:
        try:
            fewer = read(drawn | {"not": [*drawn.get("not", ()), extra]})
        except ValidationError:
            return
        assert not (holds(fewer, BEN) is True and before is not True)
    if "any" in drawn and {"public": True} not in wanted and extra not in drawn.get("not", ()):
        more = read(drawn | {"any": [*drawn["any"], extra]})
        assert not (before is True and holds(more, BEN) is not True)


@given(st.integers(0, 2**32))
def test_every_group_is_named_once_with_its_pointer(seed: int) -> None:
    drawn = predicate(Random(seed), NAMES)
    for pointer, atom in read(drawn).named():
        found: Any = drawn
        for step in pointer.split("/")[1:]:
            found = found[int(step)] if isinstance(found, list) else found[step]
        assert Atom.model_validate_json(json.dumps(found)) == atom
    assert sum(1 for _ in read(drawn).named()) == sum(1 for _ in read(drawn).atoms())
