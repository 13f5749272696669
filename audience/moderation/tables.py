"""Tables of moderation: what was decided about what, with everything that it rests on."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Decision(Row, table=True):
    """Something was done with what a member made or did. Rows stay: what ended says when, and why."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_id, reply_id, profile_id, follow_id) = 1", name="one_subject"),
        CheckConstraint(
            "action IN ('slow', 'label', 'collapse', 'unfeed', 'narrow', 'hold', 'remove')",
            name="action_known",
        ),
        CheckConstraint("(action = 'hold') = (holds_until IS NOT NULL) OR dry_run", name="holds_for_a_time"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
        CheckConstraint("jsonb_array_length(causes) > 0", name="caused"),
        CheckConstraint("judged IN ('upheld', 'overturned')", name="judged_known"),
        # Of one thing one decision is in force.
        Index(
            "uq_decision_post", "post_id", unique=True,
            postgresql_where=text("post_id IS NOT NULL AND ended_at IS NULL AND NOT dry_run"),
        ),
        Index(
            "uq_decision_reply", "reply_id", unique=True,
            postgresql_where=text("reply_id IS NOT NULL AND ended_at IS NULL AND NOT dry_run"),
        ),
        Index(
            "uq_decision_profile", "profile_id", unique=True,
            postgresql_where=text("profile_id IS NOT NULL AND ended_at IS NULL AND NOT dry_run"),
        ),
        Index(
            "uq_decision_follow", "follow_id", unique=True,
            postgresql_where=text("follow_id IS NOT NULL AND ended_at IS NULL AND NOT dry_run"),
        ),
        Index("ix_decision_author", "author_id", "id"),
        Index("ix_decision_made", "made_at"),
        Index("ix_decision_steward", "steward_id", postgresql_where=text("steward_id IS NOT NULL")),
        Index("ix_decision_held", "holds_until", postgresql_where=text("ended_at IS NULL AND NOT dry_run")),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", sa_type=BigInteger)
    profile_id: int | None = Field(default=None, foreign_key="profile_change.id", sa_type=BigInteger)
    follow_id: int | None = Field(default=None, foreign_key="follow_begun.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """Who made the thing, or did it."""
    action: str
    labels: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    override: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether readers may choose not to have it done for them."""
    causes: list[dict[str, Any]] = Field(sa_column=document())
    """Every rule that held, with its receipt and what matched: see ``verdict.py``."""
    dry_run: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it only counts what would have been done."""
    steward_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    """The steward who held it, where one did."""
    made_at: datetime = Field(sa_column=moment())
    appeal_until: datetime = Field(sa_column=moment())
    holds_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When what is held is shown, unless somebody has decided by then."""
    resumes: str | None = None
    """The state that a held reply would have had."""
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_why: str | None = None
    """``unseen``: nobody had decided in time; ``taken_back``: whoever made it had withdrawn or changed it;
    ``jury``: a jury put something in its place, or nothing; ``default``: a jury was to look, and did not
    decide in time; ``steward``: a steward held it; ``labels``: labels that came later, or were taken back,
    came to something else; ``let_in`` and ``turned_away``: whoever would be followed said yes, or no;
    ``suspended``: a vote had suspended whoever changed their profile from that by then."""
    judged: str | None = None
    """What a jury thought of it: ``upheld``, or ``overturned`` where it did something milder."""
