"""Editions of labellers whose labels ask the rules again, and how far that is done."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table."""
    op.create_table(
        "edition_asked",
        sa.Column("labeller_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("labeller_id", "number", name="pk_edition_asked"),
        sa.ForeignKeyConstraint(
            ["labeller_id", "number"],
            ["labeller_edition.labeller_id", "labeller_edition.number"],
            name="fk_edition_asked_labeller_id",
        ),
        sa.CheckConstraint("changed >= 0", name=op.f("ck_edition_asked_counted")),
    )
    op.create_index(
        "ix_edition_asked_due",
        "edition_asked",
        ["due_at", "labeller_id", "number"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("edition_asked")
