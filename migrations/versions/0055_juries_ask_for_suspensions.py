"""Juries may ask all of us to suspend somebody, each case once."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLES = ("moderation_case", "case_ballot")
BEFORE = "'nothing', 'warn', 'pause'"


def upgrade() -> None:
    """Bring the measure, and what it leads to."""
    _measures(f"{BEFORE}, 'suspend'")
    op.add_column("moderation_case", sa.Column("asked_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_moderation_case_asked_id", "moderation_case", "suspension_asked", ["asked_id"], ["id"]
    )
    op.create_unique_constraint("uq_moderation_case_asked_id", "moderation_case", ["asked_id"])
    op.create_check_constraint(
        op.f("ck_moderation_case_asks"), "moderation_case", "asked_id IS NULL OR measure = 'suspend'"
    )
    op.create_index(
        "ix_moderation_case_made",
        "moderation_case",
        ["made_id"],
        postgresql_where=sa.text("made_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it away; a jury that asked for it is kept as one that warned."""
    op.drop_index("ix_moderation_case_made", "moderation_case")
    op.drop_constraint(op.f("ck_moderation_case_asks"), "moderation_case", type_="check")
    op.drop_column("moderation_case", "asked_id")
    for table in TABLES:
        op.execute(sa.text(f"UPDATE {table} SET measure = 'warn' WHERE measure = 'suspend'"))
    _measures(BEFORE)


def _measures(known: str) -> None:
    for table in TABLES:
        name = f"ck_{table}_measure_known"
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, f"measure IN ({known})", postgresql_not_valid=True)
        op.execute(sa.text(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))
