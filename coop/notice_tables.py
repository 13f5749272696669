"""Tables of what members are told: announcements, each member's notice of one, and the rhythm they chose.

An announcement is said once and stays, so that nothing is ever told twice; notices of it are swept.
"""

from datetime import datetime, time

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint
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
    """That a member is told of an announcement, from when on, and whether they have read it."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "member_id", "due_at", "announcement_id"),)

    announcement_id: int = Field(foreign_key="announcement.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    due_at: datetime = Field(sa_column=instant())
    """From when on the member sees it (``coop/notice_delivery.py``); notices of one batch share it."""
    read_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class OwnRhythm(Row, table=True):
    """The rhythm that a member chose; whoever has none here goes by the clauses (``coop/rhythm.py``)."""

    __tablename__ = "own_rhythm"
    __table_args__ = (
        CheckConstraint("every IN ('at_once', 'hourly', 'daily', 'weekly')", name="every_known"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_day"),
        CheckConstraint(
            "weekday IN ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')",
            name="weekday_known",
        ),
        CheckConstraint(
            "quiet_from IS NULL AND quiet_to IS NULL"
            " OR quiet_from IS NOT NULL AND quiet_to IS NOT NULL AND quiet_from <> quiet_to",
            name="quiet_whole",
        ),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    every: str
    hour: int = Field(sa_type=SmallInteger)
    weekday: str
    zone: str
    quiet_from: time | None = None
    quiet_to: time | None = None
