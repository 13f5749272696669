"""The snapshot of metrics: what the nightly run counted of each member and each guild."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table."""
    op.create_table(
        "metric_snapshot",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("holder IN ('member', 'guild')", name="ck_metric_snapshot_holder_known"),
        sa.CheckConstraint("value > 0", name="ck_metric_snapshot_something_counted"),
        sa.PrimaryKeyConstraint("holder", "holder_id", "metric", name="pk_metric_snapshot"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("metric_snapshot")
