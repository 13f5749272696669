"""Tables of topics: the tags that texts name, and what members gave to each."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import serial


class Tag(Row, table=True):
    """A topic, by the name that follows the ``#``."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("name"), CheckConstraint("idf > 0", name="idf_positive"))

    id: int | None = Field(default=None, sa_column=serial())
    name: str
    idf: float = Field(default=1.0, sa_column_kwargs={"server_default": "1"})
    """Inverse document frequency: how much it tells that a post has it, as a job last counted."""


class Contribution(Row, table=True):
    """How much a member gave to a topic on one day (in UTC)."""

    __tablename__ = "contribution"
    __table_args__ = (
        Index("ix_contribution_tag", "tag_id", "day"),
        CheckConstraint("kind IN ('post', 'reply')", name="kind_known"),
        CheckConstraint("number >= 0", name="number_counted"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    number: int


class ContributionCondition(Row, table=True):
    """What some post asks its readers to have given to a topic; each condition is there once, as a key."""

    __tablename__ = "contribution_condition"
    __table_args__ = (UniqueConstraint("tag_id", "kinds", "least", "days"),)

    id: int | None = Field(default=None, sa_column=serial())
    tag_id: int = Field(foreign_key="tag.id", sa_type=BigInteger)
    kinds: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    """In order."""
    least: int
    days: int
