"""Databases made and dropped on the server of the tests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from coop.database import Database

PATIENCE = 0.5
"""Seconds that sessions have to end by themselves before a database is dropped under them."""
_SESSIONS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")

_WAITING = text("""
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
""")

_DEFINITION = "SELECT pg_get_functiondef(to_regproc(%s))"


def make(admin: Engine, name: str, template: str = "template1") -> None:
    """Make a database anew, as a copy of another to which nobody is connected."""
    drop(admin, name)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))


def drop(admin: Engine, name: str) -> None:
    """Drop a database, if there is one, and end the sessions that are left on it.

    They are given a moment: a server that has to end one sleeps a tenth of a second before it looks again.
    """
    deadline = time.monotonic() + PATIENCE
    with admin.connect() as connection:
        while time.monotonic() < deadline and connection.scalar(_SESSIONS, {"name": name}):
            time.sleep(0.002)
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def without(database: Database, function: str, guard: str, instead: str = "") -> None:
    """Define a function of the database anew without its guard, whose text stands in it once; commit that."""
    with database.begin() as session:
        found: str = session.connection().exec_driver_sql(_DEFINITION, (function,)).scalar_one()
        assert found.count(guard) == 1, (function, guard)
        session.connection().exec_driver_sql(found.replace(guard, instead).replace("%", "%%"))


def until_one_waits(database: Database) -> None:
    """Return once somebody waits for a lock in a database; fail where nobody does for half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.begin() as session:
            if session.execute(_WAITING).scalar_one():
                return
    raise AssertionError("nobody waits")


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Database]:
    """A database on one connection whose transaction is rolled back on leaving."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield Database(connection)
        roll_back(connection)
        outer.rollback()


def roll_back(connection: Connection) -> None:
    """Roll a transaction back behind the driver's back, which would forget every prepared statement with it.

    It does so lest a table be another than before; here none is, and the next test asks the same things.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.pgconn.exec_(b"ROLLBACK")
