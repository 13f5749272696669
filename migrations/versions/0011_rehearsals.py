"""Rehearsals of patches."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""


def downgrade() -> None:
    """Take them back."""
