"""Posts that go beyond the ceiling of seats, because whoever made them held wide reach."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the column."""
    op.add_column("post", sa.Column("wide", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take it away: the ceiling holds for every post."""
    op.drop_column("post", "wide")
