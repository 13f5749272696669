"""Verification: what a patch comes to, or everything that is wrong with it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.book import guild_scope
from coop.errors import AllotmentError, Conflict, RuleBroken
from coop.policy_text import leaves, parse, sha256
from governance.verification import verify
from tests.governance.founding import founding_book, founding_text
from tests.thorough import much

BOOK = founding_book()


def put(path: str, value: Any, op: str = "replace") -> list[dict[str, Any]]:
    return [{"op": op, "path": path, "value": value}]


def check(kind: str, patch: list[Any], scope: str = "coop") -> Any:
    text = founding_text(kind) if scope == "coop" else ""
    return verify(BOOK, scope, kind, patch, sha256(text))


def test_a_patch_that_can_stand_comes_to_a_text_and_a_class() -> None:
    found = check("media", put("/photos/per_day", 100))
    assert (found.base_number, found.risk_class) == (1, "A")
    assert parse(found.after)["photos"]["per_day"] == 100
    assert "# uploads of one member in 24 hours" in found.after


@pytest.mark.parametrize(
    ("kind", "patch", "expected"),
    [
        ("media", put("/photos/per_day", 501), "B"),
        ("membership", put("/guilds/members_max", 5000), "C"),
        ("membership", put("/guilds/members_max", 600), "A"),
        ("voting", put("/classes/A/vote", "P4D"), "D"),
        ("media", put("/bounds/coop/~1photos~1per_day/max", 1000), "D"),
    ],
)
def test_the_class_is_computed_from_the_change(kind: str, patch: list[Any], expected: str) -> None:
    assert check(kind, patch).risk_class == expected


@pytest.mark.parametrize(
    ("kind", "patch", "pointer"),
    [
        ("media", put("/photos/per_hour", 5), "/photos/per_hour"),
        ("media", put("/photos/per_hour", 5, op="add"), "/photos/per_hour"),
        ("media", put("/photos/per_day", "many"), "/photos/per_day"),
        ("media", [{"op": "remove", "path": "/photos/per_day"}], "/photos/per_day"),
        ("media", [{"op": "shift", "path": "/photos/per_day"}], "/patch/0"),
        ("media", put("/photos/per_day", 60), "/patch"),
        ("voting", put("/classes/A/threshold", 0.5), "/classes/A/threshold"),
        ("voting", put("/classes/A/vote", "a while"), "/classes/A/vote"),
        ("weather", put("/rain", 1), "/kind"),
    ],
)
def test_law_13_what_could_not_stand_is_refused_with_its_place(
    kind: str, patch: list[Any], pointer: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        verify(BOOK, "coop", kind, patch, sha256(founding_text(kind) if kind != "weather" else ""))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_patch_against_another_text_is_a_conflict() -> None:
    with pytest.raises(Conflict) as refused:
        verify(BOOK, "coop", "media", put("/photos/per_day", 100), "0" * 64)
    assert refused.value.faults[0].pointer == "/base_sha256"


def test_a_failing_test_operation_is_a_conflict() -> None:
    patch = [*put("/photos/per_day", 61, op="test"), *put("/photos/per_day", 100)]
    with pytest.raises(Conflict):
        check("media", patch)


def test_a_guild_sets_what_the_coop_lets_it_set() -> None:
    scope = guild_scope("bakers")
    found = check("audience", put("/seats", {"default": 40}, op="add"), scope)
    assert (found.base_number, found.before, found.risk_class) == (0, "", "B")
    with pytest.raises(RuleBroken) as refused:
        check("audience", put("/seats", {"default": 5}, op="add"), scope)
    assert refused.value.faults[0].pointer == "/seats/default"
    with pytest.raises(RuleBroken) as refused:
        check("voting", put("/block", {"threshold": 0.9}, op="add"), scope)
    assert refused.value.faults[0].pointer == "/scope"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))
POINTERS = st.one_of(
    st.sampled_from(sorted(leaves(parse(founding_text("membership"))))),
    st.sampled_from(["", "/", "/joining", "/names/reserved/0", "/names/reserved/-", "/joining/x/y", "/~1"]),
    st.text(max_size=10).map(lambda text: "/" + text),
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": POINTERS},
    optional={"value": VALUES, "from": POINTERS},
)


@settings(max_examples=much(40, 1_000))
@given(st.lists(OPERATIONS, max_size=4))
def test_law_13_any_patch_either_stands_or_is_refused_in_our_own_words(patch: list[Any]) -> None:
    try:
        found = check("membership", patch)
    except AllotmentError as refused:
        assert refused.detail
    else:
        assert BOOK.check("membership", "coop", parse(found.after)) == []
