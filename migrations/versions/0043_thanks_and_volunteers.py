"""Thanks to authors, and members who offer to greet newcomers or to calm threads."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "thanks",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_thanks_post_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_thanks_member_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_thanks"),
    )
    op.create_index("ix_thanks_member", "thanks", ["member_id"])
    op.create_table(
        "volunteer",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('greet', 'calm')", name="ck_volunteer_role_known"),
        sa.CheckConstraint(
            "scope = 'coop' OR role = 'calm' AND scope LIKE 'guild:%'", name="ck_volunteer_scope_known"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_volunteer_member_id"),
        sa.PrimaryKeyConstraint("member_id", "role", "scope", name="pk_volunteer"),
    )
    op.create_index("ix_volunteer_role", "volunteer", ["role", "scope"])
    op.create_index("ix_member_joined", "member", ["joined_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_member_joined", "member")
    op.drop_table("volunteer")
    op.drop_table("thanks")
