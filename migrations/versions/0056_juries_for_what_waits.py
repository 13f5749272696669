"""Juries for changes of profiles and for follows that rules hold back, and for whoever a rule slows."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLE = "moderation_case"
ONE = "ck_moderation_case_one_subject"
REPORTED = "ck_moderation_case_reported"
ACTS = {"profile": "profile_change", "follow": "follow_begun"}
PARTS = ("case_ballot", "case_remark", "case_juror", "report", "jury_pause")


def upgrade() -> None:
    """Let a case be about one of them."""
    op.drop_constraint(op.f(ONE), TABLE, type_="check")
    for name, table in ACTS.items():
        op.add_column(TABLE, sa.Column(f"{name}_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(f"fk_{TABLE}_{name}_id", TABLE, table, [f"{name}_id"], ["id"])
        op.create_index(
            f"uq_{TABLE}_{name}",
            TABLE,
            [f"{name}_id"],
            unique=True,
            postgresql_where=sa.text(f"{name}_id IS NOT NULL AND closed_at IS NULL"),
        )
    _check(ONE, "num_nonnulls(post_id, reply_id, profile_id, follow_id) = 1")
    _check(REPORTED, "kind <> 'report' OR num_nonnulls(profile_id, follow_id) = 0")


def downgrade() -> None:
    """Take them away, with the cases about them: what waits ends by itself."""
    about = f"SELECT id FROM {TABLE} WHERE num_nonnulls(profile_id, follow_id) > 0"
    for part in PARTS:
        op.execute(sa.text(f"DELETE FROM {part} WHERE case_id IN ({about})"))
    op.execute(sa.text(f"DELETE FROM {TABLE} WHERE num_nonnulls(profile_id, follow_id) > 0"))
    op.drop_constraint(op.f(REPORTED), TABLE, type_="check")
    op.drop_constraint(op.f(ONE), TABLE, type_="check")
    for name in ACTS:
        op.drop_index(f"uq_{TABLE}_{name}", TABLE)
        op.drop_column(TABLE, f"{name}_id")
    _check(ONE, "num_nonnulls(post_id, reply_id) = 1")


def _check(name: str, condition: str) -> None:
    op.create_check_constraint(op.f(name), TABLE, condition, postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {name}"))
