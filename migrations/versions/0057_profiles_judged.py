"""Profiles may be reported: which change of one stands, what juries took of it, and cases about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TABLE = "profile_change"
STANDS = "uq_profile_change_stands"
KEPT = "ix_profile_change_kept"
TOOK = "ck_profile_change_took"
CASE = "moderation_case"
REPORTED = "ck_moderation_case_reported"
PARTS = ("case_ballot", "case_remark", "case_juror", "report", "jury_pause")

# Of those that a rule put a label on it is known which stands; of all others it is found out when it matters.
LABELLED = """
UPDATE profile_change SET stands = true
FROM member JOIN decision ON member.flag ->> 'decision' = CAST(decision.id AS text)
WHERE profile_change.id = decision.profile_id AND profile_change.author_id = member.id
"""


def upgrade() -> None:
    """Bring what is said of a change, and let a report be about one."""
    op.add_column(TABLE, sa.Column("stands", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(TABLE, sa.Column("screened", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(TABLE, sa.Column("judged_id", sa.BigInteger(), nullable=True))
    op.add_column(TABLE, sa.Column("took", ARRAY(sa.String()), server_default="{}", nullable=False))
    op.create_foreign_key("fk_profile_change_judged_id", TABLE, TABLE, ["judged_id"], ["id"])
    _check(TABLE, TOOK, "(judged_id IS NULL) = (took = '{}')")
    op.execute(sa.text(LABELLED))
    op.create_index(STANDS, TABLE, ["author_id"], unique=True, postgresql_where=sa.text("stands"))
    op.create_index(KEPT, TABLE, ["id"], postgresql_where=sa.text("about IS NOT NULL AND held_at IS NULL"))
    op.create_index(
        "ix_profile_change_judged", TABLE, ["judged_id"], postgresql_where=sa.text("judged_id IS NOT NULL")
    )
    op.drop_constraint(op.f(REPORTED), CASE, type_="check")
    _check(CASE, REPORTED, "kind <> 'report' OR follow_id IS NULL")


def downgrade() -> None:
    """Take it away, with the cases of reported profiles; what was removed of one stays removed."""
    about = f"SELECT id FROM {CASE} WHERE profile_id IS NOT NULL AND kind <> 'hold'"
    for part in PARTS:
        op.execute(sa.text(f"DELETE FROM {part} WHERE case_id IN ({about})"))
    op.execute(sa.text(f"DELETE FROM {CASE} WHERE profile_id IS NOT NULL AND kind <> 'hold'"))
    op.drop_constraint(op.f(REPORTED), CASE, type_="check")
    _check(CASE, REPORTED, "kind <> 'report' OR num_nonnulls(profile_id, follow_id) = 0")
    op.execute(sa.text("UPDATE profile_change SET display_name = NULL, about = NULL WHERE held_at IS NULL"))
    for index in ("ix_profile_change_judged", KEPT, STANDS):
        op.drop_index(index, TABLE)
    op.drop_constraint(op.f(TOOK), TABLE, type_="check")
    for column in ("took", "judged_id", "screened", "stands"):
        op.drop_column(TABLE, column)


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(name), table, condition, postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))
