"""Table of stages: the layers that narrow a post later."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, SmallInteger, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class PostStage(Row, table=True):
    """A layer that narrows a post: at once, from a moment on, or when a share of its seats is taken.

    Number 0 is there from the start and says who may see it where fewer may read it. A trigger refuses
    every change but that it was reached, or that the decision which added it ended.
    """

    __tablename__ = "post_stage"
    __table_args__ = (
        CheckConstraint("part IN ('see', 'read')", name="part_known"),
        CheckConstraint("num_nonnulls(at, seats_pct) < 2", name="one_cause"),
        CheckConstraint("seats_pct BETWEEN 1 AND 100", name="share"),
        CheckConstraint("reached_at IS NULL OR seats_pct IS NOT NULL", name="reached"),
        CheckConstraint("lifted_at IS NULL OR decision_id IS NOT NULL", name="lifted"),
        CheckConstraint("seats_max >= 1", name="seats_positive"),
        CheckConstraint("per_minute >= 1", name="per_minute_positive"),
        CheckConstraint("burst >= 1", name="burst_positive"),
        Index("ix_post_stage_decision", "decision_id", postgresql_where=text("decision_id IS NOT NULL")),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True, sa_type=SmallInteger)
    part: str = Field(primary_key=True)
    """``see`` or ``read``: what the lock is of."""
    added_at: datetime = Field(sa_column=moment())
    at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """From when on it holds. Where ``seats_pct`` is none either it holds as soon as it is there, also for a
    request that began a moment before."""
    seats_pct: int | None = Field(default=None, sa_type=SmallInteger)
    reached_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the seat was taken that made up the share."""
    circles: dict[str, int] | None = Field(default=None, sa_column=document(nullable=True))
    """The keys of the circles that it names, by name."""
    document: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What was added by hand, as its author wrote it; what was planned stands in the post's document."""
    decision_id: int | None = Field(default=None, sa_type=BigInteger)
    """The decision that added it, where a jury did."""
    lifted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When that decision ended: from then on it asks nothing."""
    lock_any: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    """None where this layer narrows nobody out."""
    lock_all: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    lock_none: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    lock_groups: list[list[int]] | None = Field(
        default=None, sa_column=Column(ARRAY(BigInteger, dimensions=2))
    )
    lock_follow: list[int | None] | None = Field(default=None, sa_column=Column(ARRAY(SmallInteger)))
    seats_max: int | None = None
    per_minute: int | None = None
    burst: int | None = None
    all_wait: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
