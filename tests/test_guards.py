"""The table of guards that ``python -m tests.mutants`` takes away names texts and tests that are there."""

from pathlib import Path

import pytest

from tests.mutants.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_each_guard_stands_once_where_the_table_says(guard: Guard) -> None:
    assert (ROOT / guard.path).read_text(encoding="utf-8").count(guard.text) == 1
    assert guard.without != guard.text
    assert f"def {guard.test}(" in (ROOT / guard.file).read_text(encoding="utf-8")
