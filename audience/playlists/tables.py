"""Tables of playlists: the lists, what is in them, and what authors keep out of them.

Law 7: a position is never told; what is told is counted among what a reader sees (``sequence.py``).
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class Playlist(Row, table=True):
    """A list of posts, of a member or of a guild."""

    __tablename__ = "playlist"
    __table_args__ = (
        CheckConstraint("num_nonnulls(member_id, guild_id) = 1", name="one_owner"),
        CheckConstraint("seen_by IN ('keepers', 'guild', 'members')", name="seen_by_known"),
        CheckConstraint("seen_by <> 'guild' OR guild_id IS NOT NULL", name="guild_sees_its_own"),
        Index("ix_playlist_member", "member_id", "id"),
        Index("ix_playlist_guild", "guild_id", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    title: str
    description: str = ""
    seen_by: str
    """Its ``keepers`` alone, whoever is in its ``guild``, or all ``members``."""
    labels: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    """What rules of moderation say of its words to whoever reads them."""
    made_at: datetime = Field(sa_column=moment())


class PlaylistItem(Row, table=True):
    """A post in a list."""

    __tablename__ = "playlist_item"
    __table_args__ = (
        UniqueConstraint("playlist_id", "position"),
        CheckConstraint("position >= 1", name="position_counted"),
        Index("ix_playlist_item_post", "post_id"),
    )

    playlist_id: int = Field(foreign_key="playlist.id", primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    """Orders the items; there are gaps: see ``order.py``."""
    added_at: datetime = Field(sa_column=moment())


class PlaylistRefusal(Row, table=True):
    """An author took a post of theirs out of somebody else's list, for good."""

    __tablename__ = "playlist_refusal"
    __table_args__ = (Index("ix_playlist_refusal_post", "post_id"),)

    playlist_id: int = Field(foreign_key="playlist.id", primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class UnlistedPost(Row, table=True):
    """An author keeps a post of theirs out of every list of others, for good."""

    __tablename__ = "unlisted_post"

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
