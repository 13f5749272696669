"""Seats by time, for measures of the last days: a few kilobytes, for seats lie in the order of time."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the index."""
    op.create_index("ix_seat_at", "seat", ["at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_seat_at", table_name="seat", postgresql_using="brin")
