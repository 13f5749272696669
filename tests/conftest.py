"""Fixtures: the real PostgreSQL and S3, a rollback for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlmodel import Session

from app import POLICY_KINDS, create_app, object_store, platform_of
from coop import gazetteer, migrations, policies
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.embedded import embedded
from coop.policies import Books
from coop.settings import Settings
from media.storage import ObjectStore
from tests.thorough import EXAMPLES

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "allotment_template"
"""The database that others are copied from: migrated, with its places, founded, nobody connected to it."""

# How long an example takes says nothing on a machine that others use too.
hypothesis_settings.register_profile("shared machine", deadline=None, max_examples=EXAMPLES)
hypothesis_settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of servers that run for these tests alone, over a database migrated from nothing."""
    var = ROOT / os.environ.get("ALLOTMENT_TEST_VAR", "var/test") / os.environ.get("PYTEST_XDIST_WORKER", "")
    with embedded(var, durable=False) as servers:
        environment = servers.environment()
        url = make_url(environment["DATABASE_URL"])
        template, tests = url.set(database=TEMPLATE), url.set(database="allotment_tests")
        _as_admin(url, f"DROP DATABASE IF EXISTS {tests.database} WITH (FORCE)")
        _as_admin(url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        _as_admin(url, f"CREATE DATABASE {TEMPLATE}")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setenv("DATABASE_URL", template.render_as_string(hide_password=False))
            migrations.upgrade(os.environ["DATABASE_URL"])
            found = Database(os.environ["DATABASE_URL"])
            with found.begin() as session:
                gazetteer.load(session)
                policies.found(session, POLICY_KINDS, ROOT / "policies", Clock().now(session))
            found.dispose()
            _as_admin(url, f"CREATE DATABASE {tests.database} TEMPLATE {TEMPLATE}")
            patch.setenv("DATABASE_URL", tests.render_as_string(hide_password=False))
            made = Settings.load()
            object_store(made).ensure_bucket()
            yield made


def _as_admin(url: URL, statement: str) -> None:
    """Execute what no transaction may hold, such as the making of a database."""
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The one engine of the tests that are rolled back: a statement is compiled once for all of them."""
    made = Database(settings.database_url.get_secret_value())
    assert isinstance(made.bind, Engine)
    yield made.bind
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """A database on one connection whose transaction is rolled back when the test ends."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield Database(connection)
        outer.rollback()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in the test's transaction."""
    with database.begin() as opened:
        yield opened


@pytest.fixture
def committed(settings: Settings) -> Iterator[Database]:
    """A database of its own, for races between processes and threads that really commit."""
    url = make_url(settings.database_url.get_secret_value()).set(database=f"race_{uuid4().hex[:12]}")
    _as_admin(url, f"CREATE DATABASE {url.database} TEMPLATE {TEMPLATE}")
    made = Database(url.render_as_string(hide_password=False), pool_size=40, max_overflow=0)
    yield made
    made.dispose()
    _as_admin(url, f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def clock() -> Clock:
    """The database's clock; move its ``offset`` to travel in time."""
    return Clock()


@pytest.fixture
def books() -> Books:
    """The books of every kind of policy, read anew for each test."""
    return Books(POLICY_KINDS)


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
def app(wired: Flask, settings: Settings, database: Database, clock: Clock) -> Flask:
    """The whole application on the test's transaction."""
    wired.extensions["allotment"] = platform_of(settings, database, clock)
    return wired


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the whole application."""
    return app.test_client()
