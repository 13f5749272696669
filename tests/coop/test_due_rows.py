"""Due rows: each is settled in a transaction of its own, and one that fails stops none behind it."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from coop.database import Database
from coop.due_rows import PAGE, in_pages, one_by_one


def test_a_row_that_fails_is_rolled_back_and_logged_and_the_others_are_settled(
    committed: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with committed.begin() as session:
        session.execute(text("CREATE TABLE dug (bed integer PRIMARY KEY)"))

    def dig(session: Session, bed: int) -> int:
        session.execute(text("INSERT INTO dug VALUES (:bed)"), {"bed": bed})
        if bed == 2:
            raise RuntimeError("the soil is frozen")
        return bed

    assert one_by_one(committed, "dig", [1, 2, 3], dig) == 4
    with committed.begin() as session:
        assert session.execute(text("SELECT bed FROM dug ORDER BY bed")).scalars().all() == [1, 3]
    logged = "".join(capsys.readouterr())
    assert "the soil is frozen" in logged and "dig" in logged


@pytest.mark.parametrize("number", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_rows_are_looked_up_page_by_page_and_each_comes_once(database: Database, number: int) -> None:
    asked: list[int] = []

    def page(_session: Session, after: int) -> list[int]:
        asked.append(after)
        return list(range(after + 1, min(after + PAGE, number) + 1))

    assert list(in_pages(database, page)) == list(range(1, number + 1))
    assert asked == [n * PAGE for n in range(number // PAGE + 1)]
