"""Tables of rehearsals: what was asked, what came of it, and how far it has come.

Law 13: nothing asked is lost: one that failed keeps its reason and is tried again. Progress stands in a row
of its own, because the rehearsal's row is locked for as long as it is being run.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Rehearsal(Row, table=True):
    """One patch tried, or to be tried, on what really happened before ``asked_at``."""

    __tablename__ = "rehearsal"
    __table_args__ = (
        UniqueConstraint("proposal_id", "patch_sha256"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'done') = (report IS NOT NULL)", name="done_reported"),
        CheckConstraint("(report IS NULL) = (report_sha256 IS NULL)", name="report_hashed"),
        CheckConstraint("(report IS NULL) = (done_at IS NULL)", name="report_dated"),
        CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="failure_told"),
        CheckConstraint("proposal_id IS NOT NULL OR requested_by IS NOT NULL", name="asked_by_somebody"),
        CheckConstraint("state <> 'running' OR retry_at IS NOT NULL", name="running_watched"),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        Index("ix_rehearsal_requested_by", "requested_by", "asked_at"),
        Index("ix_rehearsal_open", "asked_at", "id", postgresql_where=text("state <> 'done'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=BigInteger)
    requested_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    """Whoever asked for a draft; None where a proposal's verification did."""
    scope: str
    kind: str
    patch: list[Any] = Field(sa_column=document())
    base_sha256: str
    patch_sha256: str
    """Hash of scope, kind, base and patch; see :func:`governance.rehearsal.reports.content_sha256`."""
    epoch: int = Field(sa_type=BigInteger)
    """The policies it is tried against."""
    seed: str
    """What its lots are drawn from: nobody could know it before asking."""
    state: str = "waiting"
    report: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    report_sha256: str | None = None
    error: str | None = None
    asked_at: datetime = Field(sa_column=moment())
    """The end of the window that is replayed."""
    started_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    retry_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """From when on one that failed, or whose worker died, is tried again."""
    attempts: int = 0


class RehearsalProgress(Row, table=True):
    """How far a rehearsal has come, written while it runs."""

    __tablename__ = "rehearsal_progress"
    __table_args__ = (CheckConstraint("done >= 0 AND done <= total", name="done_counted"),)

    rehearsal_id: int = Field(foreign_key="rehearsal.id", primary_key=True, sa_type=BigInteger)
    done: int
    total: int
    what: str
