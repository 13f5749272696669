"""Notices are seen from a moment on that is kept with each, and members choose the rhythm of theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the rhythms that members choose, and the moment of each notice."""
    op.create_table(
        "own_rhythm",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("weekday", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.CheckConstraint(
            "every IN ('at_once', 'hourly', 'daily', 'weekly')", name="ck_own_rhythm_every_known"
        ),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="ck_own_rhythm_hour_of_day"),
        sa.CheckConstraint(
            "weekday IN ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')",
            name="ck_own_rhythm_weekday_known",
        ),
        sa.CheckConstraint(
            "quiet_from IS NULL AND quiet_to IS NULL"
            " OR quiet_from IS NOT NULL AND quiet_to IS NOT NULL AND quiet_from <> quiet_to",
            name="ck_own_rhythm_quiet_whole",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_own_rhythm_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_own_rhythm"),
    )
    # What was told before this could be seen at once, and still can. As a default that is the same for every
    # row it is written to none of them, so the table is held for a moment only.
    op.add_column(
        "notice",
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.alter_column("notice", "due_at", server_default=None)
    op.create_index("ix_notice_due", "notice", ["member_id", "due_at", "announcement_id"])
    op.drop_index("ix_notice_member_id", "notice")


def downgrade() -> None:
    """Take them back: every notice is seen from when it was told."""
    op.create_index("ix_notice_member_id", "notice", ["member_id", "announcement_id"])
    op.drop_index("ix_notice_due", "notice")
    op.drop_column("notice", "due_at")
    op.drop_table("own_rhythm")
