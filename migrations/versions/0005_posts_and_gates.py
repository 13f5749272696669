"""Posts, replies, relations, gates and seats."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "author_signals",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("posts_7d", sa.Integer(), nullable=False),
        sa.Column("viewers_28d", sa.Integer(), nullable=False),
        sa.Column("answered_28d", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_author_signals_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_author_signals"),
    )
    op.create_table(
        "relation",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('follow', 'block')", name="ck_relation_kind_known"),
        sa.CheckConstraint("member_id <> other_id", name="ck_relation_not_oneself"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_relation_member_id"),
        sa.ForeignKeyConstraint(["other_id"], ["member.id"], name="fk_relation_other_id"),
        sa.PrimaryKeyConstraint("member_id", "kind", "other_id", name="pk_relation"),
    )
    op.create_index("ix_relation_other", "relation", ["other_id", "kind"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=True),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("lock_any", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("seats_max", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cardinality(lock_any) > 0", name="ck_post_locked"),
        sa.CheckConstraint("seats_max >= 1", name="ck_post_seats_positive"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_post_asset_id"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_post_author_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_post_guild_id"),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
    )
    op.create_index("ix_post_asset", "post", ["asset_id"], unique=True)
    op.create_index("ix_post_author", "post", ["author_id", "id"], unique=False)
    op.create_index("ix_post_guild", "post", ["guild_id", "id"], unique=False)
    op.create_table(
        "gate",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("arrival_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("taken >= 0", name="ck_gate_taken_counted"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_gate_post_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_gate"),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("lock_any", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_reply_author_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_reply_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
    )
    op.create_index("ix_reply_author", "reply", ["author_id", "id"], unique=False)
    op.create_index("ix_reply_post", "reply", ["post_id", "id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_seat_member_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_seat_post_id"),
        sa.PrimaryKeyConstraint("member_id", "post_id", name="pk_seat"),
    )
    op.create_index("ix_seat_post", "seat", ["post_id"], unique=False)

    # Counted up in place, over and over: room on each page keeps those updates off the indexes.
    op.execute(sa.text("ALTER TABLE gate SET (fillfactor = 70)"))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("seat")
    op.drop_table("reply")
    op.drop_table("gate")
    op.drop_table("post")
    op.drop_table("relation")
    op.drop_table("author_signals")
