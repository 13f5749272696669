"""Bringing a database to the tables that this code expects, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def config(url: str) -> Config:
    """Return Alembic's configuration for a database, without any ini file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to ``revision`` that has not run yet."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take back every migration after ``revision``."""
    command.downgrade(config(url), revision)


def newest() -> str | None:
    """Return the newest migration that this code ships."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def is_current(session: Session) -> bool:
    """Say whether the database stands at the newest migration."""
    return MigrationContext.configure(session.connection()).get_current_revision() == newest()
