"""The database: transactions, and connections that died while nobody used them."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from coop import database
from coop.database import Database
from coop.settings import Settings


@pytest.fixture
def pooled(settings: Settings) -> Iterator[Database]:
    made = Database(settings.database_url.get_secret_value(), pool_size=1, max_overflow=0)
    yield made
    made.dispose()


def backend(of: Database) -> int:
    with of.begin() as session:
        return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_that_died_while_idle_is_replaced_before_anybody_meets_it(
    pooled: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_S", 0.0)
    first = backend(pooled)
    assert backend(pooled) == first
    other = Database(settings.database_url.get_secret_value())
    with other.begin() as session:
        session.execute(text("SELECT pg_terminate_backend(CAST(:pid AS integer))"), {"pid": first})
    other.dispose()
    time.sleep(0.05)
    assert backend(pooled) != first


def test_a_transaction_is_undone_by_any_exception(pooled: Database) -> None:
    with pytest.raises(LookupError), pooled.begin() as session:
        session.execute(text("CREATE TABLE never (id int)"))
        raise LookupError
    with pooled.begin() as session:
        assert session.execute(text("SELECT to_regclass('never')")).scalar_one() is None


@pytest.mark.parametrize(
    ("number", "kind"),
    [(1, "bigint"), (-(2**15) - 1, "bigint"), (2**63 - 1, "bigint"), (2**63, "numeric")],
)
def test_whole_numbers_are_sent_alike_whatever_their_size(pooled: Database, number: int, kind: str) -> None:
    asked = text("SELECT pg_typeof(:one)::text, pg_typeof(:list)::text, :one")
    with pooled.begin() as session:
        found = session.execute(asked, {"one": number, "list": [1, number]}).one()
    assert tuple(found) == (kind, f"{kind}[]", number)
