"""The PostgreSQL that is measured, and the databases that benchmarks make on it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from coop.embedded import start_postgres

_INDEXES = """
SELECT indrelid::regclass::text, string_agg(quote_ident(attname), ', ' ORDER BY place),
       pg_get_expr(indpred, indrelid)
FROM pg_index
JOIN pg_class AS made ON made.oid = indexrelid
JOIN pg_am ON pg_am.oid = made.relam,
  unnest(indkey) WITH ORDINALITY AS part(number, place)
  JOIN pg_attribute ON attnum = number
WHERE attrelid = indrelid AND amname = 'btree' AND indexprs IS NULL
  AND made.relnamespace = 'public'::regnamespace
GROUP BY indexrelid, indrelid, indpred
"""
_TABLES = """
SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""

VACUUMED_S = 120
"""How long a database that is to go is waited for, in seconds."""
PREFIX = "bench_"
"""How the name of every database of a benchmark begins; no other is ever touched."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server on which databases may be made; its settings are those of production."""

    home: str
    """The address of a database that is there, as libpq reads it."""

    def url(self, database: str) -> str:
        """Return the address of a database for SQLAlchemy."""
        return self.plain_url(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def plain_url(self, database: str) -> str:
        """Return the address of a database as libpq reads it."""
        base, _, _ = self.home.rpartition("/")
        return f"{base}/{PREFIX}{database}"

    def databases(self) -> list[str]:
        """Return the names of the databases that benchmarks have made, without the prefix."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [PREFIX]
            ).fetchall()
        return [name.removeprefix(PREFIX) for (name,) in rows]

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database anew, empty or as a copy of another of ours."""
        source = _named(template) if template else sql.Identifier("template0")
        self.drop(name)
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(_named(name), source),
        )

    def drop(self, name: str) -> None:
        """Take a database away, whoever is connected; one that the server vacuums, once that is done."""
        deadline = time.monotonic() + VACUUMED_S
        while True:
            try:
                return self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_named(name)))
            except psycopg.errors.InsufficientPrivilege:
                # Autovacuum belongs to the superuser, and whoever benchmarks may not end it.
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def rename(self, old: str, new: str) -> None:
        """Give a database its final name."""
        self._execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(_named(old), _named(new)))

    @contextmanager
    def lent(self, name: str, template: str | None = None) -> Iterator[str]:
        """Make a database for as long as the context lasts and give its address for SQLAlchemy.

        A copy is given warm, as a server that is up for a while holds it: fresh from the disk, the first look
        at each member's rows would wait for it.
        """
        self.create(name, template)
        try:
            if template:
                self._warm(name)
            yield self.url(name)
        finally:
            self.drop(name)

    def _warm(self, name: str) -> None:
        """Read all tables of a database and their B-trees."""
        with psycopg.connect(self.plain_url(name), autocommit=True) as connection:
            for (table,) in connection.execute(_TABLES).fetchall():
                connection.execute(f"SELECT count(*) FROM {table}")
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.execute(f"SET enable_{way} = off")
            for table, columns, where in connection.execute(_INDEXES).fetchall():
                kept = f"WHERE {where}" if where else ""
                whole = f"SELECT {columns} FROM {table} {kept} ORDER BY {columns} OFFSET 0"
                connection.execute(f"SELECT count(*) FROM ({whole}) AS read")

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.home, autocommit=True) as connection:
            yield connection

    def _execute(self, *statements: sql.Composed) -> None:
        with self._connected() as connection:
            for statement in statements:
                connection.execute(statement)


def _named(name: str) -> sql.Identifier:
    return sql.Identifier(f"{PREFIX}{name}")


@contextmanager
def serving(var: Path) -> Iterator[Server]:
    """Give the server that ``DATABASE_URL`` names, else an embedded one with its data under ``var``.

    The embedded one is durable, as in production: a commit waits for the disk. It is stopped on leaving,
    by whatever way.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        yield Server(_plain(given))
        return
    with start_postgres(var) as postgres:
        yield Server(_plain(postgres.url))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
