"""Decisions are found by when they were made: the record of a month, and of how rules did of late."""

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the index."""
    op.create_index("ix_decision_made", "decision", ["made_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_decision_made", "decision")
