"""Playlists of members and guilds, and the posts in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "playlist",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("seen_by", sa.String(), nullable=False),
        sa.Column("labels", ARRAY(sa.String()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(member_id, guild_id) = 1", name=op.f("ck_playlist_one_owner")),
        sa.CheckConstraint(
            "seen_by IN ('keepers', 'guild', 'members')", name=op.f("ck_playlist_seen_by_known")
        ),
        sa.CheckConstraint(
            "seen_by <> 'guild' OR guild_id IS NOT NULL", name=op.f("ck_playlist_guild_sees_its_own")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_playlist_member_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_playlist_guild_id"),
        sa.PrimaryKeyConstraint("id", name="pk_playlist"),
    )
    op.create_index("ix_playlist_member", "playlist", ["member_id", "id"])
    op.create_index("ix_playlist_guild", "playlist", ["guild_id", "id"])
    op.create_table(
        "playlist_item",
        sa.Column("playlist_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_playlist_item_position_counted")),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name="fk_playlist_item_playlist_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_playlist_item_post_id"),
        sa.PrimaryKeyConstraint("playlist_id", "post_id", name="pk_playlist_item"),
        sa.UniqueConstraint("playlist_id", "position", name="uq_playlist_item_playlist_id_position"),
    )
    op.create_index("ix_playlist_item_post", "playlist_item", ["post_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("playlist_item")
    op.drop_table("playlist")
