"""Merging two texts that were made from a third (diff3), and the lines that they share."""

from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.cowriting.difference import difference
from audience.cowriting.lines import matched
from audience.cowriting.merge import Clash, Merged, merge

LINES = st.lists(st.sampled_from(["", "Rye", "Oats", "Spelt", "Salt"]), max_size=9)
TEXTS = LINES.map("\n".join)


@st.composite
def apart(draw: st.DrawFn) -> tuple[str, str, str, list[str], list[str]]:
    """Yield a text, two of which each changes other lines with a line between them, and what each wrote."""
    number = draw(st.integers(4, 12))
    base = [f"Line {one}" for one in range(number)]
    middle = draw(st.integers(1, number - 2))
    first, second = draw(st.integers(0, middle - 1)), draw(st.integers(middle + 1, number - 1))
    here, there = draw(LINES), draw(LINES)
    one, other = [*base], [*base]
    one[first : first + 1] = here
    other[second : second + 1] = there
    return "\n".join(base), "\n".join(one), "\n".join(other), here, there


@given(TEXTS, TEXTS)
def test_what_one_alone_changed_is_what_they_come_to(base: str, changed: str) -> None:
    assert merge(base, changed, base) == Merged(changed)
    assert merge(base, base, changed) == Merged(changed)


@given(TEXTS, TEXTS)
def test_what_both_changed_alike_is_taken_once(base: str, changed: str) -> None:
    assert merge(base, changed, changed) == Merged(changed)


@given(TEXTS, TEXTS, TEXTS)
def test_it_is_the_same_whoever_came_first(base: str, one: str, other: str) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    assert [Clash(c.base, c.other, c.one) for c in there.clashes] == [*back.clashes]
    if not there.clashes:
        assert there.text == back.text


@given(apart())
def test_what_stands_apart_survives_from_both(drawn: tuple[str, str, str, list[str], list[str]]) -> None:
    base, one, other, here, there = drawn
    merged = merge(base, one, other)
    assert merged.clashes == ()
    assert len(merged.text.split("\n")) == len(base.split("\n")) - 2 + len(here) + len(there)
    lines = iter(merged.text.split("\n"))
    assert all(line in lines for line in [*here, *there]), "in their order"


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_is_lost_in_silence(base: str, one: str, other: str) -> None:
    """Each line that one side put in is in the merged text, or in a clash that names it."""
    merged = merge(base, one, other)
    told = merged.text.split("\n") + [
        line for clash in merged.clashes for side in (clash.one, clash.other) for line in side.split("\n")
    ]
    for text in (one, other):
        for line in set(text.split("\n")) - set(base.split("\n")):
            assert line in told


@pytest.mark.parametrize(
    ("base", "one", "other", "clash"),
    [
        ("Rye", "Oats", "Spelt", Clash("Rye", "Oats", "Spelt")),
        ("Rye\n\nSalt", "Rye\nOats\n\nSalt", "Rye\nSpelt\n\nSalt", Clash("", "Oats", "Spelt")),
        ("Rye\nSalt", "Salt", "Oats\nSalt", Clash("Rye", "", "Oats")),
    ],
)
def test_where_both_changed_one_part_each_side_is_told(base: str, one: str, other: str, clash: Clash) -> None:
    assert merge(base, one, other).clashes == (clash,)


def test_a_part_that_clashes_keeps_no_other_part_from_being_merged() -> None:
    merged = merge("a\n-\nb\n-\nc", "A\n-\nb1\n-\nc", "a\n-\nb2\n-\nC")
    assert merged == Merged("A\n-\nb1\n-\nC", (Clash("b", "b1", "b2"),))


@given(LINES, LINES)
def test_matched_lines_are_the_same_and_in_order(old: list[str], new: list[str]) -> None:
    runs = matched(old, new)
    for run in runs:
        assert old[run.old : run.old + run.number] == new[run.new : run.new + run.number]
    for before, after in pairwise(runs):
        assert before.old + before.number <= after.old
        assert before.new + before.number <= after.new


@given(LINES)
def test_a_text_matches_itself_whole(lines: list[str]) -> None:
    assert [one.number for one in matched(lines, lines)] == ([len(lines)] if lines else [])


@given(TEXTS, TEXTS)
def test_a_difference_tells_each_side_in_its_order(old: str, new: str) -> None:
    rows = difference(old, new)
    assert (rows == []) == (old == new)
    for text, what in ((old, "removed"), (new, "added")):
        lines = iter(text.split("\n"))
        assert all(row.text in lines for row in rows if row.what in ("same", what))
    assert len([row for row in rows if row.what == "removed"]) <= len(old.split("\n"))


def test_a_difference_leaves_out_what_is_far_from_any_change() -> None:
    base = [f"Line {one}" for one in range(20)]
    rows = difference("\n".join(base), "\n".join([*base[:10], "New", *base[11:]]))
    said = [(row.what, row.text) for row in rows]
    assert said[0] == said[-1] == ("gap", "")
    assert said[1:4] == [("same", f"Line {one}") for one in (7, 8, 9)]
    assert said[4:6] == [("removed", "Line 10"), ("added", "New")]
    assert said[6:9] == [("same", f"Line {one}") for one in (11, 12, 13)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a"] * 30_000, ["b", *["a"] * 29_998, "c"]),
        ([str(one % 100) for one in range(30_000)], [str(one % 99) for one in range(30_000)]),
        ([str(one) for one in range(30_000)], [str(one) for one in reversed(range(30_000))]),
        ([str(one % 2) for one in range(190)], [str(one % 3) for one in range(200)]),
    ],
)
def test_the_longest_texts_are_compared_in_a_moment_however_they_were_made(
    old: list[str], new: list[str]
) -> None:
    began = monotonic()
    matched(old, new)
    assert monotonic() - began < 5
