"""Appending to the ledger in one statement."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""


def downgrade() -> None:
    """Take them back."""
