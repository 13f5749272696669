"""Waiting for a seat: who waits at which post, in order."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table and the counter."""
    op.create_table(
        "waiting",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["gate.post_id"], name="fk_waiting_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_waiting_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_waiting"),
        sa.UniqueConstraint("post_id", "number", name="uq_waiting_post_id_number"),
    )
    op.create_index("ix_waiting_member", "waiting", ["member_id"])
    op.add_column("gate", sa.Column("waiting", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint("ck_gate_waiting_counted", "gate", "waiting >= 0")
    op.create_index("ix_gate_awaited", "gate", ["post_id"], postgresql_where=sa.text("waiting > 0"))


def downgrade() -> None:
    """Take them away; nobody waits any longer."""
    op.drop_column("gate", "waiting")
    op.drop_table("waiting")
