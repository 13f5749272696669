"""Tables of what members do with posts: likes, thanks, reposts, what is made of one, what waits for a yes."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class PostLike(Row, table=True):
    """A member likes a post; who they are is told to nobody. Its rows are the count: a scan of its key."""

    __tablename__ = "post_like"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class Thanks(Row, table=True):
    """A member thanks the author of a post; who they are is told to the author alone, where they chose so."""

    __tablename__ = "thanks"
    __table_args__ = (Index("ix_thanks_member", "member_id"),)

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    words: str
    """What it says: one of those that the clause listed when it was said."""
    named: bool
    """Whether the author is told who said it."""
    at: datetime = Field(sa_column=moment())


class Repost(Row, table=True):
    """A member points to a post on their own page; it is shown to nobody who may not see the post."""

    __tablename__ = "repost"
    __table_args__ = (
        UniqueConstraint("id"),
        Index("ix_repost_member", "member_id", "id"),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    id: int = Field(sa_type=BigInteger)
    """Of the kind that posts have, so that a page of both can be put in order of time."""
    at: datetime = Field(sa_column=moment())


class Derivative(Row, table=True):
    """A post that was made from another, whose audience it never leaves (law 8)."""

    __tablename__ = "derivative"
    __table_args__ = (
        CheckConstraint("post_id <> parent_id", name="of_another"),
        CheckConstraint("kind IN ('quote', 'video_reply', 'stitch', 'duet', 'sound')", name="kind_known"),
        CheckConstraint("state IN ('waiting', 'active', 'refused', 'detached')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        CheckConstraint("(start_ms IS NULL) = (end_ms IS NULL)", name="whole_span"),
        Index("ix_derivative_parent", "parent_id", "post_id"),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    parent_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    """Its source."""
    kind: str
    start_ms: int | None = None
    end_ms: int | None = None
    """What of the source it takes; None is all of it."""
    state: str
    """``waiting`` and ``refused`` are seen by its author alone; ``detached`` no longer shows its source."""
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it came to the state it is in."""


class Asked(Row, table=True):
    """A member wants to do something with a post for which its author has to say yes."""

    __tablename__ = "asked"
    __table_args__ = (
        UniqueConstraint("post_id", "member_id", "verb"),
        CheckConstraint("verb IN ('like', 'repost', 'download')", name="verb_known"),
        CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index("ix_asked_waiting", "post_id", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    verb: str
    state: str
    at: datetime = Field(sa_column=moment())
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
