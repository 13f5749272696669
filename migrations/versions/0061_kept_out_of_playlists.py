"""What authors keep out of the playlists of others."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "playlist_refusal",
        sa.Column("playlist_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name="fk_playlist_refusal_playlist_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_playlist_refusal_post_id"),
        sa.PrimaryKeyConstraint("playlist_id", "post_id", name="pk_playlist_refusal"),
    )
    op.create_index("ix_playlist_refusal_post", "playlist_refusal", ["post_id"])
    op.create_table(
        "unlisted_post",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_unlisted_post_post_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_unlisted_post"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("unlisted_post")
    op.drop_table("playlist_refusal")
