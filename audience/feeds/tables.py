"""Tables of feeds: what members said of posts, what is computed from it, and the profiles that they made."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
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


class AuthorSignals(Row, table=True):
    """What the weighted profiles know of an author, recomputed by a job from posts, seats and replies."""

    __tablename__ = "author_signals"

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    posts: int
    """Posts within ``/signals/small/posts_window``."""
    viewers: int
    """Distinct members who were delivered any post of theirs within ``/signals/small/viewers_window``."""
    answered: int
    """Distinct people to whose reply the author replied within ``/signals/conversation/window``."""
    bridge: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How much they helped every group of opinion to understand, in millionths; 0 on too little evidence."""
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


class OwnProfile(Row, table=True):
    """A profile that a member made: a voted one with the sliders set, or an address elsewhere."""

    __tablename__ = "own_profile"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("(base IS NULL) <> (external_url IS NULL)", name="made_from_one"),
        Index("ix_own_profile_forked_from", "forked_from"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    owner_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    name: str
    about: str
    base: str | None = None
    """Name of a profile of the policy; a vote may take that one away."""
    sliders: dict[str, float] = Field(sa_column=document())
    """Positions by signal; see :mod:`audience.feeds.sliders`."""
    topics: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    """Tags in their compared form. Names and no ids: a tag may be chosen before any post has it."""
    shared: bool
    forked_from: int | None = Field(
        default=None, foreign_key="own_profile.id", sa_type=BigInteger, ondelete="SET NULL"
    )
    external_url: str | None = None
    created_at: datetime = Field(sa_column=moment())
    changed_at: datetime = Field(sa_column=moment())


class ChosenFeed(Row, table=True):
    """The profile that a member made their default."""

    __tablename__ = "chosen_feed"
    __table_args__ = (
        CheckConstraint("(profile IS NULL) <> (own_id IS NULL)", name="chosen_one"),
        Index("ix_chosen_feed_own_id", "own_id"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    profile: str | None = None
    """Of the policy."""
    own_id: int | None = Field(
        default=None, foreign_key="own_profile.id", sa_type=BigInteger, ondelete="CASCADE"
    )


class ExternalSkeleton(Row, table=True):
    """What the address of an external profile named when it was last asked, and how asking went."""

    __tablename__ = "external_skeleton"
    __table_args__ = (Index("ix_external_skeleton_due", "due_at"),)

    profile_id: int = Field(
        foreign_key="own_profile.id", primary_key=True, sa_type=BigInteger, ondelete="CASCADE"
    )
    posts: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Ids as they were named, in their order; whether there are such posts is not known here (law 7)."""
    fetched_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When they were named; none before the first answer that could be used."""
    failing_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    failure: str = ""
    """Why the last answer could not be used; empty where it could."""
    strikes: int = 0
    """Failures in a row."""
    wanted_at: datetime = Field(sa_column=moment())
    """When its owner last opened it, to the minute."""
    tried_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it was last asked. An answer counts only where this is still when its asking began."""
    due_at: datetime = Field(sa_column=moment())
