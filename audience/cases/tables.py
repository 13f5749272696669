"""Tables of cases: what was reported, who judges it, what they say to each other, and what they voted.

A ballot has no column that says whose it is; that somebody has voted stands on their place in the jury. How
the two are kept apart in the database too, and what that does not keep, says ``ballots.py``.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment

_OPEN = "closed_at IS NULL"


class Case(Row, table=True):
    """Something that members look at: because it was reported, is held, or was decided and is appealed."""

    __tablename__ = "moderation_case"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_id, reply_id, profile_id, follow_id) = 1", name="one_subject"),
        CheckConstraint("kind <> 'report' OR follow_id IS NULL", name="reported"),
        CheckConstraint("kind IN ('report', 'hold', 'appeal')", name="kind_known"),
        CheckConstraint("(kind = 'report') = (decision_id IS NULL)", name="judges"),
        CheckConstraint("(kind = 'report') = (ground IS NOT NULL)", name="grounded"),
        CheckConstraint("(by_law IS NOT NULL) = (kind = 'report' AND called_at IS NOT NULL)", name="lawful"),
        CheckConstraint("num_nonnulls(drawn_at, due_at, seed, pool) IN (0, 4)", name="drawn_whole"),
        CheckConstraint("drawn_at IS NULL OR called_at IS NOT NULL", name="called_first"),
        CheckConstraint("again_at IS NULL OR called_at IS NOT NULL", name="called_before"),
        CheckConstraint("num_nonnulls(closed_at, closed_why) IN (0, 2)", name="closed"),
        CheckConstraint(
            "closed_why IN ('jury', 'no_quorum', 'no_jury', 'gone', 'few', 'ended')", name="why_known"
        ),
        CheckConstraint("(closed_why = 'jury') = (outcome IS NOT NULL)", name="decided"),
        CheckConstraint("outcome IN ('none', 'label', 'collapse', 'narrow', 'remove')", name="outcome_known"),
        CheckConstraint("measure IN ('nothing', 'warn', 'pause', 'suspend')", name="measure_known"),
        CheckConstraint("num_nonnulls(outcome, measure, tally) IN (0, 3)", name="outcome_whole"),
        CheckConstraint("asked_id IS NULL OR measure = 'suspend'", name="asks"),
        UniqueConstraint("asked_id"),
        # Of one thing one case is open, so whoever reports it too joins that one.
        Index(
            "uq_moderation_case_post", "post_id", unique=True,
            postgresql_where=text(f"post_id IS NOT NULL AND {_OPEN}"),
        ),
        Index(
            "uq_moderation_case_reply", "reply_id", unique=True,
            postgresql_where=text(f"reply_id IS NOT NULL AND {_OPEN}"),
        ),
        Index(
            "uq_moderation_case_profile", "profile_id", unique=True,
            postgresql_where=text(f"profile_id IS NOT NULL AND {_OPEN}"),
        ),
        Index(
            "uq_moderation_case_follow", "follow_id", unique=True,
            postgresql_where=text(f"follow_id IS NOT NULL AND {_OPEN}"),
        ),
        # A decision is judged once as a hold, and appealed once.
        Index(
            "uq_moderation_case_decision", "decision_id", "kind", unique=True,
            postgresql_where=text("decision_id IS NOT NULL"),
        ),
        # What is due, by what it waits for.
        Index(
            "ix_moderation_case_due", "due_at", "id", postgresql_where=text(f"due_at IS NOT NULL AND {_OPEN}")
        ),
        Index(
            "ix_moderation_case_called", "called_at", "id",
            postgresql_where=text(f"called_at IS NOT NULL AND drawn_at IS NULL AND {_OPEN}"),
        ),
        Index(
            "ix_moderation_case_waiting", "opened_at", "id",
            postgresql_where=text(f"called_at IS NULL AND {_OPEN}"),
        ),
        Index("ix_moderation_case_closed", "closed_at"),
        Index("ix_moderation_case_made", "made_id", postgresql_where=text("made_id IS NOT NULL")),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    reply_id: int | None = Field(default=None, foreign_key="reply.id", sa_type=BigInteger)
    profile_id: int | None = Field(default=None, foreign_key="profile_change.id", sa_type=BigInteger)
    follow_id: int | None = Field(default=None, foreign_key="follow_begun.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """Who made the thing."""
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    """The guild whose members judge it: that in which it was made."""
    decision_id: int | None = Field(default=None, foreign_key="decision.id", sa_type=BigInteger)
    """What is judged: a hold, or what is appealed."""
    ground: str | None = None
    """Under which most of its reports were made until a jury was called."""
    by_law: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """That ground as it read then, which its jury judges by: see ``causes.py``."""
    words: str = ""
    """What whoever appealed says."""
    appellant_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    opened_at: datetime = Field(sa_column=moment())
    called_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """From when on a jury is wanted; none while there are too few reports."""
    again_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """From when on its jury is drawn for again, where it could not be drawn."""
    salt: str
    """Drawn by the server; the commitment is over it and the pool, so that nobody can guess who is in it."""
    pool: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    """Members who could be drawn."""
    commitment: str | None = None
    """Hash of the salt and their handles."""
    seed: str | None = None
    drawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """By when its jury votes."""
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed_why: str | None = None
    """``jury``: it decided. ``no_quorum``: too few voted in time. ``no_jury``: too few could be drawn.
    ``gone``: the thing was deleted. ``few``: too few reported it. ``ended``: what it judges had ended."""
    outcome: str | None = None
    measure: str | None = None
    tally: dict[str, dict[str, int]] | None = Field(default=None, sa_column=document(nullable=True))
    """How many voted for what, by question."""
    made_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("decision.id"), nullable=True)
    )
    """The decision that came of it."""
    asked_id: int | None = Field(default=None, foreign_key="suspension_asked.id", sa_type=BigInteger)
    """What its jury asked all of us: to suspend whoever made the thing."""


class Report(Row, table=True):
    """A member says that something breaks a by-law."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("case_id", "reporter_id"),
        Index("ix_report_reporter", "reporter_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: int = Field(foreign_key="moderation_case.id", sa_type=BigInteger)
    reporter_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    scope: str
    ground: str
    version: int
    """Of the policy ``moderation`` of that scope, as it read then."""
    words: str
    made_at: datetime = Field(sa_column=moment())
    bad_faith: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the jury found so."""


class CaseJuror(Row, table=True):
    """A member drawn for a case."""

    __tablename__ = "case_juror"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("num_nonnulls(left_at, left_why) IN (0, 2)", name="left"),
        CheckConstraint("left_why IN ('stepped_down', 'conflict')", name="why_known"),
        CheckConstraint("voted_at IS NULL OR left_at IS NULL", name="votes_or_leaves"),
        Index("ix_case_juror_member", "member_id", "case_id"),
    )

    case_id: int = Field(foreign_key="moderation_case.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    position: int = Field(sa_type=SmallInteger)
    """Place in the draw, from 0; what the others know them by."""
    seated_at: datetime = Field(sa_column=moment())
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    left_why: str | None = None
    voted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class CaseRemark(Row, table=True):
    """What a juror says to the others."""

    __tablename__ = "case_remark"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "member_id"], ["case_juror.case_id", "case_juror.member_id"]),
        Index("ix_case_remark_case", "case_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: int = Field(sa_type=BigInteger)
    member_id: int = Field(sa_type=BigInteger)
    body: str
    at: datetime = Field(sa_column=moment())


class CaseBallot(Row, table=True):
    """A ballot in an open case: nothing says whose. Each vote writes all of them anew."""

    __tablename__ = "case_ballot"
    __table_args__ = (
        CheckConstraint("outcome IN ('none', 'label', 'collapse', 'narrow', 'remove')", name="outcome_known"),
        CheckConstraint("measure IN ('nothing', 'warn', 'pause', 'suspend')", name="measure_known"),
        Index("ix_case_ballot_case", "case_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    """Drawn by lot."""
    case_id: int = Field(foreign_key="moderation_case.id", sa_type=BigInteger)
    outcome: str
    measure: str
    bad_faith: bool = False
    """Whether it finds the reports made in bad faith."""


class JuryService(Row, table=True):
    """A member who offered to judge."""

    __tablename__ = "jury_service"

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())


class JuryPause(Row, table=True):
    """A member publishes nothing for some time."""

    __tablename__ = "jury_pause"
    __table_args__ = (
        CheckConstraint("until > since", name="ends_later"),
        UniqueConstraint("case_id"),
        Index("ix_jury_pause_member", "member_id", "until"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    case_id: int = Field(foreign_key="moderation_case.id", sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    until: datetime = Field(sa_column=moment())
    """An appeal that lifts it moves this to its own moment, one instant after ``since`` at least."""
