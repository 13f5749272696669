"""Rules decide on changes of profiles and on follows too, and may slow whoever they hold for."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SUBJECTS = {"profile": "profile_change", "follow": "follow_begun"}
OTHERS = "'label', 'collapse', 'unfeed', 'hold'"
IN_FORCE = "ended_at IS NULL AND NOT dry_run"
FORMERLY = "ck_decision_ck_decision_"
"""How names of checks began by mistake."""
NOW = "ck_decision_"


def upgrade() -> None:
    """Let a decision name them."""
    for kind, table in SUBJECTS.items():
        column = f"{kind}_id"
        op.add_column("decision", sa.Column(column, sa.BigInteger()))
        op.create_foreign_key(
            f"fk_decision_{column}", "decision", table, [column], ["id"], postgresql_not_valid=True
        )
        op.execute(sa.text(f"ALTER TABLE decision VALIDATE CONSTRAINT fk_decision_{column}"))
        op.create_index(
            f"uq_decision_{kind}",
            "decision",
            [column],
            unique=True,
            postgresql_where=sa.text(f"{column} IS NOT NULL AND {IN_FORCE}"),
        )
    _check("one_subject", "num_nonnulls(post_id, reply_id, profile_id, follow_id) = 1", FORMERLY, NOW)
    _check("action_known", f"action IN ('slow', {OTHERS})", FORMERLY, NOW)


def downgrade() -> None:
    """Drop what was decided on them, and let decisions name posts and replies alone."""
    op.execute(
        sa.text("DELETE FROM decision WHERE action = 'slow' OR num_nonnulls(profile_id, follow_id) > 0")
    )
    _check("one_subject", "num_nonnulls(post_id, reply_id) = 1", NOW, FORMERLY)
    _check("action_known", f"action IN ({OTHERS})", NOW, FORMERLY)
    for kind in SUBJECTS:
        op.drop_column("decision", f"{kind}_id")


def _check(name: str, condition: str, old: str, new: str) -> None:
    op.drop_constraint(op.f(f"{old}{name}"), "decision", type_="check")
    op.create_check_constraint(op.f(f"{new}{name}"), "decision", condition, postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE decision VALIDATE CONSTRAINT {new}{name}"))
