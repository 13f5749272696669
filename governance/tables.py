"""Tables of how we decide: proposals, sponsors, rolls and ballots.

A proposal's state is nowhere stored: it is computed from these facts and the time (law 14).
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Proposal(Row, table=True):
    """What is put to the vote, and the facts that its life leaves behind.

    Most are a JSON Patch to one policy. ``kind`` is then that policy's; an election, a question, a veto of
    the assembly, the renewal of a rule and a suspension are of the kinds of those names and have no patch.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("risk_class IN ('A', 'B', 'C', 'D')", name="class_known"),
        CheckConstraint("pace IN ('ordinary', 'expedited', 'emergency', 'veto')", name="pace_known"),
        CheckConstraint("entry IN ('deliberation', 'verification', 'voting')", name="entry_known"),
        CheckConstraint(
            "method IN ('consent', 'majority', 'schulze', 'median', 'approval', 'stv')", name="method_known"
        ),
        CheckConstraint(
            "ended_as IN ('withdrawn', 'lapsed', 'rejected', 'conflicted', 'cancelled', 'enactment_failed',"
            " 'vetoed', 'superseded')",
            name="end_known",
        ),
        CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="end_dated"),
        CheckConstraint("enacted_at IS NULL OR ended_as IS NULL", name="one_outcome"),
        CheckConstraint(
            "CASE WHEN kind IN ('election', 'question', 'veto', 'renewal', 'suspension')"
            " THEN version_id IS NULL ELSE (enacted_at IS NULL) = (version_id IS NULL) END",
            name="enacted_as_version",
        ),
        CheckConstraint("undone_as IN ('sunset', 'reverted', 'repealed', 'superseded')", name="undone_known"),
        CheckConstraint("(undone_as IS NULL) = (undone_at IS NULL)", name="undone_dated"),
        CheckConstraint("undone_at IS NULL OR enacted_at IS NOT NULL", name="undone_once_done"),
        CheckConstraint("(submitted_at IS NULL) = (sponsors_needed IS NULL)", name="sponsors_counted"),
        CheckConstraint("(roll_frozen_at IS NULL) = (roll_size IS NULL)", name="roll_sized"),
        CheckConstraint("(tallied_at IS NULL) = (tally IS NULL)", name="tally_dated"),
        CheckConstraint("(rehearsed_at IS NULL) = (rehearsal_sha256 IS NULL)", name="rehearsal_dated"),
        CheckConstraint("kind NOT IN ('veto', 'renewal') OR target_id IS NOT NULL", name="target_named"),
        CheckConstraint("(kind = 'suspension') = (author_id IS NULL)", name="authored"),
        CheckConstraint("sunset_after > 0 AND review_after > 0", name="terms_positive"),
        Index(
            "ix_proposal_open",
            "id",
            postgresql_where=text("submitted_at IS NOT NULL AND ended_at IS NULL AND enacted_at IS NULL"),
        ),
        Index(
            "ix_proposal_watched",
            "id",
            postgresql_where=text("enacted_at IS NOT NULL AND undone_at IS NULL"),
        ),
        Index("ix_proposal_policy", "scope", "kind"),
        Index("ix_proposal_words", text("proposal_words(title, rationale)"), postgresql_using="gin"),
        Index("ix_proposal_joint", "joint_id", postgresql_where=text("joint_id IS NOT NULL")),
        Index("ix_proposal_origin", "origin_id", postgresql_where=text("origin_id IS NOT NULL")),
        Index(
            "uq_proposal_veto",
            "target_id",
            unique=True,
            postgresql_where=text("kind = 'veto'"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    scope: str
    kind: str
    title: str
    rationale: str
    author_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger, index=True)
    """None where a jury proposes it."""
    method: str
    """How its votes are counted."""
    options: Any = Field(default=None, sa_column=document(nullable=True))
    """What a ballot chooses from where that is more than for and against; see ``governance.options``."""
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
    pace: str = "ordinary"
    """Which periods apply: those of its class, of an expedited repeal, of an emergency, of a veto."""
    entry: str = "deliberation"
    """The first period it goes through; a later one where it goes on from another proposal."""
    origin_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=BigInteger)
    """The proposal that this one goes on from: objected to, conflicted, or rejected as an amendment."""
    target_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=BigInteger)
    """The proposal that this one repeals, renews or vetoes."""
    joint_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=BigInteger)
    """The first of the proposals that several guilds adopt together."""
    tripwires: list[Any] = Field(default_factory=list, sa_column=document())
    """Measures and bounds; one that is crossed undoes it. See ``governance.tripwires``."""
    review_after: int | None = None
    """Seconds in force after which it is reviewed."""
    sunset_after: int | None = None
    """Seconds in force after which it ends by itself unless renewed."""
    created_at: datetime = Field(sa_column=moment())
    submitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sponsors_needed: int | None = None
    """How many signatures put it to deliberation, counted when it was submitted."""
    sponsored_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the last signature that was needed came in: its first period starts at this moment."""
    rehearsal_needed: bool = Field(default=False)
    """Whether the vote waits for a rehearsal of each change that it may choose."""
    rehearsed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    rehearsal_sha256: str | None = None
    """Hash of the reports, to which ballots bind (law 5); see :func:`governance.rehearsal.changes.joined`."""
    roll_frozen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    roll_size: int | None = None
    floor_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When enough first said yes, where that put off the close; written with the tally."""
    tallied_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    tally: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    veto_closes_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the assembly's vote on it closes, once another guild has petitioned for one."""
    ended_as: str | None = None
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    end_reason: str | None = None
    enacted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version_id: int | None = Field(
        default=None, foreign_key="policy_version.id", sa_type=BigInteger, unique=True
    )
    renewed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When a vote last decided that it goes on."""
    reviewed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    review: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What its rehearsal forecast beside what was seen."""
    undone_as: str | None = None
    undone_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    undone_reason: str | None = None


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
    guild_ids: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """The guilds they belonged to at that moment, where the class asks for a majority of guilds."""
    voted: bool = False
    """For secret votes alone: that they have voted, and nothing of how."""


class Ballot(Row, table=True):
    """One version of one member's ballot: the highest version counts, the others stay on record."""

    __tablename__ = "ballot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "member_id"],
            ["roll_entry.proposal_id", "roll_entry.member_id"],
            name="fk_ballot_roll_entry",
        ),
        CheckConstraint(
            "choice IN ('for', 'against', 'abstain', 'block', 'ranked', 'approved', 'named')",
            name="choice_known",
        ),
        CheckConstraint("(choice IN ('ranked', 'approved')) = (marks IS NOT NULL)", name="marked"),
        CheckConstraint("(choice = 'named') = (value IS NOT NULL)", name="valued"),
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
    marks: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Options ranked, the most preferred first, or approved: one byte each, its index among the options."""
    value: Decimal | None = Field(default=None, sa_type=Numeric)
    """The number named for a clause."""
    reason: str = ""
    clause: str = ""
    patch_sha256: str
    rehearsal_sha256: str | None = None
    """The rehearsal that the voter was shown."""
    nonce: str
    """Random salt of the commitment in the ledger, revealed with the choice at the close."""
    commitment: str
    ledger_seq: int = Field(foreign_key="ledger_event.seq", sa_type=BigInteger)
    """The ledger event that recorded the commitment when the ballot was cast."""
    at: datetime = Field(sa_column=moment())


class Objection(Row, table=True):
    """A reasoned objection to a change by consent; enough of them put it to an ordinary vote."""

    __tablename__ = "objection"
    __table_args__ = (CheckConstraint("length(reason) > 0 AND length(clause) > 0", name="reasoned"),)

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    reason: str
    clause: str
    at: datetime = Field(sa_column=moment())


class Petition(Row, table=True):
    """A member of another guild who asks the assembly to look at what a guild has passed."""

    __tablename__ = "petition"
    __table_args__ = (Index("ix_petition_guild", "proposal_id", "guild_id"),)

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    guild_id: int = Field(foreign_key="guild.id", sa_type=BigInteger)
    """The guild in whose name they sign."""
    at: datetime = Field(sa_column=moment())


class TripwireReading(Row, table=True):
    """What a tripwire's measure read last, to be shown beside its bound."""

    __tablename__ = "tripwire_reading"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    """Its place among the proposal's tripwires."""
    value: Decimal | None = Field(default=None, sa_type=Numeric)
    """None where the measure had nothing to go by."""
    at: datetime = Field(sa_column=moment())
