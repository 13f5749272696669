"""Tables of who sees what: posts with their locks, replies, relations, gates and seats."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Post(Row, table=True):
    """Something a member made, the audience they chose, and that choice compiled into locks."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("seats_max >= 1", name="seats_positive"),
        CheckConstraint("cardinality(lock_any) > 0", name="locked"),
        Index("ix_post_author", "author_id", "id"),
        Index("ix_post_guild", "guild_id", "id"),
        Index("ix_post_asset", "asset_id", unique=True),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    """The guild it was made in, whose clauses bind it besides the coop's."""
    body: str
    asset_id: int | None = Field(default=None, foreign_key="asset.id", sa_type=BigInteger)
    audience: dict[str, Any] = Field(sa_column=document())
    """The audience document as its author wrote it."""
    lock_any: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Keys of which a reader needs one."""
    seats_max: int | None = None
    """The author's own cap; the effective one is the strictest of author, guild and coop."""
    created_at: datetime = Field(sa_column=moment())
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Reply(Row, table=True):
    """An answer to a post; it keeps the audience it was written for (law 8)."""

    __tablename__ = "reply"
    __table_args__ = (
        Index("ix_reply_post", "post_id", "id"),
        Index("ix_reply_author", "author_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    body: str
    lock_any: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    created_at: datetime = Field(sa_column=moment())
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Relation(Row, table=True):
    """One member follows or blocks another."""

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("kind IN ('follow', 'block')", name="kind_known"),
        CheckConstraint("member_id <> other_id", name="not_oneself"),
        Index("ix_relation_other", "other_id", "kind"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    other_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())


class Gate(Row, table=True):
    """The counters of a post for which a limit holds or has held. Gates are locked in order of post id."""

    __tablename__ = "gate"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken_counted"),)

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    taken: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Distinct members seated: the number of ``seat`` rows of this post."""
    arrival_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Theoretical arrival time of the next stranger (GCRA)."""


class Seat(Row, table=True):
    """A member's place among a post's viewers, taken when the post was first delivered to them."""

    __tablename__ = "seat"
    __table_args__ = (
        Index("ix_seat_post", "post_id"),
        # Seats lie in the order of time, so the span of each run of pages tells all, and writes pay nothing.
        Index("ix_seat_at", "at", postgresql_using="brin"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    via: str
    """``post``, ``member`` (its author's page) or ``feed:<profile>``: where it was first delivered."""
    epoch: int = Field(sa_type=BigInteger)
    """The policy epoch that decided the delivery."""


class AuthorSignals(Row, table=True):
    """What the weighted profile knows of an author, recomputed by a job from posts, seats and replies."""

    __tablename__ = "author_signals"

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    posts_7d: int
    """Posts of the last 7 days."""
    viewers_28d: int
    """Distinct members who were delivered any post of theirs in the last 28 days."""
    answered_28d: int
    """Distinct repliers of the last 28 days whom the author answered."""
    computed_at: datetime = Field(sa_column=moment())
