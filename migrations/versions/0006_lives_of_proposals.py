"""What the whole life of a proposal leaves behind."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""


def downgrade() -> None:
    """Take them back."""
