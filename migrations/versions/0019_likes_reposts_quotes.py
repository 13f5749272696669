"""Likes, reposts and what is made from a post, each its own thing, and what waits for an author's yes."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Law 8, for what is made from a post: it opens to nobody to whom its source does not, all layers of both
# counted. "reader" is null for a visitor. What was detached asks its source no more than was there when it
# was: "known" is that moment, null for what shows its source still.
SOURCE_OPENS = """
CREATE FUNCTION source_opens(
    derived bigint, keys bigint[], reader bigint, moment timestamptz, known timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    source record;
BEGIN
    SELECT post.*,
        coalesce(least(known, CASE WHEN state = 'detached' THEN decided_at END), 'infinity') AS until
    INTO source FROM derivative JOIN post ON post.id = parent_id WHERE derivative.post_id = derived;
    IF NOT FOUND OR source.author_id = reader THEN
        RETURN true;
    END IF;
    RETURN lock_opens(source.lock_any, source.lock_all, source.lock_none, source.lock_groups,
                      source.lock_follow, keys, reader, source.author_id, moment)
       AND (source.layers = 0 OR (
           NOT EXISTS (
               SELECT FROM post_stage AS stage
               WHERE post_id = source.id AND part = 'read' AND added_at <= source.until
                 AND stage_has_come(at, seats_pct, reached_at, moment) AND stage.lock_any IS NOT NULL
                 AND lock_opens(stage.lock_any, stage.lock_all, stage.lock_none, stage.lock_groups,
                                stage.lock_follow, keys, reader, source.author_id, moment) IS NOT TRUE)
           AND source_opens(source.id, keys, reader, moment, source.until)));
END $$
"""

# Whoever asks for the layers of a post asks for those of its source with them.
STAGES_OPEN = """
ALTER FUNCTION stages_open(bigint, text, bigint[], bigint, bigint, timestamptz) RENAME TO own_stages_open;
CREATE FUNCTION stages_open(
    post bigint, which text, keys bigint[], reader bigint, author bigint, moment timestamptz)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT own_stages_open(post, which, keys, reader, author, moment)
   AND source_opens(post, keys, reader, moment, NULL)
$$
"""
STAGES_OPEN_BEFORE = """
DROP FUNCTION stages_open(bigint, text, bigint[], bigint, bigint, timestamptz);
ALTER FUNCTION own_stages_open(bigint, text, bigint[], bigint, bigint, timestamptz) RENAME TO stages_open;
DROP FUNCTION source_opens(bigint, bigint[], bigint, timestamptz, timestamptz)
"""


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
    for table in ("asked", "derivative", "repost", "post_like"):
        op.drop_table(table)
    op.execute(
        sa.text("UPDATE post SET deleted_at = held_at WHERE held_at IS NOT NULL AND deleted_at IS NULL")
    )
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
