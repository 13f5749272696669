"""Tables of drafts that several write together, and of who is named beside the author of what they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint, false, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class SharedDraft(Row, table=True):
    """A post that members of a guild write together; once it is published, where that is.

    What is done in it is done while its row is held, so its revisions have no gaps and it is published once.
    """

    __tablename__ = "shared_draft"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision_counted"),
        CheckConstraint("(offer IS NULL) = (offered_by IS NULL)", name="offered_by_somebody"),
        CheckConstraint("post_id IS NULL OR offer IS NULL", name="published_or_offered"),
        CheckConstraint("refusal IS NULL OR offer IS NOT NULL", name="refused_as_offered"),
        UniqueConstraint("post_id"),
        Index("ix_shared_draft_guild", "guild_id", postgresql_where=text("post_id IS NULL")),
        Index("ix_shared_draft_offered", "offered_by", postgresql_where=text("offered_by IS NOT NULL")),
        Index("ix_shared_draft_touched", "touched_at", "id", postgresql_where=text("post_id IS NULL")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    guild_id: int = Field(foreign_key="guild.id", sa_type=BigInteger)
    begun_by: int = Field(foreign_key="member.id", sa_type=BigInteger)
    opened: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether all of the guild may write in it, and not only whoever was invited."""
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """The newest."""
    joined: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """How many have come to write in it, those included who left again."""
    offers: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often it was proposed to publish it."""
    offer: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """How its newest revision is to be published, all but the text: see ``scheduling/drafts.py``."""
    offered_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    """Who proposes that, and will be the author of the post."""
    refusal: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """Why it could not be published when all had agreed: see ``scheduling/refusal.py``."""
    begun_at: datetime = Field(sa_column=moment())
    touched_at: datetime = Field(sa_column=moment())
    warned_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When those who write in it were told that it goes; none once it was touched again."""
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    """What it became. Then neither its revisions nor its notes are kept."""


class DraftWriter(Row, table=True):
    """That a member writes in a draft."""

    __tablename__ = "draft_writer"
    __table_args__ = (
        CheckConstraint("answer IN ('named', 'unnamed')", name="answer_known"),
        UniqueConstraint("draft_id", "number"),
        Index("ix_draft_writer_member", "member_id"),
    )

    draft_id: int = Field(foreign_key="shared_draft.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(sa_type=SmallInteger)
    """The order in which they came."""
    wrote: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a revision is theirs."""
    answer: str | None = None
    """What they say to the proposal that stands: publish with their name or without it; none: not yet."""
    since: datetime = Field(sa_column=moment())


class DraftRevision(Row, table=True):
    """The text of a draft as somebody left it."""

    __tablename__ = "draft_revision"
    __table_args__ = (CheckConstraint("number >= 1", name="number_counted"),)

    draft_id: int = Field(foreign_key="shared_draft.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    body: str
    restores: int | None = None
    """The older revision whose text it brings back."""
    at: datetime = Field(sa_column=moment())


class DraftNote(Row, table=True):
    """A remark in the margin of a draft."""

    __tablename__ = "draft_note"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
        Index("ix_draft_note_draft", "draft_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    draft_id: int = Field(foreign_key="shared_draft.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    revision: int
    """The newest when it was made."""
    body: str
    at: datetime = Field(sa_column=moment())
    settled_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PostWriter(Row, table=True):
    """That a post names a member who wrote in it, beside its author; gone once they took their name off.

    The SQL function ``named_writers(post, reader)`` tells them to a reader: those who have not left the coop,
    and between whom and the reader no block stands.
    """

    __tablename__ = "post_writer"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(sa_type=SmallInteger)
    """The order in which they are named."""
