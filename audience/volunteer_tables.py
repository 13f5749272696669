"""The table of offers: members who offered to greet newcomers, or to calm heated threads."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class Volunteer(Row, table=True):
    """A member offered their help, until they take it back."""

    __tablename__ = "volunteer"
    __table_args__ = (
        CheckConstraint("role IN ('greet', 'calm')", name="role_known"),
        CheckConstraint("scope = 'coop' OR role = 'calm' AND scope LIKE 'guild:%'", name="scope_known"),
        Index("ix_volunteer_role", "role", "scope"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    role: str = Field(primary_key=True)
    """``greet`` newcomers, or ``calm`` threads."""
    scope: str = Field(primary_key=True)
    """``coop``, or ``guild:<slug>`` for threads under what is made in that guild."""
    since: datetime = Field(sa_column=moment())
