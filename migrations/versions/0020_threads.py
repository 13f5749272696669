"""Threads: answers to answers, at moments of a post, with pictures, and waiting for a yes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DECIDED = """
CASE state WHEN 'waiting' THEN decided_at IS NULL WHEN 'refused' THEN decided_at IS NOT NULL ELSE true END
"""

CHECKS = {
    "ck_reply_state_known": "state IN ('waiting', 'shown', 'refused')",
    "ck_reply_decided": DECIDED,
    "ck_reply_says_something": "body <> '' OR asset_id IS NOT NULL",
    "ck_reply_moment_counted": "at_ms >= 0",
    "ck_reply_pause_somewhere": "at_ms IS NOT NULL OR NOT pause",
    "ck_reply_depth_bounded": "cardinality(above) <= 32",
}


def upgrade() -> None:
    """Bring the columns and what keeps them true; replies that were there before stand at the top."""
    for column in _columns():
        op.add_column("reply", column)
    for name, condition in CHECKS.items():
        op.create_check_constraint(name, "reply", condition)
    op.create_foreign_key("fk_reply_asset_id", "reply", "asset", ["asset_id"], ["id"])
    op.drop_index("ix_reply_post", "reply")
    op.create_unique_constraint("uq_reply_post_id_id", "reply", ["post_id", "id"])
    # An answer stands under one to the same post.
    op.create_foreign_key(
        "fk_reply_post_id_parent_id", "reply", "reply", ["post_id", "parent_id"], ["post_id", "id"]
    )
    op.create_index("ix_reply_root", "reply", ["root_id"])
    op.create_index(
        "ix_reply_asset", "reply", ["asset_id"], unique=True, postgresql_where=sa.text("asset_id IS NOT NULL")
    )


def downgrade() -> None:
    """Take them away; what was not shown to all is gone, so that nobody is shown it."""
    op.drop_constraint("fk_reply_post_id_parent_id", "reply")
    op.execute(sa.text("DELETE FROM reply WHERE state <> 'shown' OR body = ''"))
    op.drop_constraint("uq_reply_post_id_id", "reply")
    op.create_index("ix_reply_post", "reply", ["post_id", "id"])
    for column in reversed(_columns()):
        op.drop_column("reply", column.name)


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("above", ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        _drawn("parent_id", sa.BigInteger(), "above[cardinality(above)]", nullable=True),
        _drawn("root_id", sa.BigInteger(), "coalesce(above[1], id)"),
        _drawn("depth", sa.SmallInteger(), "cardinality(above)"),
        sa.Column("at_ms", sa.Integer(), nullable=True),
        sa.Column("pause", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="shown", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
    )


def _drawn(
    name: str, kind: sa.types.TypeEngine[int], source: str, *, nullable: bool = False
) -> sa.Column[object]:
    """Return a column that follows from ``above``."""
    return sa.Column(name, kind, sa.Computed(source, persisted=True), nullable=nullable)
