"""A policy's text: clauses, patches that keep the comments, blame."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import Conflict, RuleBroken
from coop.policy_text import apply, blame, changed, leaves, parse, sha256

TEXT = """\
# how far a post may travel
[seats]
default = 150      # a room in which everyone can be answered
ceiling = 500

[bounds.guild]     # what a guild may set
"/seats/default" = { min = 10, max = 500 }
kinds = ["photo"]
"""


def test_a_patch_changes_the_value_and_keeps_every_comment() -> None:
    after = apply(TEXT, [{"op": "replace", "path": "/seats/default", "value": 40}])
    assert after == TEXT.replace("150 ", "40 ")


def test_a_clause_named_like_a_pointer_is_reached_by_its_escaped_name() -> None:
    after = apply(TEXT, [{"op": "replace", "path": "/bounds/guild/~1seats~1default/max", "value": 99}])
    assert parse(after)["bounds"]["guild"]["/seats/default"] == {"min": 10, "max": 99}


def test_clauses_can_be_added_and_removed() -> None:
    after = apply(
        TEXT,
        [
            {"op": "add", "path": "/arrivals", "value": {"per_minute": 60}},
            {"op": "remove", "path": "/seats/ceiling"},
            {"op": "add", "path": "/bounds/guild/kinds/-", "value": "text"},
        ],
    )
    assert parse(after)["arrivals"] == {"per_minute": 60}
    assert "ceiling" not in parse(after)["seats"]
    assert parse(after)["bounds"]["guild"]["kinds"] == ["photo", "text"]


@pytest.mark.parametrize(
    ("operation", "pointer"),
    [
        ({"op": "replace", "path": "/seats/nothing", "value": 1}, "/seats/nothing"),
        ({"op": "remove", "path": "/nowhere/at/all"}, "/nowhere/at/all"),
        ({"op": "replace", "path": "/seats/default", "value": None}, "/seats/default"),
        ({"op": "add", "path": "/seats/default", "value": {"deep": [None]}}, "/seats/default"),
        ({"op": "zap", "path": "/seats/default"}, "/seats/default"),
        ({"op": "replace", "path": "/seats/default"}, "/seats/default"),
        ({"op": "replace", "path": "seats", "value": 1}, "seats"),
        ({"op": "replace", "value": 1}, "/patch/0"),
        ({"op": "replace", "path": "", "value": {}}, "/patch/0"),
        ("not an object", "/patch/0"),
    ],
)
def test_what_is_no_patch_of_this_text_is_refused_where_it_is_wrong(operation: Any, pointer: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        apply(TEXT, [operation])
    assert [fault.pointer for fault in caught.value.faults] == [pointer]


def test_a_test_operation_that_fails_is_a_conflict() -> None:
    with pytest.raises(Conflict) as caught:
        apply(TEXT, [{"op": "test", "path": "/seats/default", "value": 151}])
    assert caught.value.faults[0].pointer == "/seats/default"


def test_text_that_is_not_toml_is_refused_with_the_reason() -> None:
    with pytest.raises(RuleBroken, match="end of a table declaration"):
        parse("[seats")


def test_no_stays_norway() -> None:
    assert parse('country = "NO"')["country"] == "NO"


def test_the_hash_covers_the_comments() -> None:
    assert sha256(TEXT) != sha256(TEXT.replace("# how", "# now"))


def test_blame_names_the_version_that_last_set_each_clause() -> None:
    first = parse(TEXT)
    old = blame({}, {}, first, 1)
    second = parse(apply(TEXT, [{"op": "replace", "path": "/seats/default", "value": 40}]))
    new = blame(first, old, second, 2)
    assert new == {**old, "/seats/default": 2}
    assert set(old.values()) == {1}


def test_one_and_true_and_one_point_zero_are_different_values() -> None:
    assert changed({"a": 1}, {"a": True}) == {"/a"}
    assert changed({"a": 1}, {"a": 1.0}) == {"/a"}


_keys = st.text("ab~/.", min_size=1, max_size=3)
_values = st.recursive(
    st.integers(-5, 5)
    | st.booleans()
    | st.text("xy\"'#\n", max_size=4)
    | st.lists(st.integers(0, 9), max_size=3),
    lambda inner: st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _values, max_size=4), _keys, _values)
def test_what_was_added_is_what_is_read(data: dict[str, Any], key: str, value: Any) -> None:
    import tomlkit

    text = tomlkit.dumps(data)
    escaped = key.replace("~", "~0").replace("/", "~1")
    after = parse(apply(text, [{"op": "add", "path": f"/{escaped}", "value": value}]))
    assert after == {**data, key: value}
    if not isinstance(value, dict):
        assert leaves(after)[f"/{escaped}"] == value


COMMENTED = """# What this policy is for.

# Rules begin here.
[rules.one]
says = \"\"\"
# no comment, but a word
\"\"\"
# why it says so

# Rule two is about rye.
[rules.two]
says = ["rye", # with its flour
  "malt"]

[rules.two.more]
than = 1

# Grounds are by-laws.
# They are for people.

[grounds.spam]
about = "Spam"

# The end.
"""


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("/rules/one", ("[rules.one]", "# Rule two is about rye.")),
        ("/rules/two", ("[rules.two]", "# Grounds are by-laws.")),
        ("/rules/two/more", ("[rules.two.more]", "# Grounds are by-laws.")),
        ("/grounds", ("[grounds.spam]", "# The end.")),
    ],
)
def test_a_table_that_is_removed_leaves_the_comments_below_it_that_belong_to_what_follows(
    path: str, gone: tuple[str, str]
) -> None:
    first, rest = (COMMENTED.index(one) for one in gone)
    assert (
        apply(COMMENTED, [{"op": "remove", "path": path}])
        == COMMENTED[:first] + ("\n" if path in ("/rules/one", "/rules/two") else "") + COMMENTED[rest:]
    )


def test_the_last_of_its_table_is_removed_and_what_follows_keeps_its_comments() -> None:
    both = [{"op": "remove", "path": path} for path in ("/rules/one", "/rules/two", "/grounds/spam")]
    after = apply(COMMENTED, both)
    assert parse(after) == {"rules": {}, "grounds": {}}
    assert after == (
        "# What this policy is for.\n\n# Rules begin here.\n[rules]\n\n# Grounds are by-laws.\n"
        "# They are for people.\n\n[grounds]\n\n# The end.\n"
    )
    again = apply(after, [{"op": "add", "path": "/rules/bran", "value": {"says": ["bran"]}}])
    assert parse(again) == {"rules": {"bran": {"says": ["bran"]}}, "grounds": {}}


def test_tables_that_are_removed_one_after_another_leave_what_belongs_to_others() -> None:
    both = [{"op": "remove", "path": path} for path in ("/rules/two", "/grounds")]
    assert apply(COMMENTED, both) == COMMENTED[: COMMENTED.index("# Rule two")] + (
        "# Rule two is about rye.\n\n# Grounds are by-laws.\n# They are for people.\n\n# The end.\n"
    )


def test_what_is_added_after_a_removal_is_read_as_it_is_meant() -> None:
    patch: list[dict[str, Any]] = [
        {"op": "remove", "path": "/rules/two"},
        {"op": "add", "path": "/rules/two", "value": {"says": ["oats"]}},
        {"op": "add", "path": "/rules/three", "value": {"says": ["bran"]}},
    ]
    after = apply(COMMENTED, patch)
    assert parse(after)["rules"]["two"] == {"says": ["oats"]}
    assert all(after.count(line) == 1 for line in COMMENTED.splitlines() if line.startswith("#"))
