"""Tables of circles: the lists of people that members keep for themselves."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment, serial


class Circle(Row, table=True):
    """A list of people that a member keeps for themself.

    Who is added later is not let in to what was published before: a post that names a circle uses up its
    edition, and whoever is added then belongs to the next.
    """

    __tablename__ = "circle"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("edition BETWEEN 0 AND 65535", name="edition_fits"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    owner_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    name: str
    edition: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    used: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a post has named this edition."""
    created_at: datetime = Field(sa_column=moment())


class CircleMember(Row, table=True):
    """Someone in a circle; they are never told."""

    __tablename__ = "circle_member"
    __table_args__ = (Index("ix_circle_member_member", "member_id"),)

    circle_id: int = Field(foreign_key="circle.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    since_edition: int
    since: datetime = Field(sa_column=moment())
