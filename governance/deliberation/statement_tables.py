"""Tables of statements, what members answer to them, and the maps drawn from the answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Statement(Row, table=True):
    """A short sentence to agree with, disagree with or pass. Taken back, its words are gone."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("proposal_id", "id"),
        CheckConstraint("(removed_at IS NULL) = (words IS NOT NULL)", name="words_kept"),
        CheckConstraint("(words IS NULL) = (salt IS NULL)", name="salt_kept"),
        Index("ix_statement_author", "author_id", "proposal_id"),
        Index(
            "uq_statement_words",
            "proposal_id",
            "words",
            unique=True,
            postgresql_where=text("words IS NOT NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    words: str | None
    salt: str | None
    seal: str
    """What the ledger knows of the words; see :func:`governance.deliberation.seals.seal`."""
    written_at: datetime = Field(sa_column=moment())
    removed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class StatementVote(Row, table=True):
    """What one member answers to one statement; the last answer counts. It is told to nobody else."""

    __tablename__ = "statement_vote"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "statement_id"],
            ["statement.proposal_id", "statement.id"],
            name="fk_statement_vote_statement",
        ),
        CheckConstraint("value BETWEEN -1 AND 1", name="value_known"),
        Index("ix_statement_vote_at", "proposal_id", "at"),
    )

    proposal_id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    statement_id: int = Field(primary_key=True, sa_type=BigInteger)
    value: int = Field(sa_type=SmallInteger)
    """1 agrees, -1 disagrees, 0 passes."""
    at: datetime = Field(sa_column=moment())


class StoredMap(Row, table=True):
    """The opinion map of a proposal as it was last drawn. It names no member."""

    __tablename__ = "opinion_map"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    computed_at: datetime = Field(sa_column=moment())
    checked_at: datetime = Field(sa_column=moment())
    """When the answers were last read, whether or not they made another map."""
    inputs_sha256: str
    """Of the answers and the clauses that it was drawn from: as long as it stays, so does the map."""
    clauses: dict[str, Any] = Field(sa_column=document())
    """The ``map`` table of the deliberation policy that it was drawn under."""
    workings: dict[str, Any] = Field(sa_column=document())
    """Told to nobody: what finds a member's own place and next statement."""
    document: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What is told; None while fewer take part than have to. See ``map_document``."""
