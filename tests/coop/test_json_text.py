"""JSON that could be read in two ways is refused, at each place where it could."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop import json_text
from coop.errors import RuleBroken
from coop.json_text import NUL, TWICE
from tests.thorough import much

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="\0")),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_characters="\0"), max_size=3), inner)
    ),
)


def told(said: str) -> dict[str, str]:
    """Return what is wrong, by pointer."""
    try:
        json_text.check(said.encode())
    except RuleBroken as error:
        return {fault.pointer: fault.detail for fault in error.faults}
    return {}


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ('{"see": {"any": []}, "see": {"any": [{"local": true}]}}', ["/see"]),
        ('{"a": 1, "a": 1}', ["/a"]),
        ('{"a": 1, "b": 2, "a": 3, "b": 4, "a": 5}', ["/a", "/b"]),
        ('[{"x": 1}, {"x": 1, "y": [{"deep": {"z": 1, "z": 2}}]}]', ["/1/y/0/deep/z"]),
        ('{"a": {"b": 1, "b": 2}, "a": 3}', ["/a/b", "/a"]),
        (r'{"a": 1, "\u0061": 2}', ["/a"]),
        ('{"a/b~": 1, "a/b~": 2}', ["/a~1b~0"]),
        ('{"": 1, "": 2}', ["/"]),
    ],
)
def test_a_key_that_is_said_twice_is_told_where(said: str, pointers: list[str]) -> None:
    assert told(said) == dict.fromkeys(pointers, TWICE)


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        (r'{"name": "a\u0000b"}', ["/name"]),
        (r'{"tags": ["x", "\u0000"]}', ["/tags/1"]),
        (r'"\u0000"', [""]),
        (r'{"name": "\\\u0000"}', ["/name"]),
        (r'{"k\u0000": 1}', ["/k\0"]),
    ],
)
def test_the_character_nul_is_told_where(said: str, pointers: list[str]) -> None:
    assert told(said) == dict.fromkeys(pointers, NUL)


@pytest.mark.parametrize(
    "said", [r'{"name": "C:\\u0000"}', r'"\\\\u0000"', '{"a": {"x": 1}, "b": {"x": 1}}', "[]", "7", '"u0000"']
)
def test_what_only_looks_like_it_is_taken(said: str) -> None:
    assert told(said) == {}


@given(VALUES)
def test_whatever_a_writer_of_json_writes_is_taken(value: Any) -> None:
    assert told(json.dumps(value)) == {}


@settings(max_examples=much(15, 100))
@given(st.dictionaries(st.text(max_size=3), VALUES, min_size=1))
def test_whatever_is_written_twice_is_found_and_nothing_else(value: dict[str, Any]) -> None:
    key = next(iter(value))
    again = f"{json.dumps(value)[:-1]}, {json.dumps(key)}: null}}"
    found = [pointer for pointer, detail in told(again).items() if detail == TWICE]
    assert found == ["/" + key.replace("~", "~0").replace("/", "~1")]
