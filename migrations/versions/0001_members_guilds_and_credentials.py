"""Members, guilds and their credentials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "idempotency_record",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_idempotency_record"),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("handle ~ '^[a-z][a-z0-9_]{1,29}$'", name="ck_member_handle_form"),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("handle", name="uq_member_handle"),
    )
    op.create_table(
        "oauth_client",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("redirect_uris", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_oauth_client"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_subject_at", "sign_in_failure", ["subject", "at"], unique=False)
    op.create_table(
        "guild",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("founder_id", sa.BigInteger(), nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,39}$'", name="ck_guild_slug_form"),
        sa.ForeignKeyConstraint(["founder_id"], ["member.id"], name="fk_guild_founder_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guild"),
        sa.UniqueConstraint("slug", name="uq_guild_slug"),
    )
    op.create_table(
        "invitation",
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("inviter_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["inviter_id"], ["member.id"], name="fk_invitation_inviter_id"),
        sa.ForeignKeyConstraint(["used_by"], ["member.id"], name="fk_invitation_used_by"),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_invitation"),
    )
    op.create_index("ix_invitation_inviter_id", "invitation", ["inviter_id"], unique=False)
    op.create_table(
        "oauth_code",
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("code_challenge", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("family", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_client.client_id"], name="fk_oauth_code_client_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_oauth_code_member_id"),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_oauth_code"),
    )
    op.create_index("ix_oauth_code_client_id", "oauth_code", ["client_id"], unique=False)
    op.create_index("ix_oauth_code_member_id", "oauth_code", ["member_id"], unique=False)
    op.create_table(
        "oauth_token",
        sa.Column("access_sha256", sa.String(), nullable=False),
        sa.Column("refresh_sha256", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_client.client_id"], name="fk_oauth_token_client_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_oauth_token_member_id"),
        sa.PrimaryKeyConstraint("access_sha256", name="pk_oauth_token"),
        sa.UniqueConstraint("refresh_sha256", name="uq_oauth_token_refresh_sha256"),
    )
    op.create_index("ix_oauth_token_client_id", "oauth_token", ["client_id"], unique=False)
    op.create_index("ix_oauth_token_family", "oauth_token", ["family"], unique=False)
    op.create_index("ix_oauth_token_member_id", "oauth_token", ["member_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_web_session_member_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_web_session"),
    )
    op.create_index("ix_web_session_member_id", "web_session", ["member_id"], unique=False)
    op.create_table(
        "guild_membership",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('member', 'steward')", name="ck_guild_membership_role_known"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_guild_membership_guild_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_guild_membership_member_id"),
        sa.PrimaryKeyConstraint("guild_id", "member_id", name="pk_guild_membership"),
    )
    op.create_index("ix_guild_membership_member", "guild_membership", ["member_id"], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("guild_membership")
    op.drop_table("web_session")
    op.drop_table("oauth_token")
    op.drop_table("oauth_code")
    op.drop_table("invitation")
    op.drop_table("guild")
    op.drop_table("sign_in_failure")
    op.drop_table("oauth_client")
    op.drop_table("member")
    op.drop_table("idempotency_record")
