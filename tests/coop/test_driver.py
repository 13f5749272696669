"""Driver statements: what is handed to psycopg past SQLAlchemy, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from psycopg.rows import namedtuple_row, scalar_row, tuple_row
from sqlalchemy import bindparam, create_engine, func, literal, select, text
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import Session

from coop import database
from coop.clock import Clock
from coop.database import Database
from coop.driver import DriverStatement, driver_of, told
from coop.settings import Settings
from tests.coop.statements import counted
from tests.factories import make_member

ASKED = text("SELECT :number + 1 AS next, CAST(:word AS text) AS word, 7 % 4 AS rest, :number % 2 AS odd")
TERMINATE = DriverStatement(text("SELECT pg_terminate_backend(CAST(:pid AS integer))"), scalar_row)
BACKEND = DriverStatement(text("SELECT pg_backend_pid()"), scalar_row)


@contextmanager
def closing(opened: Database) -> Iterator[Database]:
    try:
        yield opened
    finally:
        opened.dispose()


def test_a_row_is_what_the_factory_makes_of_it(session: Session) -> None:
    bound = {"number": 41, "word": None}
    assert DriverStatement(ASKED, tuple_row).rows(session, bound) == [(42, None, 3, 1)]
    (row,) = DriverStatement(ASKED, namedtuple_row).rows(session, bound)
    assert row._asdict() == {"next": 42, "word": None, "rest": 3, "odd": 1}
    assert DriverStatement(text("SELECT 1 WHERE false"), scalar_row).rows(session, {}) == []


def test_rows_are_what_sqlalchemy_reads(session: Session) -> None:
    asked = text(
        """SELECT CAST(:list AS bigint[]), CAST(:list AS integer[]), 1.5::float8, 2::smallint, true, NULL,
        json_build_array(1, 'a', NULL), jsonb_build_object('a', 1.25), clock_timestamp() - now() >= :none,
        CAST(:moment AS timestamptz), 'slug'::varchar, decode('00ff', 'hex'), :none"""
    )
    bound = {"list": "{1,NULL,3}", "none": timedelta(), "moment": Clock().now(session)}
    assert DriverStatement(asked, tuple_row).rows(session, bound) == [
        tuple(session.connection().execute(asked, bound).one())
    ]


def test_values_that_a_statement_was_written_with_are_sent_along(session: Session) -> None:
    asked = select(literal("steward"), func.upper(bindparam("word", type_=None)))
    assert DriverStatement(asked, tuple_row).rows(session, {"word": "bread"}) == [("steward", "BREAD")]


def test_it_sees_what_its_transaction_did_and_is_counted_with_the_others(session: Session) -> None:
    make_member(session, "ada")
    found = DriverStatement(text("SELECT handle FROM member WHERE handle = :handle"), scalar_row)
    with counted(session) as sent:
        assert found.rows(session, {"handle": "ada"}) == ["ada"]
    assert sent == [found.text]


def test_a_connection_that_died_under_a_statement_is_never_used_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_S", 3600.0)
    url = settings.database_url.get_secret_value()
    with closing(Database(url, pool_size=1, max_overflow=0)) as pooled, closing(Database(url)) as other:
        with pytest.raises(OperationalError), pooled.begin() as session:
            (died,) = BACKEND.rows(session, {})
            with other.begin() as second:
                TERMINATE.rows(second, {"pid": died})
            BACKEND.rows(session, {})
        with pooled.begin() as session:
            assert BACKEND.rows(session, {}) != [died]


def test_what_the_database_refuses_is_told_as_of_any_statement_and_without_what_was_bound(
    session: Session,
) -> None:
    with pytest.raises(DataError, match="division by zero") as refused, session.begin_nested():
        DriverStatement(text("SELECT 41 / :nothing"), scalar_row).rows(session, {"nothing": 0})
    assert isinstance(refused.value.orig, psycopg.errors.DivisionByZero)
    assert refused.value.params is None
    assert BACKEND.rows(session, {})


def test_whoever_tries_again_after_a_deadlock_does_so_after_one_of_these() -> None:
    assert isinstance(
        told(psycopg.errors.DeadlockDetected("deadlock detected"), "SELECT 1"), OperationalError
    )


def test_a_connection_of_another_driver_is_refused() -> None:
    with create_engine("sqlite://").connect() as connection, pytest.raises(TypeError):
        driver_of(connection)
