"""Due rows: each is settled in a transaction of its own, and one that fails stops none behind it."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from coop import due_rows
from coop.database import Database
from coop.due_rows import BEYOND, PAGE, in_order, in_pages, one_by_one


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


def test_law_14_more_rows_that_fail_than_a_page_holds_keep_none_behind_them_waiting(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five of seven beds cannot be dug, and are due again at the next run; two at a time are looked up."""
    monkeypatch.setattr(due_rows, "PAGE", 2)
    with committed.begin() as session:
        session.execute(text("CREATE TABLE bed (id integer PRIMARY KEY, at timestamptz, dug boolean)"))
        session.execute(
            text("INSERT INTO bed SELECT id, now() + make_interval(mins => id / 3), false"
                 " FROM generate_series(1, 7) AS id")
        )  # fmt: skip
    wanted = text(
        f"SELECT at, id FROM bed WHERE id < :most_id AND NOT dug AND {BEYOND.format('at', 'id')}"
        " ORDER BY at, id LIMIT :most"
    )
    met: list[int] = []

    def dig(session: Session, bed: int) -> int:
        met.append(bed)
        if bed <= 5:
            raise RuntimeError("the soil is frozen")
        session.execute(text("UPDATE bed SET dug = true WHERE id = :bed"), {"bed": bed})
        return 1

    for found in (2, 0):
        assert one_by_one(committed, "dig", in_order(committed, wanted, {"most_id": 9}), dig) == found
    assert met == [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5]
