"""Features: who holds which, and what guilds have used up of their budgets."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables, and the version of who holds what."""
    op.create_table(
        "feature_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_version", sa.Integer(), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_version", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint("holder IN ('member', 'guild')", name="ck_feature_grant_holder_known"),
        sa.CheckConstraint("lost_at >= granted_at", name="ck_feature_grant_lost_later"),
        sa.CheckConstraint("(lost_at IS NULL) = (cause IS NULL)", name="ck_feature_grant_lost_for_a_cause"),
        sa.CheckConstraint(
            "(lost_at IS NULL) = (lost_version IS NULL)", name="ck_feature_grant_lost_by_a_version"
        ),
        sa.CheckConstraint(
            "cause IN ('limit', 'grace', 'expired', 'clause', 'gone')", name="ck_feature_grant_cause_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feature_grant"),
    )
    op.create_index(
        "ix_feature_grant_held",
        "feature_grant",
        ["feature", "holder", "holder_id"],
        unique=True,
        postgresql_where=sa.text("lost_at IS NULL"),
    )
    op.create_index("ix_feature_grant_holder", "feature_grant", ["holder", "holder_id"])
    op.create_table(
        "feature_budget",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("taken > 0 AND taken <= most", name="ck_feature_budget_within_the_budget"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_feature_budget_guild_id"),
        sa.PrimaryKeyConstraint("guild_id", "feature", "since", name="pk_feature_budget"),
    )
    op.add_column("policy_epoch", sa.Column("holdings", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take them away: nobody holds a feature."""
    op.drop_column("policy_epoch", "holdings")
    op.drop_table("feature_budget")
    op.drop_table("feature_grant")
