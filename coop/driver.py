"""The driver: statements handed to psycopg as they are, their rows plain tuples.

SQLAlchemy finds columns by name and converts what they hold. Of the few statements that every request or page
runs, that takes longer than sending them and reading their rows, so they are handed to the driver, on the
session's own connection and inside its transaction. What fails raises what it would raise there, so whoever
tries again after a deadlock does so after each.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.rows import RowFactory, TupleRow
from sqlalchemy import ClauseElement, Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

R = TypeVar("R")

_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


class DriverStatement(Generic[R]):
    """A statement as the driver sends it, and what it makes of each row."""

    def __init__(self, statement: ClauseElement, row: RowFactory[R]) -> None:
        """Write a statement out, once; ``row`` is one of psycopg's row factories."""
        compiled = statement.compile(dialect=_DIALECT)
        self.text = str(compiled)
        """What is sent, with psycopg's placeholders for what is bound."""
        self._written = {name: value for name, value in compiled.params.items() if value is not None}
        self._row = row

    def rows(self, session: Session, bound: Mapping[str, Any]) -> list[R]:
        """Return all rows, in the server's order; raise DBAPIError where that fails."""
        connection = session.connection()
        with driver_of(connection).cursor(binary=True, row_factory=self._row) as cursor:
            # Whoever listens to the engine, as those do who count statements, hears of this one too.
            connection.dispatch.before_cursor_execute(connection, cursor, self.text, bound, None, False)
            try:
                return cursor.execute(self.text, {**self._written, **bound}).fetchall()
            except psycopg.Error as error:
                raise told(error, self.text) from error


def told(error: psycopg.Error, statement: str) -> BaseException:
    """Return an error of the driver as SQLAlchemy tells of it, without what was bound."""
    return DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True, dialect=_DIALECT)


def driver_of(connection: Connection) -> psycopg.Connection[TupleRow]:
    """Return the driver's connection, in the same transaction; raise TypeError where it is not psycopg's."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError("this is known to psycopg alone")
    return found
