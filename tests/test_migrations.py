"""Migrations: numbered, reversible, and equal to the tables."""

import ast
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from coop import migrations
from coop.database import Database, Row
from coop.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


def test_the_migrated_database_is_the_tables(database: Database) -> None:
    with database.begin() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Row.metadata) == []


def test_migrations_are_compared_with_every_file_of_tables() -> None:
    env = ast.parse((ROOT / "migrations" / "env.py").read_text(encoding="utf-8"))
    known = {name.name for node in ast.walk(env) if isinstance(node, ast.Import) for name in node.names}
    rooms = ("coop", "governance", "media", "audience")
    files = [path for room in rooms for path in (ROOT / room).rglob("*tables.py")]
    tables = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert tables and tables <= known


def test_migrations_are_numbered_one_after_another() -> None:
    assert [path.name[:4] for path in VERSIONS] == [f"{number + 1:04}" for number in range(len(VERSIONS))]


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_migrations_import_no_tables(path: Path) -> None:
    allowed = {"sqlalchemy", "alembic", "collections", "tomllib", "typing"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None and node.module.split(".")[0] in allowed
        elif isinstance(node, ast.Import):
            assert {name.name.split(".")[0] for name in node.names} <= allowed


def test_every_migration_can_be_taken_back_and_run_again(settings: Settings) -> None:
    url = make_url(settings.database_url.get_secret_value())
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS there_and_back WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE there_and_back"))
    other = url.set(database="there_and_back").render_as_string(hide_password=False)
    migrations.upgrade(other)
    migrations.downgrade(other, "base")
    emptied = create_engine(other)
    with emptied.connect() as connection:
        left = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        assert set(left) == {"alembic_version"}
    emptied.dispose()
    migrations.upgrade(other)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE there_and_back WITH (FORCE)"))
    admin.dispose()
