"""What slows a member in doing one kind of thing is kept in a row that they hold while they do it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table."""
    op.create_table(
        "pace",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("waits", JSONB(), nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("member_id", "target", name="pk_pace"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_pace_member_id"),
        sa.CheckConstraint("target IN ('post', 'reply', 'follow')", name=op.f("ck_pace_target_known")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("pace")
