"""What the whole life of a proposal leaves behind: methods, objections, petitions, terms and undoing."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ENDS = "'withdrawn', 'lapsed', 'rejected', 'conflicted', 'cancelled', 'enactment_failed'"
CHOICES = "'for', 'against', 'abstain', 'block'"

CHECKS = {
    "pace_known": "pace IN ('ordinary', 'expedited', 'emergency', 'veto')",
    "entry_known": "entry IN ('deliberation', 'verification', 'voting')",
    "method_known": "method IN ('consent', 'majority', 'schulze', 'median', 'approval', 'stv')",
    "undone_known": "undone_as IN ('sunset', 'reverted', 'repealed', 'superseded')",
    "undone_dated": "(undone_as IS NULL) = (undone_at IS NULL)",
    "undone_once_done": "undone_at IS NULL OR enacted_at IS NOT NULL",
    "rehearsal_dated": "(rehearsed_at IS NULL) = (rehearsal_sha256 IS NULL)",
    "target_named": "kind NOT IN ('veto', 'renewal') OR target_id IS NOT NULL",
    "terms_positive": "sunset_after > 0 AND review_after > 0",
}


def upgrade() -> None:
    """Bring the columns and tables."""
    for column in _columns():
        op.add_column("proposal", column)
        if not column.nullable:
            op.alter_column("proposal", column.name, server_default=None)
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_proposal_{name}"), "proposal", condition)
    _recheck("proposal", "end_known", f"ended_as IN ({ENDS}, 'vetoed', 'superseded')")
    _recheck(
        "proposal",
        "enacted_as_version",
        "CASE WHEN kind IN ('election', 'question', 'veto', 'renewal') THEN version_id IS NULL"
        " ELSE (enacted_at IS NULL) = (version_id IS NULL) END",
    )
    for name in ("origin_id", "target_id", "joint_id"):
        op.create_foreign_key(f"fk_proposal_{name}", "proposal", "proposal", [name], ["id"])
    for name in ("joint", "origin"):
        where = sa.text(f"{name}_id IS NOT NULL")
        op.create_index(f"ix_proposal_{name}", "proposal", [f"{name}_id"], postgresql_where=where)
    undecided = sa.text("enacted_at IS NOT NULL AND undone_at IS NULL")
    op.create_index("ix_proposal_watched", "proposal", ["id"], postgresql_where=undecided)
    vetoes = sa.text("kind = 'veto'")
    op.create_index("uq_proposal_veto", "proposal", ["target_id"], unique=True, postgresql_where=vetoes)

    op.add_column("ballot", sa.Column("marks", sa.LargeBinary(), nullable=True))
    op.add_column("ballot", sa.Column("value", sa.Numeric(), nullable=True))
    op.add_column("ballot", sa.Column("rehearsal_sha256", sa.String(), nullable=True))
    _recheck("ballot", "choice_known", f"choice IN ({CHOICES}, 'ranked', 'approved', 'named')")
    op.create_check_constraint(
        op.f("ck_ballot_marked"), "ballot", "(choice IN ('ranked', 'approved')) = (marks IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_ballot_valued"), "ballot", "(choice = 'named') = (value IS NOT NULL)")

    guilds: sa.Column[list[int]] = sa.Column(
        "guild_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False, server_default="{}"
    )
    op.add_column("roll_entry", guilds)
    op.alter_column("roll_entry", "guild_ids", server_default=None)
    op.add_column("roll_entry", sa.Column("voted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("roll_entry", "voted", server_default=None)

    cause = sa.Column("cause", sa.String(), nullable=False, server_default="founding")
    op.add_column("policy_version", cause)
    op.alter_column("policy_version", "cause", server_default=None)
    op.execute("ALTER TABLE policy_version DISABLE TRIGGER USER")
    op.execute("UPDATE policy_version SET cause = 'enactment' WHERE proposal_id IS NOT NULL")
    op.execute("ALTER TABLE policy_version ENABLE TRIGGER USER")
    op.create_check_constraint(
        op.f("ck_policy_version_cause_known"),
        "policy_version",
        "cause IN ('founding', 'enactment', 'sunset', 'tripwire', 'emergency')",
    )
    op.create_check_constraint(
        op.f("ck_policy_version_cause_voted"),
        "policy_version",
        "cause = 'founding' OR proposal_id IS NOT NULL",
    )

    op.create_table(
        "objection",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0 AND length(clause) > 0", name="ck_objection_reasoned"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_objection_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_objection_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_objection"),
    )
    op.create_table(
        "petition",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_petition_guild_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_petition_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_petition_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_petition"),
    )
    op.create_index("ix_petition_guild", "petition", ["proposal_id", "guild_id"], unique=False)
    op.create_table(
        "tripwire_reading",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_tripwire_reading_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "position", name="pk_tripwire_reading"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("tripwire_reading", "petition", "objection"):
        op.drop_table(table)
    op.drop_column("policy_version", "cause")
    op.drop_column("roll_entry", "voted")
    op.drop_column("roll_entry", "guild_ids")
    _recheck("ballot", "choice_known", f"choice IN ({CHOICES})", back=True)
    for name in ("rehearsal_sha256", "value", "marks"):
        op.drop_column("ballot", name)
    op.drop_index("uq_proposal_veto", table_name="proposal")
    op.drop_index("ix_proposal_watched", table_name="proposal")
    _recheck("proposal", "enacted_as_version", "(enacted_at IS NULL) = (version_id IS NULL)", back=True)
    _recheck("proposal", "end_known", f"ended_as IN ({ENDS})", back=True)
    for column in reversed(_columns()):
        op.drop_column("proposal", column.name)


def _columns() -> tuple[sa.Column[Any], ...]:
    """Return the new columns of a proposal; defaults fill what stands already and are dropped."""
    return (
        sa.Column("method", sa.String(), nullable=False, server_default="majority"),
        sa.Column("pace", sa.String(), nullable=False, server_default="ordinary"),
        sa.Column("entry", sa.String(), nullable=False, server_default="deliberation"),
        sa.Column("tripwires", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.Column("rehearsal_needed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("options", postgresql.JSONB(), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("joint_id", sa.BigInteger(), nullable=True),
        sa.Column("review_after", sa.Integer(), nullable=True),
        sa.Column("sunset_after", sa.Integer(), nullable=True),
        sa.Column("rehearsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearsal_sha256", sa.String(), nullable=True),
        sa.Column("floor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("veto_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review", postgresql.JSONB(), nullable=True),
        sa.Column("undone_as", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
    )


def _recheck(table: str, name: str, condition: str, *, back: bool = False) -> None:
    """Replace a check. The tables' first migration named it with its prefix twice; now it has it once."""
    old, new = f"ck_{table}_ck_{table}_{name}", f"ck_{table}_{name}"
    if back:
        old, new = new, old
    op.drop_constraint(op.f(old), table)
    op.create_check_constraint(op.f(new), table, condition)
