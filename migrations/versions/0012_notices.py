"""Notices to members, and webhooks."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""


def downgrade() -> None:
    """Take them back."""
