"""What feeds know: how far posts were watched, what helped, what to show less of, and what follows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Posts that were there before are given the length that the founding clauses would have given them.
LENGTHS = """
UPDATE post SET length_ms = char_length(body) * 60000 / 900 + CASE WHEN asset_id IS NULL THEN 0 ELSE 5000 END
"""

# What is known of a reader, as one value: their vectors, their place, and by author and by tag how much less
# of each they asked for. A function, so that a page asks once and its statement takes no longer to plan. A
# tag is the feature "id << 4 | 1". An asking is worth 1, half as much after each half-life; one that is about
# a post is worth a share of that, for its author and for each of its tags.
READER_TASTE = """
CREATE FUNCTION reader_taste(
    reader bigint, moment timestamptz, half_life double precision, post_share double precision)
RETURNS json LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        WITH asked AS (
            SELECT kind, other_id, power(2, -extract(epoch FROM moment - at) / half_life) AS weight
            FROM hide WHERE member_id = reader
        ), of_posts AS (
            SELECT author_id, features, weight * post_share AS weight
            FROM asked JOIN post ON post.id = other_id WHERE kind = 'post'
        ), authors AS (
            SELECT id, sum(weight) AS weight FROM (
                SELECT other_id AS id, weight FROM asked WHERE kind = 'author'
                UNION ALL SELECT author_id, weight FROM of_posts) AS said
            GROUP BY id
        ), tags AS (
            SELECT id, sum(weight) AS weight FROM (
                SELECT other_id << 4 | 1 AS id, weight FROM asked WHERE kind = 'tag'
                UNION ALL SELECT feature, weight FROM of_posts, unnest(features) AS feature
                WHERE feature & 15 = 1) AS said
            GROUP BY id
        )
        SELECT json_build_array(taste.reposted, taste.seen, place.path,
            (SELECT json_object_agg(id, weight) FROM authors), (SELECT json_object_agg(id, weight) FROM tags))
        FROM member
        LEFT JOIN taste ON taste.member_id = member.id
        LEFT JOIN place ON place.id = member.place_id
        WHERE member.id = reader);
END $$
"""


def upgrade() -> None:
    """Bring the columns, the tables and the function."""
    op.add_column("post", sa.Column("length_ms", sa.Integer(), server_default="0", nullable=False))
    op.execute(sa.text(LENGTHS))
    op.create_check_constraint("ck_post_length_counted", "post", "length_ms >= 0")
    op.add_column("seat", sa.Column("watched_ms", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint("ck_seat_watched_counted", "seat", "watched_ms >= 0")
    op.add_column("author_signals", sa.Column("bridge", sa.Integer(), server_default="0", nullable=False))
    _create_what_members_say()
    _create_what_is_computed()
    op.execute(sa.text(READER_TASTE))


def downgrade() -> None:
    """Take them away."""
    op.execute(sa.text("DROP FUNCTION reader_taste(bigint, timestamptz, double precision, double precision)"))
    for table in ("signal_run", "taste", "post_signals", "hide", "helped"):
        op.drop_table(table)
    op.drop_column("author_signals", "bridge")
    op.drop_column("seat", "watched_ms")
    op.drop_column("post", "length_ms")


def _create_what_members_say() -> None:
    op.create_table(
        "helped",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_helped_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_helped_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_helped"),
    )
    op.create_table(
        "hide",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('author', 'tag', 'post')", name="ck_hide_kind_known"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_hide_member_id"),
        sa.PrimaryKeyConstraint("member_id", "kind", "other_id", name="pk_hide"),
    )


def _create_what_is_computed() -> None:
    op.create_table(
        "post_signals",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("finish", sa.Integer(), nullable=False),
        sa.Column("bridge", sa.Integer(), nullable=False),
        sa.Column("heat", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_signals_post_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_signals"),
    )
    op.create_table(
        "taste",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("reposted", JSONB(), nullable=False),
        sa.Column("seen", JSONB(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_taste_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_taste"),
    )
    op.create_table(
        "signal_run",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_signal_run"),
    )
