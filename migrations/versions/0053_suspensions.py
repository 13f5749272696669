"""What juries ask for of all members, and the suspensions that votes decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "suspension_asked",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", JSONB(), nullable=False),
        sa.Column("tally", JSONB(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_suspension_asked_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension_asked"),
    )
    op.create_index("ix_suspension_asked_member_id", "suspension_asked", ["member_id"])
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_suspension_ends_later")),
        sa.ForeignKeyConstraint(["asked_id"], ["suspension_asked.id"], name="fk_suspension_asked_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_suspension_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
        sa.UniqueConstraint("asked_id", name="uq_suspension_asked_id"),
    )
    op.create_index("ix_suspension_member", "suspension", ["member_id", "until"])


def downgrade() -> None:
    """Take them away: nobody is suspended any more."""
    op.drop_table("suspension")
    op.drop_table("suspension_asked")
