"""Ties: a draw that anybody can make again."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.sortition import digest
from governance.methods.ties import draw


def test_the_draw_is_sha256_of_seed_and_name() -> None:
    expected = {name: hashlib.sha256(b"4f" + name.encode()).hexdigest() for name in ("ada", "börje", "cleo")}
    assert {name: digest("4f", name) for name in expected} == expected
    order = sorted(expected, key=lambda name: expected[name])
    lots = draw("4f", list(expected))
    assert [list(expected)[lots.index(lot)] for lot in range(3)] == order


@given(st.text(max_size=8), st.lists(st.text(max_size=5), min_size=1, max_size=8, unique=True))
def test_law_04_listing_the_options_otherwise_changes_no_lot(seed: str, names: list[str]) -> None:
    turned = names[::-1]
    assert dict(zip(names, draw(seed, names), strict=True)) == dict(
        zip(turned, draw(seed, turned), strict=True)
    )
    assert sorted(draw(seed, names)) == list(range(len(names)))


def test_another_seed_is_another_draw() -> None:
    names = [str(number) for number in range(20)]
    assert draw("a", names) != draw("b", names)


def test_two_options_of_one_name_have_no_draw() -> None:
    with pytest.raises(ValueError, match="one name"):
        draw("a", ["ada", "ada"])
