"""The clock is the database's: every process agrees on it, whatever its host believes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

_NOW = text("SELECT clock_timestamp()")


@dataclass
class Clock:
    """Reads the database's time; ``offset`` moves it for a rehearsal or a test."""

    offset: timedelta = timedelta()

    def now(self, session: Session) -> datetime:
        """Return the moment of this statement (not of the transaction's start), in UTC."""
        moment: datetime = session.connection().execute(_NOW).scalar_one()
        return moment + self.offset
