"""Tables of polls: what is asked on a post, and what each who answers chose, until it is over."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment

OPTIONS = """coalesce((
  SELECT chr(10) || array_to_string(poll.options, chr(10)) FROM poll WHERE poll.post_id = subject.id), '')"""
"""What the options of a post, the ``subject``, add to its text, for those who judge what it says."""


class Poll(Row, table=True):
    """What is asked on a post."""

    __tablename__ = "poll"
    __table_args__ = (
        CheckConstraint("cardinality(options) BETWEEN 2 AND 20", name="options_to_choose"),
        CheckConstraint("cardinality(counts) = cardinality(options)", name="each_counted"),
        Index("ix_poll_due", "closes_at", "post_id", postgresql_where=text("counts IS NULL")),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    options: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    """What may be chosen; the first is number 1."""
    closes_at: datetime = Field(sa_column=moment())
    counts: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger), nullable=True))
    """How many chose each, in the order of the options; none until they were counted."""


class PollVote(Row, table=True):
    """What a member chose in a poll that is not counted yet. Then it is deleted: nobody ever learns it."""

    __tablename__ = "poll_vote"
    __table_args__ = (CheckConstraint("option >= 1", name="option_numbered"),)

    post_id: int = Field(foreign_key="poll.post_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    option: int = Field(sa_type=SmallInteger)
    """Number of the option, from 1."""
