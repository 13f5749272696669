"""Posts that are written now and published later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

CHECKS = {
    "state_known": "state IN ('waiting', 'published', 'refused')",
    "published": "(state = 'published') = (post_id IS NOT NULL)",
    "kept_until_published": "(state = 'published') = (draft IS NULL)",
    "refused": "(state = 'refused') = (refusal IS NOT NULL)",
    "settled": "(state = 'waiting') = (settled_at IS NULL)",
}


def upgrade() -> None:
    """Bring the table."""
    op.create_table(
        "scheduled_post",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("draft", JSONB(), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("refusal", JSONB(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(said, name=op.f(f"ck_scheduled_post_{name}")) for name, said in CHECKS.items()),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_scheduled_post_author_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_scheduled_post_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled_post"),
        sa.UniqueConstraint("post_id", name="uq_scheduled_post_post_id"),
    )
    op.create_index("ix_scheduled_post_author", "scheduled_post", ["author_id", "publish_at"])
    op.create_index(
        "ix_scheduled_post_due",
        "scheduled_post",
        ["publish_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    """Take it away: nothing that waits is published."""
    op.drop_table("scheduled_post")
