"""What rules do with posts and replies is kept, with all that it rests on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

FORMERLY = "ck_reply_ck_reply_state_known"
"""How the check was named by mistake."""
IN_FORCE = "ended_at IS NULL AND NOT dry_run"


def upgrade() -> None:
    """Bring decisions, posts that no feed offers, and replies that are held."""
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger),
        sa.Column("reply_id", sa.BigInteger),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("labels", ARRAY(sa.String), nullable=False, server_default="{}"),
        sa.Column("override", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("causes", JSONB, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True)),
        sa.Column("resumes", sa.String),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_why", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_decision_post_id"),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_decision_reply_id"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_decision_author_id"),
        sa.CheckConstraint("num_nonnulls(post_id, reply_id) = 1", name="ck_decision_one_subject"),
        sa.CheckConstraint(
            "action IN ('label', 'collapse', 'unfeed', 'hold')", name="ck_decision_action_known"
        ),
        sa.CheckConstraint(
            "(action = 'hold') = (holds_until IS NOT NULL) OR dry_run", name="ck_decision_holds_for_a_time"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ck_decision_ended"),
        sa.CheckConstraint("jsonb_array_length(causes) > 0", name="ck_decision_caused"),
    )
    for kind in ("post", "reply"):
        op.create_index(
            f"uq_decision_{kind}",
            "decision",
            [f"{kind}_id"],
            unique=True,
            postgresql_where=sa.text(f"{kind}_id IS NOT NULL AND {IN_FORCE}"),
        )
    op.create_index("ix_decision_author", "decision", ["author_id", "id"])
    op.create_index("ix_decision_held", "decision", ["holds_until"], postgresql_where=sa.text(IN_FORCE))
    for kind in ("post", "reply"):
        op.add_column(kind, sa.Column("flag", JSONB))
    op.add_column("post", sa.Column("unfed", sa.Boolean, nullable=False, server_default=sa.false()))
    _states("'waiting', 'shown', 'refused', 'held'", FORMERLY, "ck_reply_state_known")


def downgrade() -> None:
    """Take them away; what was held is shown to its author alone, as what was refused is."""
    op.execute(
        sa.text("UPDATE reply SET state = 'refused', decided_at = coalesce(decided_at, created_at)"
                " WHERE state = 'held'")
    )  # fmt: skip
    _states("'waiting', 'shown', 'refused'", "ck_reply_state_known", FORMERLY)
    op.drop_column("post", "unfed")
    for kind in ("post", "reply"):
        op.drop_column(kind, "flag")
    op.drop_table("decision")


def _states(known: str, old: str, new: str) -> None:
    op.drop_constraint(op.f(old), "reply", type_="check")
    op.create_check_constraint(op.f(new), "reply", f"state IN ({known})", postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE reply VALIDATE CONSTRAINT {new}"))
