"""Points that reports add to the heat of a thread, in its record."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

COUNTED = "ck_heating_points_counted"
BEFORE = "strangers >= 0 AND turns >= 0 AND held >= 0"


def upgrade() -> None:
    """Bring the column; what is on record was heated by no report."""
    op.add_column("heating", sa.Column("reports", sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint(COUNTED, "heating", type_="check")
    op.create_check_constraint(COUNTED, "heating", f"{BEFORE} AND reports >= 0")


def downgrade() -> None:
    """Take it away."""
    op.drop_constraint(COUNTED, "heating", type_="check")
    op.create_check_constraint(COUNTED, "heating", BEFORE)
    op.drop_column("heating", "reports")
