"""Tables of calm: when threads were heated, who was called there, and who reads again before they send."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Heating(Row, table=True):
    """A thread came to a level of heat. Rows stay: they are the record of what was asked there, and why.

    Whether a thread is heated is reckoned from what was said (``heat.py``); nothing is decided by these rows.
    """

    __tablename__ = "heating"
    __table_args__ = (
        CheckConstraint("level IN ('warm', 'hot')", name="level_known"),
        CheckConstraint("until > at", name="lasts"),
        CheckConstraint(
            "strangers >= 0 AND turns >= 0 AND held >= 0 AND reports >= 0", name="points_counted"
        ),
        Index("ix_heating_post", "post_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    reply_id: int = Field(foreign_key="reply.id", sa_type=BigInteger)
    """The answer that brought it there. Who wrote that is told to nobody: it was the last of many."""
    level: str
    at: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    """From when on it was below that level, or will be if nothing more is said: moved on by every answer."""
    strangers: int
    turns: int
    held: int
    reports: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """The points when it came there, by their parts."""
    asked: list[dict[str, Any]] = Field(sa_column=document())
    """What was asked from then on: what, and the receipt of the clause."""


class CalmerCalled(Row, table=True):
    """A member who offered to calm threads was called to one: the roster of moderation counts it by month."""

    __tablename__ = "calmer_called"
    __table_args__ = (Index("ix_calmer_called_at", "at"),)

    reply_id: int = Field(foreign_key="reply.id", primary_key=True, sa_type=BigInteger)
    """The answer that heated the thread."""
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class Pause(Row, table=True):
    """A member reads again what they are about to say in a heated thread; one pause is for one answer."""

    __tablename__ = "pause"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    began_at: datetime = Field(sa_column=moment())
