"""Replies that wait for an author's yes are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the index of those that wait."""
    op.create_index(
        "ix_reply_waiting", "reply", ["post_id", "id"], postgresql_where=sa.text("state = 'waiting'")
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_reply_waiting", "reply")
