"""Tables of how we decide: proposals, sponsors, rolls and ballots.

A proposal's state is nowhere stored: it is computed from these facts and the time (law 14).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Proposal(Row, table=True):
    """A JSON Patch to one policy, with the facts that its life leaves behind."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("risk_class IN ('A', 'B', 'C', 'D')", name="class_known"),
        CheckConstraint(
            "ended_as IN ('withdrawn', 'lapsed', 'rejected', 'conflicted', 'cancelled', 'enactment_failed')",
            name="end_known",
        ),
        CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="end_dated"),
        CheckConstraint("enacted_at IS NULL OR ended_as IS NULL", name="one_outcome"),
        CheckConstraint("(enacted_at IS NULL) = (version_id IS NULL)", name="enacted_as_version"),
        CheckConstraint("(submitted_at IS NULL) = (sponsors_needed IS NULL)", name="sponsors_counted"),
        CheckConstraint("(roll_frozen_at IS NULL) = (roll_size IS NULL)", name="roll_sized"),
        CheckConstraint("(tallied_at IS NULL) = (tally IS NULL)", name="tally_dated"),
        Index(
            "ix_proposal_open",
            "id",
            postgresql_where=text("submitted_at IS NOT NULL AND ended_at IS NULL AND enacted_at IS NULL"),
        ),
        Index("ix_proposal_policy", "scope", "kind"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    scope: str
    kind: str
    title: str
    rationale: str
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    patch: list[Any] = Field(sa_column=document())
    nonce: str
    base_sha256: str
    """Hash of the policy text that the patch was written against."""
    base_number: int
    """Number of that version; 0 where the scope had no policy of this kind."""
    patch_sha256: str = Field(unique=True)
    risk_class: str
    voting_version_id: int = Field(foreign_key="policy_version.id", sa_type=BigInteger)
    """The voting rules it opened under, which stay its rules (law 5)."""
    created_at: datetime = Field(sa_column=moment())
    submitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sponsors_needed: int | None = None
    """How many signatures put it to deliberation, counted when it was submitted."""
    sponsored_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the last signature that was needed came in: deliberation starts at this moment."""
    roll_frozen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    roll_size: int | None = None
    tallied_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    tally: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    ended_as: str | None = None
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    end_reason: str | None = None
    enacted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version_id: int | None = Field(
        default=None, foreign_key="policy_version.id", sa_type=BigInteger, unique=True
    )


class Sponsor(Row, table=True):
    """A member who asks that a proposal be put to the vote."""

    __tablename__ = "sponsor"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class RollEntry(Row, table=True):
    """One member on the frozen list of who may vote on one proposal (law 4)."""

    __tablename__ = "roll_entry"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)


class Ballot(Row, table=True):
    """One version of one member's ballot: the highest version counts, the others stay on record."""

    __tablename__ = "ballot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "member_id"],
            ["roll_entry.proposal_id", "roll_entry.member_id"],
            name="fk_ballot_roll_entry",
        ),
        CheckConstraint("choice IN ('for', 'against', 'abstain', 'block')", name="choice_known"),
        CheckConstraint(
            "choice <> 'block' OR (length(reason) > 0 AND length(clause) > 0)",
            name="block_reasoned",
        ),
        CheckConstraint("version >= 1", name="version_counted"),
    )

    proposal_id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(primary_key=True, sa_type=BigInteger)
    version: int = Field(primary_key=True)
    choice: str
    reason: str = ""
    clause: str = ""
    patch_sha256: str
    nonce: str
    """Random salt of the commitment in the ledger, revealed with the choice at the close."""
    commitment: str
    ledger_seq: int = Field(foreign_key="ledger_event.seq", sa_type=BigInteger)
    """The ledger event that recorded the commitment when the ballot was cast."""
    at: datetime = Field(sa_column=moment())
