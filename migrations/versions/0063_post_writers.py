"""Who is named beside the author of a post, because they wrote in it."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

NAMED = """
CREATE FUNCTION named_writers(wanted bigint, reader bigint) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT json_agg(json_build_array(handle, display_name) ORDER BY post_writer.number)
FROM post_writer JOIN member ON member.id = post_writer.member_id
WHERE post_writer.post_id = wanted AND member.left_at IS NULL
  AND NOT EXISTS (
    SELECT FROM relation WHERE member_id = reader AND kind = 'block' AND other_id = member.id)
  AND NOT EXISTS (
    SELECT FROM relation WHERE member_id = member.id AND kind = 'block' AND other_id = reader)
$$
"""
"""Handle and name of each whom a post names to a reader, in their order; null where it names nobody."""


def upgrade() -> None:
    """Bring the table, what tells it to a reader, and on posts whether they name anybody so."""
    op.add_column("post", sa.Column("cowritten", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "post_writer",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_writer_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_post_writer_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_post_writer"),
    )
    op.execute(sa.text(NAMED))


def downgrade() -> None:
    """Take them away: posts name their authors alone."""
    op.execute(sa.text("DROP FUNCTION named_writers(bigint, bigint)"))
    op.drop_table("post_writer")
    op.drop_column("post", "cowritten")
