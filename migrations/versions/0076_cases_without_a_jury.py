"""A case for which no jury could be drawn is drawn for again from a moment on."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

NAME = "ck_moderation_case_called_before"


def upgrade() -> None:
    """Bring the moment: those that wait by now are drawn for at once."""
    op.add_column("moderation_case", sa.Column("again_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_check_constraint(op.f(NAME), "moderation_case", "again_at IS NULL OR called_at IS NOT NULL")


def downgrade() -> None:
    """Take it away: each is drawn for at every run."""
    op.drop_constraint(op.f(NAME), "moderation_case", type_="check")
    op.drop_column("moderation_case", "again_at")
