"""Tables of posts that are published later: what was given, when it is due, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class ScheduledPost(Row, table=True):
    """A post that is to be published at a moment.

    Its text is here alone until then. What was published keeps none of it: the post has it, and who takes
    that back takes all of it back.
    """

    __tablename__ = "scheduled_post"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'published', 'refused')", name="state_known"),
        CheckConstraint("(state = 'published') = (post_id IS NOT NULL)", name="published"),
        CheckConstraint("(state = 'published') = (draft IS NULL)", name="kept_until_published"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
        UniqueConstraint("post_id"),
        Index("ix_scheduled_post_author", "author_id", "publish_at"),
        Index("ix_scheduled_post_due", "publish_at", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    draft: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What is to be published, as it was given: see ``drafts.py``."""
    publish_at: datetime = Field(sa_column=moment())
    state: str = Field(default="waiting", sa_column_kwargs={"server_default": "waiting"})
    """``waiting`` for its time, ``published``, or ``refused`` then and kept to be mended."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Counts how often it was given: 1 at first, and one more each time that it was changed."""
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    """What it became."""
    refusal: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """Why it was not published: see ``refusal.py``."""
    kept_at: datetime = Field(sa_column=moment())
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it was published or refused."""
