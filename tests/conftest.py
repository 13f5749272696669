"""Fixtures: the real PostgreSQL and S3, a rollback for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from app import POLICY_KINDS, create_app, object_store
from coop import migrations, policies
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.embedded import embedded
from coop.policies import Books
from coop.settings import Settings
from media.storage import ObjectStore

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says nothing on a machine that others use too.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of servers that run for these tests alone, over a database migrated from nothing."""
    var = ROOT / os.environ.get("ALLOTMENT_TEST_VAR", "var/test") / os.environ.get("PYTEST_XDIST_WORKER", "")
    with embedded(var, durable=False) as servers:
        environment = servers.environment()
        url = make_url(environment["DATABASE_URL"])
        template = url.set(database="allotment_template")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS allotment_template WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE allotment_template"))
        admin.dispose()
        environment["DATABASE_URL"] = template.render_as_string(hide_password=False)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            made = Settings.load()
            migrations.upgrade(environment["DATABASE_URL"])
            found = Database(environment["DATABASE_URL"])
            with found.begin() as session:
                policies.found(session, POLICY_KINDS, ROOT / "policies", Clock().now(session))
            found.dispose()
            object_store(made).ensure_bucket()
            yield made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A database on one connection whose transaction is rolled back when the test ends."""
    engine = create_engine(settings.database_url.get_secret_value())
    with engine.connect() as connection:
        outer = connection.begin()
        yield Database(connection)
        outer.rollback()
    engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in the test's transaction."""
    with database.begin() as opened:
        yield opened


@pytest.fixture
def committed(settings: Settings) -> Iterator[Database]:
    """A database of its own, for races between processes and threads that really commit."""
    template = make_url(settings.database_url.get_secret_value())
    url = template.set(database=f"race_{uuid4().hex[:12]}")
    admin = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{url.database}" TEMPLATE allotment_template'))
    made = Database(url.render_as_string(hide_password=False), pool_size=40, max_overflow=0)
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))
    admin.dispose()


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


@pytest.fixture
def app(settings: Settings, database: Database, store: ObjectStore, clock: Clock) -> Flask:
    """The whole application on the test's transaction."""
    return create_app(settings, database, store, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the whole application."""
    return app.test_client()
