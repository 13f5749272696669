"""Feeds that members make: their own profiles, which one they chose, and what addresses elsewhere named."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "own_profile",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=True),
        sa.Column("sliders", JSONB(), nullable=False),
        sa.Column("topics", ARRAY(sa.String()), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("forked_from", sa.BigInteger(), nullable=True),
        sa.Column("external_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(base IS NULL) <> (external_url IS NULL)", name="ck_own_profile_made_from_one"),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_own_profile_owner_id"),
        sa.ForeignKeyConstraint(
            ["forked_from"], ["own_profile.id"], name="fk_own_profile_forked_from", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_own_profile"),
        sa.UniqueConstraint("owner_id", "name", name="uq_own_profile_owner_id_name"),
    )
    op.create_index("ix_own_profile_forked_from", "own_profile", ["forked_from"])
    op.create_table(
        "chosen_feed",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("own_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(profile IS NULL) <> (own_id IS NULL)", name="ck_chosen_feed_chosen_one"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_chosen_feed_member_id"),
        sa.ForeignKeyConstraint(
            ["own_id"], ["own_profile.id"], name="fk_chosen_feed_own_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name="pk_chosen_feed"),
    )
    op.create_index("ix_chosen_feed_own_id", "chosen_feed", ["own_id"])
    _create_external_skeleton()


def downgrade() -> None:
    """Take them away."""
    for table in ("external_skeleton", "chosen_feed", "own_profile"):
        op.drop_table(table)


def _create_external_skeleton() -> None:
    op.create_table(
        "external_skeleton",
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("posts", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["own_profile.id"], name="fk_external_skeleton_profile_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", name="pk_external_skeleton"),
    )
    op.create_index("ix_external_skeleton_due", "external_skeleton", ["due_at"])
