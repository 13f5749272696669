"""The database: one engine a process, one transaction a request.

Actions take the session that :meth:`Database.begin` yields; they add and flush and never commit. The
request (or the job) owns the transaction, so what it decides happens wholly or not at all.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import Dumper, PyFormat
from psycopg.types.json import set_json_loads
from psycopg.types.numeric import Int8, Int8Dumper, IntDumper
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, MetaData, TextClause, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlmodel import Session, SQLModel

from coop import committing

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names, so that migrations and error messages can speak of them."""


COUNTED = {"preserve_rowcount": True}
"""Execution options of an INSERT … SELECT whose rows are counted; of others the driver's count is kept."""


def as_array(values: Iterable[object]) -> str:
    """Return numbers, truths or slugs, and None for NULL, as PostgreSQL writes an array.

    A statement that casts it takes it for a list of its own, which the driver would take six times as long
    to write out.
    """
    return "{" + ",".join(["NULL" if one is None else str(one) for one in values]) + "}"


LONGEST = 4096
"""Characters of a statement up to which the driver keeps what it has parsed of it; spaces count."""


def shortened(statement: str) -> TextClause:
    """Return a statement without the spaces that mean nothing; it quotes no text in which they mean any."""
    short = " ".join(statement.split())
    for spaced in ("( ", " )", ", ", " = "):
        short = short.replace(spaced, spaced.strip())
    return text(short)


class Row(SQLModel):
    """The base of every table. Tables do not validate: inputs have models of their own."""

    metadata = MetaData(naming_convention=NAMES)


IDLE_S = 1.0
"""How long a pooled connection is trusted unasked, in seconds."""


def _note_idle(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _ask_after_idling(connection: Any, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    """Have the pool replace a connection that died while it lay idle, so that no request meets it.

    Only those that lay idle are asked: asking each time is a round trip on every request.
    """
    since = record.info.get("idle_since")
    if since is None or time.monotonic() - since < IDLE_S:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


class _BigintDumper(IntDumper):
    """Sends every whole number as a bigint, and as numeric only what that does not hold.

    The driver's own takes the smallest type that holds each, and the server plans a statement anew for every
    mix of types that it comes with.
    """

    _bigint = Int8Dumper(Int8)

    def upgrade(self, obj: int, format: PyFormat) -> Dumper:
        return self._bigint if -(2**63) <= obj < 2**63 else super().upgrade(obj, format)


def _send_numbers_alike(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.adapters.register_dumper(int, _BigintDumper)


class Database:
    """A pooled PostgreSQL engine and the one way to open a transaction on it."""

    def __init__(self, bind: str | Engine | Connection, **engine_options: Any) -> None:
        """Connect lazily to ``bind``: a URL, or an engine or connection that somebody else owns."""
        self.bind: Engine | Connection
        if isinstance(bind, str):
            set_json_loads(from_json)
            options: dict[str, Any] = {
                "pool_size": 4,
                "max_overflow": 2,
                "pool_timeout": 5,
                "pool_recycle": 1800,
                # Every statement here is short: compiling one, or sharing it out, costs more than it saves.
                "connect_args": {"options": "-c jit=off -c max_parallel_workers_per_gather=0"},
            }
            self.bind = create_engine(bind, **options | engine_options)
            event.listen(self.bind, "connect", _send_numbers_alike)
            event.listen(self.bind, "checkin", _note_idle)
            event.listen(self.bind, "checkout", _ask_after_idling)
        else:
            self.bind = bind

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Yield a session inside a transaction: committed on return, rolled back on any exception.

        What was sent to be committed before (``committing.py``) stays committed.
        """
        with self.session() as session, session.begin():
            try:
                yield session
            finally:
                committing.wait(session)

    def session(self) -> Session:
        """Return a session that the caller begins and closes."""
        return Session(
            self.bind,
            expire_on_commit=False,
            autoflush=False,
            join_transaction_mode="create_savepoint",
        )

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, or at the end)."""
        if isinstance(self.bind, Engine):
            self.bind.dispose()
