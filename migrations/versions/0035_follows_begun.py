"""Whenever somebody begins to follow a member is on record, so that how often can be counted."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table; follows from before are in it nowhere."""
    op.create_table(
        "follow_begun",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_follow_begun"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_follow_begun_author_id"),
        sa.ForeignKeyConstraint(["other_id"], ["member.id"], name="fk_follow_begun_other_id"),
        sa.CheckConstraint("author_id <> other_id", name=op.f("ck_follow_begun_not_oneself")),
    )
    op.create_index("ix_follow_begun_author", "follow_begun", ["author_id", "id"])
    op.create_index(
        "uq_follow_begun_held",
        "follow_begun",
        ["author_id", "other_id"],
        unique=True,
        postgresql_where=sa.text("held_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it away; who follows whom stays."""
    op.drop_table("follow_begun")
