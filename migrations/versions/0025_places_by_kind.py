"""What is known of a reader tells the places that they are in by kind: some cities lie in no region."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# As before, but for the third element: kind → id of the reader's place and of each that it lies in.
READER_TASTE = """
CREATE OR REPLACE FUNCTION reader_taste(
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
        SELECT json_build_array(taste.reposted, taste.seen,
            (SELECT json_object_agg(step.kind, step.id) FROM place AS step WHERE step.id = ANY(place.path)),
            (SELECT json_object_agg(id, weight) FROM authors), (SELECT json_object_agg(id, weight) FROM tags))
        FROM member
        LEFT JOIN taste ON taste.member_id = member.id
        LEFT JOIN place ON place.id = member.place_id
        WHERE member.id = reader);
END $$
"""

READER_TASTE_BEFORE = """
CREATE OR REPLACE FUNCTION reader_taste(
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
    """Bring the function that names kinds."""
    op.execute(sa.text(READER_TASTE))


def downgrade() -> None:
    """Bring the function back that goes by the order of the places."""
    op.execute(sa.text(READER_TASTE_BEFORE))
