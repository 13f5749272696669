"""Tables of suspensions: what juries ask for, and what a vote of all decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class SuspensionAsked(Row, table=True):
    """A jury asks all of us to suspend a member. It suspends nobody: a vote is opened on it."""

    __tablename__ = "suspension_asked"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    """Whom it is about."""
    ground: dict[str, Any] = Field(sa_column=document())
    """The by-law that the jury found broken: ``about``, ``scope``, ``clause``, ``version``, ``sha256`` and
    ``proposal``. Nothing of the thing itself: not everybody who votes may know of it."""
    tally: dict[str, int] = Field(sa_column=document())
    """How many jurors voted for which measure."""
    asked_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When a jury that looked again did not find so."""


class Suspension(Row, table=True):
    """A vote suspended a member for a time."""

    __tablename__ = "suspension"
    __table_args__ = (
        UniqueConstraint("asked_id"),
        CheckConstraint("until > since", name="ends_later"),
        Index("ix_suspension_member", "member_id", "until"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    asked_id: int = Field(foreign_key="suspension_asked.id", sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    """An appeal that lifts it moves this to its own moment, one instant after ``since`` at least."""
