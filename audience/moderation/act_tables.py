"""Tables of what members do that rules are asked of: when they began to follow, and how long they wait."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Column, Field

from coop.database import Row
from coop.tables import moment


class FollowBegun(Row, table=True):
    """Somebody began to follow a member, or would have, were it not held back.

    Rows stay when they follow no longer: else following and unfollowing in turn would count for nothing.
    """

    __tablename__ = "follow_begun"
    __table_args__ = (
        CheckConstraint("author_id <> other_id", name="not_oneself"),
        Index("ix_follow_begun_author", "author_id", "id"),
        Index(
            "uq_follow_begun_held", "author_id", "other_id", unique=True,
            postgresql_where=text("held_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """Who follows."""
    other_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """Whom they follow."""
    created_at: datetime = Field(sa_column=moment())
    held_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Pace(Row, table=True):
    """What slows a member in doing one kind of thing; whoever does it holds this row until they have done."""

    __tablename__ = "pace"
    __table_args__ = (CheckConstraint("target IN ('post', 'reply', 'follow')", name="target_known"),)

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    target: str = Field(primary_key=True)
    waits: list[dict[str, str]] = Field(
        default=[], sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    """By rule: its ``scope`` and name (``rule``), and ``until`` when, in ISO 8601."""
