"""Tables of features: who holds which, from when to when and why no longer; and what guilds have used up."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment, serial


class FeatureGrant(Row, table=True):
    """That a member or a guild met the conditions of a feature, from when to when; rows stay."""

    __tablename__ = "feature_grant"
    __table_args__ = (
        CheckConstraint("holder IN ('member', 'guild')", name="holder_known"),
        CheckConstraint("lost_at >= granted_at", name="lost_later"),
        CheckConstraint("(lost_at IS NULL) = (cause IS NULL)", name="lost_for_a_cause"),
        CheckConstraint("(lost_at IS NULL) = (lost_version IS NULL)", name="lost_by_a_version"),
        CheckConstraint("cause IN ('limit', 'grace', 'expired', 'clause', 'gone')", name="cause_known"),
        Index(
            "ix_feature_grant_held",
            "feature",
            "holder",
            "holder_id",
            unique=True,
            postgresql_where=text("lost_at IS NULL"),
        ),
        Index("ix_feature_grant_holder", "holder", "holder_id"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    feature: str
    holder: str
    """``member`` or ``guild``."""
    holder_id: int = Field(sa_type=BigInteger)
    granted_at: datetime = Field(sa_column=moment())
    """The end of the day whose numbers met the conditions."""
    granted_version: int
    """Number of the coop's policy by whose clauses they did."""
    grace_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Where what keeps it does not hold any more: when it is lost unless that is mended before."""
    expires_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it ends and has to be gained anew."""
    lost_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    lost_version: int | None = None
    """Number of the coop's policy by whose clauses it was lost."""
    cause: str | None = None
    """Why it was lost: one of ``feature_state.Cause``."""


class FeatureBudget(Row, table=True):
    """How much of a feature's budget a guild has used up in one period."""

    __tablename__ = "feature_budget"
    __table_args__ = (CheckConstraint("taken >= 0 AND taken <= most", name="within_the_budget"),)

    guild_id: int = Field(primary_key=True, foreign_key="guild.id", sa_type=BigInteger)
    feature: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    """When the period began."""
    taken: int = Field(sa_type=BigInteger)
    most: int = Field(sa_type=BigInteger)
    """What the clause allowed when something was last taken."""
