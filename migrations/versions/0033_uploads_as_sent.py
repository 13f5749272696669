"""Of an upload is kept what kind of file was sent, and how large it was."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring both; of uploads from before they are not known."""
    op.add_column("asset", sa.Column("type", sa.String()))
    op.add_column("asset", sa.Column("bytes", sa.Integer()))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("asset", "bytes")
    op.drop_column("asset", "type")
