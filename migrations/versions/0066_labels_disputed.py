"""Whoever is labelled may dispute it."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring since when a label is disputed, and the index by which a labeller's are counted."""
    op.add_column("given_label", sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_given_label_disputed",
        "given_label",
        ["labeller_id"],
        postgresql_where=sa.text("disputed_at IS NOT NULL AND until IS NULL"),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_given_label_disputed", "given_label")
    op.drop_column("given_label", "disputed_at")
