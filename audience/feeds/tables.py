"""Tables of what feeds know: what members said of posts, and what is computed from it all."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment

AS_USUAL = 500_000
"""What ``PostSignals.finish`` says of a post that is watched as those of its length are, or not at all."""


class Helped(Row, table=True):
    """Whether a post helped a member to understand, as they answered last."""

    __tablename__ = "helped"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    helped: bool
    at: datetime = Field(sa_column=moment())


class Hide(Row, table=True):
    """A member asked to see less of an author, of a tag, or of what is like a post."""

    __tablename__ = "hide"
    __table_args__ = (CheckConstraint("kind IN ('author', 'tag', 'post')", name="kind_known"),)

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    other_id: int = Field(primary_key=True, sa_type=BigInteger)
    """Of a member, a tag or a post, by ``kind``."""
    at: datetime = Field(sa_column=moment())


class PostSignals(Row, table=True):
    """What is known of a post, in millionths, where anything is; a job computes it."""

    __tablename__ = "post_signals"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    finish: int
    """How much more it is watched to the end than posts of like length; ``AS_USUAL`` is as much."""
    bridge: int
    """How much it helped every group of opinion to understand; 0 on too little evidence."""
    heat: int
    """How fast strangers comment for what is usual with its author, at most a million."""
    computed_at: datetime = Field(sa_column=moment())


class TasteVectors(Row, table=True):
    """What a member reposted and was shown, as vectors ready for a dot product; a job computes it.

    Each maps a feature (see ``reader``), written in decimal, to its weight.
    """

    __tablename__ = "taste"

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    reposted: dict[str, float] = Field(sa_column=document())
    seen: dict[str, float] = Field(sa_column=document())
    computed_at: datetime = Field(sa_column=moment())


class SignalRun(Row, table=True):
    """How far a job that computes signals has come."""

    __tablename__ = "signal_run"

    job: str = Field(primary_key=True)
    until: datetime = Field(sa_column=moment())
    """All that happened before this is counted."""
    basis: dict[str, Any] = Field(sa_column=document())
    """The clauses by which it was counted: where they change, everything is counted again."""
