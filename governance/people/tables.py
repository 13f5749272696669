"""Tables of votes on people and of those who act for others: suspensions, councils, delegates and juries."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment, serial


class Candidate(Row, table=True):
    """A member who stands in an election."""

    __tablename__ = "candidate"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    statement: str
    at: datetime = Field(sa_column=moment())


class SecretBallot(Row, table=True):
    """A ballot without a voter and without a time; the roll entry says who has voted.

    The rows are deleted when they are counted: the tally event holds them all, in the order of what they
    say, so that not even the order of the rows tells who cast which.
    """

    __tablename__ = "secret_ballot"
    __table_args__ = (Index("ix_secret_ballot_proposal", "proposal_id"),)

    nonce: str = Field(primary_key=True)
    """Random, known to its voter alone: by it they find their ballot among those counted."""
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    marks: bytes = Field(sa_type=LargeBinary)


class SuspensionVote(Row, table=True):
    """The vote that was opened on what a jury asked for: one on each."""

    __tablename__ = "suspension_vote"
    __table_args__ = (UniqueConstraint("proposal_id"),)

    asked_id: int = Field(foreign_key="suspension_asked.id", primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)


class CouncilSeat(Row, table=True):
    """A steward's term on the council of the coop or of a guild."""

    __tablename__ = "council_seat"
    __table_args__ = (
        CheckConstraint("until > since", name="term_positive"),
        CheckConstraint("ended_at >= since", name="ended_later"),
        Index(
            "uq_council_seat_held",
            "scope",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=serial())
    scope: str
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    election_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Before its time: by the next election, or because they left."""


class Delegation(Row, table=True):
    """A member lets another of the same guild vote for them, where they do not vote themselves."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("member_id <> delegate_id", name="not_oneself"),
        CheckConstraint("until > since", name="term_positive"),
        CheckConstraint("ended_at >= since", name="ended_later"),
        Index(
            "uq_delegation_given",
            "guild_id",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_delegation_held", "guild_id", "delegate_id"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    guild_id: int = Field(foreign_key="guild.id", sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    delegate_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Jury(Row, table=True):
    """A panel drawn by lot, and all that anyone needs to draw it again."""

    __tablename__ = "jury"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        CheckConstraint("size >= 3", name="size_least"),
        CheckConstraint("cardinality(pool) >= size", name="pool_enough"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    size: int
    pool: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Members who could be drawn."""
    pool_sha256: str
    """Hash of their handles."""
    checkpoint: str
    """Root hash of the ledger's checkpoint that the draw is seeded by; it was not known when the pool was."""
    checkpoint_size: int = Field(sa_type=BigInteger)
    seed: str
    drawn_at: datetime = Field(sa_column=moment())


class Juror(Row, table=True):
    """A member drawn for a jury: serving, stepped down, or done."""

    __tablename__ = "juror"
    __table_args__ = (
        UniqueConstraint("jury_id", "position"),
        CheckConstraint("verdict IN ('for', 'against', 'unsure')", name="verdict_known"),
        CheckConstraint("verdict IS NULL OR declined_at IS NULL", name="serves_or_declines"),
    )

    jury_id: int = Field(foreign_key="jury.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    position: int
    """Place in the draw; whoever steps down is followed by the next."""
    declined_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    verdict: str | None = None
    reason: str = ""
    verdict_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
