"""Fixtures: the real PostgreSQL and S3, a rollback for each test."""

import gc
import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, NullPool, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session
from structlog.dev import ConsoleRenderer, plain_traceback

from app import POLICY_KINDS, create_app, object_store, platform_of
from coop import gazetteer, members, migrations, policies, sign_in
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.embedded import Embedded
from coop.passwords import CHEAP
from coop.policies import Books
from coop.settings import ROOT, Settings
from media.storage import ObjectStore
from tests import databases
from tests.founded import FoundedBooks
from tests.server_folder import servers
from tests.thorough import EXAMPLES

TEMPLATE = "allotment_template"
"""The database that others are copied from: migrated, with its places, founded, nobody connected to it."""
TESTS = "allotment_tests"
"""The database in which nothing is ever committed."""
RACES = "allotment_races"
"""The database of a test that really commits: each has it to itself, made for it and dropped after it."""
COMPILED = 5_000
"""Statements that an engine keeps compiled: more than all tests together make."""
PREPARED = 1_000
"""Statements that the server keeps planned."""

# How long an example takes says nothing on a machine that others use too.
hypothesis_settings.register_profile("shared machine", deadline=None, max_examples=EXAMPLES)
hypothesis_settings.load_profile("shared machine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave garbage alone while tests are collected, then set aside all that is loaded: it stays.

    From then on it is looked for seldom: a test leaves little. (``app.settled`` does as much for a server.)
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()


@pytest.fixture(scope="session")
def parts() -> Iterator[Embedded]:
    """The servers that run for these tests alone."""
    with servers() as started:
        yield started


@pytest.fixture(scope="session")
def admin(parts: Embedded) -> Engine:
    """Who makes and drops databases, which no transaction may hold."""
    url = make_url((os.environ | parts.environment())["DATABASE_URL"]).set(database="postgres")
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


@pytest.fixture(scope="session")
def settings(parts: Embedded, admin: Engine) -> Iterator[Settings]:
    """Settings of the servers, over a database migrated from nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in parts.environment().items():
            patch.setenv(name, value)
        databases.drop(admin, TESTS)
        databases.make(admin, TEMPLATE)
        patch.setenv("DATABASE_URL", _on(admin, TEMPLATE))
        migrations.upgrade(os.environ["DATABASE_URL"])
        found = Database(os.environ["DATABASE_URL"])
        with found.begin() as session:
            gazetteer.load(session)
            policies.found(session, POLICY_KINDS, ROOT / "policies", Clock().now(session))
        found.dispose()
        databases.make(admin, TESTS, TEMPLATE)
        patch.setenv("DATABASE_URL", _on(admin, TESTS))
        made = Settings.load()
        object_store(made).ensure_bucket()
        yield made


def _on(admin: Engine, database: str) -> str:
    """Return the address of a database."""
    return admin.url.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The one engine of the tests that are rolled back: a statement is compiled once for all of them."""
    made = Database(settings.database_url.get_secret_value(), query_cache_size=COMPILED).bind
    assert isinstance(made, Engine)
    event.listen(made, "connect", _keep_many)
    yield made
    made.dispose()


def _keep_many(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.prepared_max = PREPARED


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """A database on one connection whose transaction is rolled back when the test ends."""
    with databases.rolled_back(engine) as made:
        yield made


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in the test's transaction."""
    with database.begin() as opened:
        yield opened


@pytest.fixture(scope="session")
def racing(settings: Settings, admin: Engine) -> Database:
    """The engine of the tests that really commit: it, too, compiles a statement once for all of them."""
    return Database(_on(admin, RACES), pool_size=40, max_overflow=0, query_cache_size=COMPILED)


@pytest.fixture
def committed(racing: Database, admin: Engine) -> Iterator[Database]:
    """A database of its own, for races between processes and threads that really commit."""
    databases.make(admin, RACES, TEMPLATE)
    yield racing
    racing.dispose()
    databases.drop(admin, RACES)


@pytest.fixture(autouse=True)
def logs() -> None:
    """A command makes logs go to the standard error of its own; the next test's go to the test's again.

    An error is written as Python writes it: to draw it with what every frame holds takes up to a second.
    """
    structlog.reset_defaults()
    *first, _ = structlog.get_config()["processors"]
    structlog.configure(processors=[*first, ConsoleRenderer(exception_formatter=plain_traceback)])


@pytest.fixture
def clock() -> Clock:
    """The database's clock; move its ``offset`` to travel in time."""
    return Clock()


@pytest.fixture(scope="session")
def founding(engine: Engine) -> Book:
    """The book of the founding texts, as the database holds them."""
    with Database(engine).begin() as session:
        return Books(POLICY_KINDS).current(session)


@pytest.fixture
def books(founding: Book) -> Books:
    """The books of every kind of policy; whatever a test enacts is read anew."""
    return FoundedBooks(POLICY_KINDS, founding)


@pytest.fixture
def book(session: Session, books: Books) -> Book:
    """The book in force: the founding texts."""
    return books.current(session)


@pytest.fixture(scope="session")
def store(settings: Settings) -> ObjectStore:
    """The real store."""
    return object_store(settings)


@pytest.fixture(scope="session")
def wired(settings: Settings, engine: Engine, store: ObjectStore) -> Flask:
    """The whole application, wired once: its hundreds of routes take a tenth of a second."""
    return create_app(settings, Database(engine), store)


@pytest.fixture
def app(
    wired: Flask,
    settings: Settings,
    database: Database,
    clock: Clock,
    founding: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> Flask:
    """The whole application on the test's transaction, with books of its own.

    Its routes hash passwords cheaply: to hash one as members' are takes a tenth of a second and 64 MiB.
    """
    for action in (members.join, sign_in.sign_in):
        monkeypatch.setattr(action, "__kwdefaults__", {**(action.__kwdefaults__ or {}), "hasher": CHEAP})
    platform = platform_of(settings, database, clock)
    wired.extensions["allotment"] = replace(platform, books=FoundedBooks(POLICY_KINDS, founding))
    return wired


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the whole application."""
    return app.test_client()
