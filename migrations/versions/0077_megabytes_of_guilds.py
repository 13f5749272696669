"""Uploads may take megabytes of a guild, beyond what their owners may send themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring what says how many, and from which period."""
    op.create_table(
        "quota_claim",
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("megabytes", sa.Integer(), nullable=False),
        sa.CheckConstraint("megabytes >= 0", name=op.f("ck_quota_claim_megabytes_counted")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_quota_claim_asset_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_quota_claim_guild_id"),
        sa.PrimaryKeyConstraint("asset_id", name="pk_quota_claim"),
    )


def downgrade() -> None:
    """Take it away: what was taken stays taken of its period."""
    op.drop_table("quota_claim")
