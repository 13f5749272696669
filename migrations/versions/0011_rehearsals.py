"""Rehearsals of patches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("patch", postgresql.JSONB(), nullable=False),
        sa.Column("base_sha256", sa.String(), nullable=False),
        sa.Column("patch_sha256", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.Column("report_sha256", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name="ck_rehearsal_state_known"
        ),
        sa.CheckConstraint("(state = 'done') = (report IS NOT NULL)", name="ck_rehearsal_done_reported"),
        sa.CheckConstraint("(report IS NULL) = (report_sha256 IS NULL)", name="ck_rehearsal_report_hashed"),
        sa.CheckConstraint("(report IS NULL) = (done_at IS NULL)", name="ck_rehearsal_report_dated"),
        sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="ck_rehearsal_failure_told"),
        sa.CheckConstraint(
            "proposal_id IS NOT NULL OR requested_by IS NOT NULL", name="ck_rehearsal_asked_by_somebody"
        ),
        sa.CheckConstraint("state <> 'running' OR retry_at IS NOT NULL", name="ck_rehearsal_running_watched"),
        sa.CheckConstraint("attempts >= 0", name="ck_rehearsal_attempts_counted"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_rehearsal_proposal_id"),
        sa.ForeignKeyConstraint(["requested_by"], ["member.id"], name="fk_rehearsal_requested_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rehearsal"),
        sa.UniqueConstraint("proposal_id", "patch_sha256", name="uq_rehearsal_proposal_id_patch_sha256"),
    )
    op.create_index("ix_rehearsal_requested_by", "rehearsal", ["requested_by", "asked_at"], unique=False)
    op.create_index(
        "ix_rehearsal_open",
        "rehearsal",
        ["asked_at", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_table(
        "rehearsal_progress",
        sa.Column("rehearsal_id", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.CheckConstraint("done >= 0 AND done <= total", name="ck_rehearsal_progress_done_counted"),
        sa.ForeignKeyConstraint(
            ["rehearsal_id"], ["rehearsal.id"], name="fk_rehearsal_progress_rehearsal_id"
        ),
        sa.PrimaryKeyConstraint("rehearsal_id", name="pk_rehearsal_progress"),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("rehearsal_progress")
    op.drop_table("rehearsal")
