"""Heat: the record of heated threads, pauses before an answer, and gates that a hot thread slows down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables and the columns."""
    op.create_table(
        "heating",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("reply_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strangers", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.CheckConstraint("level IN ('warm', 'hot')", name="ck_heating_level_known"),
        sa.CheckConstraint("until > at", name="ck_heating_lasts"),
        sa.CheckConstraint("strangers >= 0 AND turns >= 0 AND held >= 0", name="ck_heating_points_counted"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_heating_post_id"),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_heating_reply_id"),
        sa.PrimaryKeyConstraint("id", name="pk_heating"),
    )
    op.create_index("ix_heating_post", "heating", ["post_id", "id"])
    op.create_table(
        "pause",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_pause_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_pause_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_pause"),
    )
    op.add_column("gate", sa.Column("slowed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("gate", sa.Column("slowed_to", sa.Interval(), nullable=True))
    op.create_check_constraint("ck_gate_slowed", "gate", "(slowed_until IS NULL) = (slowed_to IS NULL)")


def downgrade() -> None:
    """Take them away: no thread is known to have been heated."""
    op.drop_column("gate", "slowed_to")
    op.drop_column("gate", "slowed_until")
    op.drop_table("pause")
    op.drop_table("heating")
