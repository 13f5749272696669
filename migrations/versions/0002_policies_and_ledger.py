"""Policy versions, the epoch and the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("policy_version", "ledger_event")

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

APPEND_ONLY_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "ledger_event",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_event"),
        sa.UniqueConstraint("hash", name="uq_ledger_event_hash"),
        sa.UniqueConstraint("prev", name="uq_ledger_event_prev"),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_ledger_head_single"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
    )
    op.create_table(
        "policy_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_policy_epoch_single"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_epoch"),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("blame", postgresql.JSONB(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=True),
        sa.Column("tally", postgresql.JSONB(), nullable=True),
        sa.Column("enacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_version"),
        sa.UniqueConstraint("epoch", name="uq_policy_version_epoch"),
        sa.UniqueConstraint("scope", "kind", "number", name="uq_policy_version_scope_kind_number"),
    )

    op.execute(sa.text("INSERT INTO policy_epoch (id, epoch) VALUES (1, 0)"))
    op.execute(sa.text(f"INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')"))
    op.execute(sa.text(REFUSE_CHANGE))
    for table in APPEND_ONLY:
        op.execute(sa.text(APPEND_ONLY_TRIGGER.format(table=table)))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("policy_version")
    op.drop_table("policy_epoch")
    op.drop_table("ledger_head")
    op.drop_table("ledger_event")
    op.execute(sa.text("DROP FUNCTION refuse_change()"))
