"""Uploaded assets and their renditions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "asset",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("upload_key", sa.String(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbhash", sa.String(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'ready' OR (width > 0 AND height > 0)", name="ck_asset_ready_measured"),
        sa.CheckConstraint("state <> 'refused' OR refusal IS NOT NULL", name="ck_asset_refusal_told"),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="ck_asset_state_known"),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_asset_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset"),
        sa.UniqueConstraint("upload_key", name="uq_asset_upload_key"),
    )
    op.create_index("ix_asset_owner_id", "asset", ["owner_id"], unique=False)
    op.create_index(
        "ix_asset_waiting", "asset", ["created_at"], unique=False, postgresql_where="state = 'waiting'"
    )
    op.create_table(
        "rendition",
        sa.Column("asset_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_rendition_asset_id"),
        sa.PrimaryKeyConstraint("asset_id", "name", name="pk_rendition"),
        sa.UniqueConstraint("key", name="uq_rendition_key"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("rendition")
    op.drop_table("asset")
