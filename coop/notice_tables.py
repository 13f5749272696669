"""Tables of what members are told: announcements, and each member's notice of one.

An announcement is said once and stays, so that nothing is ever told twice; notices of it are swept.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment as instant


class Announcement(Row, table=True):
    """One thing that is told, in one text, to however many it concerns."""

    __tablename__ = "announcement"
    __table_args__ = (UniqueConstraint("topic", "subject", "moment", "turn"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    """Ordered by when it was told (``coop/ids.py``)."""
    topic: str
    """What kind of thing it is about, such as ``proposal``."""
    subject: int = Field(sa_type=BigInteger)
    """Id of the thing."""
    moment: str
    """What has come about, such as ``opened``."""
    turn: int = Field(default=0, sa_type=BigInteger)
    """Tells apart what comes about again and again, such as a yearly review; else 0."""
    line: str
    detail: str
    path: str
    """Where to read on: a path of this site."""
    at: datetime = Field(sa_column=instant())
    """When it came about."""
    until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The moment that it points to, such as the close of a vote."""
    told_at: datetime = Field(sa_column=instant())


class Notice(Row, table=True):
    """That a member is told of an announcement, and whether they have read it."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_member_id", "member_id", "announcement_id"),)

    announcement_id: int = Field(foreign_key="announcement.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    read_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
