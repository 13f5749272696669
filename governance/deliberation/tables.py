"""Tables of how we talk a proposal over: arguments, marks, rounds, amendments, sense-checks, facilitation.

Law 14: nothing here holds a state. Whether an amendment can still be accepted, a check still be answered
or a member still speak follows from these facts, the proposal's and the time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Argument(Row, table=True):
    """An argument, or a reply to one. Taken back, its words are gone and their seal stays."""

    __tablename__ = "argument"
    __table_args__ = (
        UniqueConstraint("id", "author_id"),
        CheckConstraint("stance IN ('for', 'against', 'question')", name="stance_known"),
        CheckConstraint("(parent_id IS NULL) = (stance IS NOT NULL)", name="stance_of_arguments"),
        CheckConstraint("(parent_id IS NULL) = (thread_id IS NULL)", name="reply_threaded"),
        CheckConstraint("depth >= 0 AND (parent_id IS NULL) = (depth = 0)", name="depth_counted"),
        CheckConstraint("parent_id IS NULL OR round IS NULL", name="rounds_of_arguments"),
        CheckConstraint("(withdrawn_at IS NULL) = (body IS NOT NULL)", name="words_kept"),
        CheckConstraint("(body IS NULL) = (salt IS NULL)", name="salt_kept"),
        Index("ix_argument_proposal", "proposal_id", "id"),
        Index("ix_argument_thread", "thread_id", "id"),
        Index("ix_argument_parent", "parent_id"),
        Index("ix_argument_author", "author_id", "proposal_id"),
        Index(
            "uq_argument_round",
            "proposal_id",
            "author_id",
            "round",
            unique=True,
            postgresql_where=text("round IS NOT NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    stance: str | None = None
    """None for a reply."""
    parent_id: int | None = Field(default=None, foreign_key="argument.id", sa_type=BigInteger)
    """What a reply answers."""
    thread_id: int | None = Field(default=None, foreign_key="argument.id", sa_type=BigInteger)
    """The argument that a reply stands under."""
    depth: int = 0
    round: int | None = None
    """The round that it was said in, where the proposal is talked over in rounds."""
    body: str | None
    salt: str | None
    seal: str
    """What the ledger knows of the words; see :func:`governance.deliberation.seals.seal`."""
    made_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ArgumentMark(Row, table=True):
    """That an argument or a reply helped a member understand: who was helped, and by whom."""

    __tablename__ = "argument_mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["argument_id", "helper_id"],
            ["argument.id", "argument.author_id"],
            name="fk_argument_mark_helper",
        ),
        CheckConstraint("member_id <> helper_id", name="of_others"),
        Index("ix_argument_mark_helper", "helper_id"),
        Index("ix_argument_mark_member", "member_id"),
    )

    argument_id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    helper_id: int = Field(sa_type=BigInteger)
    """Its author."""
    at: datetime = Field(sa_column=moment())


class Facilitation(Row, table=True):
    """How the talk on one proposal is led: by whom, and whether in rounds."""

    __tablename__ = "facilitation"
    __table_args__ = (
        CheckConstraint("(facilitator_id IS NULL) = (named_at IS NULL)", name="naming_dated"),
        CheckConstraint("accepted_at IS NULL OR facilitator_id IS NOT NULL", name="somebody_accepted"),
        CheckConstraint("round >= 0", name="round_counted"),
        CheckConstraint("(round = 0) = (round_opened_at IS NULL)", name="round_dated"),
        CheckConstraint("rounds OR round = 0", name="rounds_asked_for"),
    )

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    facilitator_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    named_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    accepted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Without it the facilitator is only asked."""
    rounds: bool = False
    round: int = 0
    """The round under way; 0 before its first turn."""
    round_opened_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the first turn of that round was taken."""


class Speaker(Row, table=True):
    """A member who takes part in the rounds on one proposal."""

    __tablename__ = "speaker"
    __table_args__ = (CheckConstraint("round >= 0", name="round_counted"),)

    proposal_id: int = Field(foreign_key="facilitation.proposal_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    round: int
    """The last round in which they spoke or passed; 0 for none yet."""


class FacilitatorSummary(Row, table=True):
    """One version of what a facilitator makes of the talk; the highest is shown, all are kept."""

    __tablename__ = "facilitator_summary"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counted"),)

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    version: int = Field(primary_key=True)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    body: str
    at: datetime = Field(sa_column=moment())


class OutcomeStatement(Row, table=True):
    """One version of what is said of how a proposal ended; the highest is shown, all are kept."""

    __tablename__ = "outcome_statement"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counted"),)

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    version: int = Field(primary_key=True)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    body: str
    at: datetime = Field(sa_column=moment())


class Amendment(Row, table=True):
    """Another patch to put in the place of a proposal's own, bound to the text it would replace."""

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint("ended_as IN ('accepted', 'rejected', 'withdrawn')", name="end_known"),
        CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="end_dated"),
        CheckConstraint(
            "(ended_as IS NOT DISTINCT FROM 'rejected') = (reason IS NOT NULL)", name="rejection_reasoned"
        ),
        CheckConstraint(
            "promoted_id IS NULL OR ended_as IS NOT DISTINCT FROM 'rejected'", name="promoted_once_rejected"
        ),
        Index("ix_amendment_proposal", "proposal_id", "id"),
        Index("ix_amendment_author", "author_id"),
        Index(
            "uq_amendment_accepted",
            "of_patch_sha256",
            unique=True,
            postgresql_where=text("ended_as = 'accepted'"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    of_patch_sha256: str
    """The proposal's hash when this was written; it is taken for that text and no other."""
    patch: list[Any] = Field(sa_column=document())
    """The whole of the patch that the proposal would then have."""
    patch_sha256: str
    """sha256 over the RFC 8785 form of ``patch``."""
    rationale: str
    made_at: datetime = Field(sa_column=moment())
    ended_as: str | None = None
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    reason: str | None = None
    """Why it was rejected."""
    promoted_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=BigInteger, unique=True)
    """The proposal of its own that it became."""


class AmendmentSupporter(Row, table=True):
    """A member who asks that an amendment be accepted."""

    __tablename__ = "amendment_supporter"

    amendment_id: int = Field(foreign_key="amendment.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class AmendmentOpinion(Row, table=True):
    """How much a member wants an amendment, and whether they think the proposal already does it."""

    __tablename__ = "amendment_opinion"
    __table_args__ = (CheckConstraint("degree IN (-2, -1, 1, 2)", name="degree_known"),)

    amendment_id: int = Field(foreign_key="amendment.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    degree: int
    """2 must, 1 should, -1 should not, -2 must not."""
    fulfilled: bool
    at: datetime = Field(sa_column=moment())


class ProposalCoauthor(Row, table=True):
    """A member whose amendment a proposal took up."""

    __tablename__ = "proposal_coauthor"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    amendment_id: int = Field(foreign_key="amendment.id", sa_type=BigInteger, unique=True)
    """The first of theirs that was accepted."""
    at: datetime = Field(sa_column=moment())


class SenseCheck(Row, table=True):
    """A quick poll while a proposal is talked over; it decides nothing."""

    __tablename__ = "sense_check"
    __table_args__ = (
        CheckConstraint("form IN ('options', 'scale')", name="form_known"),
        CheckConstraint("jsonb_array_length(options) >= 2", name="a_choice"),
        CheckConstraint("closes_at > opened_at", name="open_for_a_time"),
        Index("ix_sense_check_proposal", "proposal_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int = Field(foreign_key="proposal.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    question: str
    form: str
    """The asker's own options, or the five steps from strongly against to strongly for."""
    options: list[str] = Field(sa_column=document())
    opened_at: datetime = Field(sa_column=moment())
    closes_at: datetime = Field(sa_column=moment())


class SenseAnswer(Row, table=True):
    """What one member answered to a sense-check; the last answer is the only one."""

    __tablename__ = "sense_answer"
    __table_args__ = (CheckConstraint("option >= 0", name="option_counted"),)

    check_id: int = Field(foreign_key="sense_check.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    option: int
    """Its place among the check's options, from 0."""
    at: datetime = Field(sa_column=moment())
