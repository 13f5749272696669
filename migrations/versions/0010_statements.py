"""Statements and the opinion map."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""


def downgrade() -> None:
    """Take them back."""
