"""Signed checkpoints over the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_node", "checkpoint")

APPEND_ONLY_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 62", name="ck_ledger_node_level_range"),
        sa.CheckConstraint("index >= 0", name="ck_ledger_node_index_range"),
        sa.CheckConstraint("octet_length(hash) = 32", name="ck_ledger_node_hash_length"),
        sa.PrimaryKeyConstraint("level", "index", name="pk_ledger_node"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(root) = 32", name="ck_checkpoint_root_length"),
        sa.ForeignKeyConstraint(["size"], ["ledger_event.seq"], name="fk_checkpoint_size"),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    for table in APPEND_ONLY:
        op.execute(sa.text(APPEND_ONLY_TRIGGER.format(table=table)))


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("checkpoint")
    op.drop_table("ledger_node")
