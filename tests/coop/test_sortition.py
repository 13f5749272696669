"""Sortition: the draw that anyone can make again."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.sortition import draw, order, pool_sha256, seed

handles = st.lists(st.from_regex(r"[a-z][a-z0-9_]{1,29}", fullmatch=True), unique=True, max_size=30)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(hashes, handles)
def test_the_order_in_which_a_pool_is_listed_changes_nothing(root: str, pool: list[str]) -> None:
    turned = pool[::-1]
    assert pool_sha256(pool) == pool_sha256(turned)
    found = seed(root, pool_sha256(pool))
    assert order(found, pool) == order(found, turned)
    assert sorted(order(found, pool)) == sorted(pool)


@given(hashes, handles)
def test_fewer_drawn_are_the_first_of_more(root: str, pool: list[str]) -> None:
    for number in range(len(pool) + 1):
        assert draw(root, pool, number) == order(root, pool)[:number]


def test_it_can_be_drawn_by_hand(tmp_path: Path) -> None:
    """The commands that the module gives, word for word."""
    pool, root = ["zoe", "ann", "b_9", "ben"], hashlib.sha256(b"a checkpoint").hexdigest()
    script = r"""
    POOL=$(LC_ALL=C sort handles.txt | sha256sum | cut -c-64)
    SEED=$(printf '%s%s' "$ROOT" "$POOL" | sha256sum | cut -c-64)
    echo "$POOL $SEED"
    while read -r HANDLE; do
        printf '%s%s' "$SEED" "$HANDLE" | sha256sum | cut -c-64 | sed "s/$/ $HANDLE/"
    done < handles.txt | sort
    """
    (tmp_path / "handles.txt").write_text("".join(f"{handle}\n" for handle in pool))
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={"ROOT": root, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    hashed, *drawn = done.stdout.splitlines()
    assert hashed == f"{pool_sha256(pool)} {seed(root, pool_sha256(pool))}"
    assert tuple(line.split()[1] for line in drawn) == order(seed(root, pool_sha256(pool)), pool)


@pytest.mark.parametrize(("pool", "number"), [(["ann"], 2), (["ann", "ann"], 1), (["ann"], -1)])
def test_what_cannot_be_drawn_is_refused(pool: list[str], number: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        draw("0" * 64, pool, number)


def test_every_handle_has_the_same_chance() -> None:
    """Of 4,000 draws of one from four, each is drawn 1,000 times, give or take five standard deviations."""
    pool = ["ann", "ben", "cat", "dan"]
    drawn = [draw(seed(f"{number:064x}", pool_sha256(pool)), pool, 1)[0] for number in range(4000)]
    assert all(abs(drawn.count(handle) - 1000) < 5 * (4000 * 0.25 * 0.75) ** 0.5 for handle in pool)
