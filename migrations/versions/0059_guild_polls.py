"""Polls on posts that are made in guilds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables, and on posts whether they ask anything."""
    op.add_column("post", sa.Column("polled", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "poll",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("options", ARRAY(sa.String()), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", ARRAY(sa.BigInteger()), nullable=True),
        sa.CheckConstraint("cardinality(options) BETWEEN 2 AND 20", name=op.f("ck_poll_options_to_choose")),
        sa.CheckConstraint("cardinality(counts) = cardinality(options)", name=op.f("ck_poll_each_counted")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_poll_post_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_poll"),
    )
    op.create_index(
        "ix_poll_due", "poll", ["closes_at", "post_id"], postgresql_where=sa.text("counts IS NULL")
    )
    op.create_table(
        "poll_vote",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("option", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("option >= 1", name=op.f("ck_poll_vote_option_numbered")),
        sa.ForeignKeyConstraint(["post_id"], ["poll.post_id"], name="fk_poll_vote_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_poll_vote_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_poll_vote"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("poll_vote")
    op.drop_table("poll")
    op.drop_column("post", "polled")
