"""What is taken of a guild's budget may be given back, down to nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

WITHIN = "ck_feature_budget_within_the_budget"


def upgrade() -> None:
    """Let a row say that nothing is taken."""
    op.drop_constraint(WITHIN, "feature_budget", type_="check")
    op.create_check_constraint(WITHIN, "feature_budget", "taken >= 0 AND taken <= most")


def downgrade() -> None:
    """Take such rows away: nothing has no row."""
    op.execute(sa.text("DELETE FROM feature_budget WHERE taken = 0"))
    op.drop_constraint(WITHIN, "feature_budget", type_="check")
    op.create_check_constraint(WITHIN, "feature_budget", "taken > 0 AND taken <= most")
