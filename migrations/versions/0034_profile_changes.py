"""Changes of profiles are on record, and may wait; rules may say something of a profile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table and the column."""
    op.create_table(
        "profile_change",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.String()),
        sa.Column("about", sa.String()),
        sa.Column("flag", JSONB()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_profile_change"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_profile_change_author_id"),
        sa.CheckConstraint(
            "num_nonnulls(display_name, about) IN (0, 2)", name=op.f("ck_profile_change_whole")
        ),
        sa.CheckConstraint(
            "held_at IS NULL OR about IS NOT NULL", name=op.f("ck_profile_change_held_is_kept")
        ),
    )
    op.create_index("ix_profile_change_author", "profile_change", ["author_id", "id"])
    op.create_index(
        "uq_profile_change_held",
        "profile_change",
        ["author_id"],
        unique=True,
        postgresql_where=sa.text("held_at IS NOT NULL"),
    )
    op.add_column("member", sa.Column("flag", JSONB()))


def downgrade() -> None:
    """Take them away; what waits is dropped, and what others see stays."""
    op.drop_column("member", "flag")
    op.drop_table("profile_change")
