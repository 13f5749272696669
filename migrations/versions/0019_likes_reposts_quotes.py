"""Likes, reposts and what is made from a post, each its own thing, and what waits for an author's yes."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Law 8, for what is made from a post: it opens to nobody to whom its source does not, all layers of both
# counted. "reader" is null for a visitor. One that was detached keeps the audience it had at that moment.
SOURCE_OPENS = """
CREATE FUNCTION source_opens(derived bigint, keys bigint[], reader bigint, moment timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    source record;
BEGIN
    SELECT post.*, least(moment, CASE WHEN state = 'detached' THEN decided_at END) AS seen_at INTO source
    FROM derivative JOIN post ON post.id = parent_id WHERE derivative.post_id = derived;
    IF NOT FOUND OR source.author_id = reader THEN
        RETURN true;
    END IF;
    RETURN lock_opens(source.lock_any, source.lock_all, source.lock_none, source.lock_groups,
                      source.lock_follow, keys, reader, source.author_id, source.seen_at)
       AND (source.layers = 0 OR stages_open(source.id, 'read', keys, reader, source.author_id, source.seen_at));
END $$
"""

_STAGES = """
CREATE OR REPLACE FUNCTION stages_open(
    post bigint, which text, keys bigint[], reader bigint, author bigint, moment timestamptz)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(bool_and(lock_any IS NULL OR lock_opens(
    lock_any, lock_all, lock_none, lock_groups, lock_follow, keys, reader, author, moment)), true){more}
FROM post_stage WHERE post_id = post AND part = which AND coalesce(at, reached_at) <= moment
$$
"""
STAGES_OPEN = _STAGES.format(more=" AND source_opens(post, keys, reader, moment)")
STAGES_OPEN_BEFORE = _STAGES.format(more="")


def upgrade() -> None:
    """Bring the tables, the column and the function."""
    op.add_column("post", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    _create_what_is_done()
    _create_derivative()
    _create_asked()
    op.execute(sa.text(SOURCE_OPENS))
    op.execute(sa.text(STAGES_OPEN))


def downgrade() -> None:
    """Take them away; what was held is deleted, because nothing would hold it any longer."""
    op.execute(sa.text(STAGES_OPEN_BEFORE))
    op.execute(sa.text("DROP FUNCTION source_opens(bigint, bigint[], bigint, timestamptz)"))
    for table in ("asked", "derivative", "repost", "post_like"):
        op.drop_table(table)
    op.execute(sa.text("UPDATE post SET deleted_at = held_at WHERE held_at IS NOT NULL AND deleted_at IS NULL"))
    op.drop_column("post", "held_at")


def _create_what_is_done() -> None:
    op.create_table(
        "post_like",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_like_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_post_like_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_post_like"),
    )
    op.create_table(
        "repost",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_repost_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_repost_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_repost"),
        sa.UniqueConstraint("id", name="uq_repost_id"),
    )
    op.create_index("ix_repost_member", "repost", ["member_id", "id"])


def _create_derivative() -> None:
    op.create_table(
        "derivative",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=True),
        sa.Column("end_ms", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("post_id <> parent_id", name="ck_derivative_of_another"),
        sa.CheckConstraint(
            "kind IN ('quote', 'video_reply', 'stitch', 'duet', 'sound')", name="ck_derivative_kind_known"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'active', 'refused', 'detached')", name="ck_derivative_state_known"
        ),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="ck_derivative_decided"),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="ck_derivative_span"),
        sa.CheckConstraint("(start_ms IS NULL) = (end_ms IS NULL)", name="ck_derivative_whole_span"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_derivative_post_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["post.id"], name="fk_derivative_parent_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_derivative"),
    )
    op.create_index("ix_derivative_parent", "derivative", ["parent_id", "post_id"])


def _create_asked() -> None:
    op.create_table(
        "asked",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verb IN ('like', 'repost', 'download')", name="ck_asked_verb_known"),
        sa.CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="ck_asked_state_known"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="ck_asked_decided"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_asked_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_asked_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asked"),
        sa.UniqueConstraint("post_id", "member_id", "verb", name="uq_asked_post_id_member_id_verb"),
    )
    op.create_index(
        "ix_asked_waiting",
        "asked",
        ["post_id", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
