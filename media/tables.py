"""Tables of what we make: uploaded assets and their renditions."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, false, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class Asset(Row, table=True):
    """One uploaded photo or video: waiting for its bytes, being prepared, ready, or refused with a reason."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'processing', 'ready', 'refused')", name="state_known"),
        CheckConstraint("state <> 'refused' OR refusal IS NOT NULL", name="refusal_told"),
        CheckConstraint("state <> 'ready' OR (width > 0 AND height > 0)", name="ready_measured"),
        CheckConstraint("kind IN ('photo', 'video')", name="kind_known"),
        CheckConstraint("state <> 'processing' OR kind = 'video'", name="videos_are_prepared"),
        CheckConstraint(
            "(kind = 'video' AND state = 'ready') = (duration_ms IS NOT NULL)", name="ready_timed"
        ),
        CheckConstraint("duration_ms > 0", name="duration_positive"),
        CheckConstraint("has_sound IS NULL OR duration_ms IS NOT NULL", name="sound_of_videos"),
        CheckConstraint("tries >= 0", name="tries_counted"),
        CheckConstraint("long OR guild_id IS NULL", name="long_by_a_guild"),
        Index("ix_asset_waiting", "created_at", postgresql_where="state = 'waiting'"),
        Index("ix_asset_processing", "id", postgresql_where=text("state = 'processing'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    owner_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    state: str = "waiting"
    kind: str = Field(default="photo", sa_column_kwargs={"server_default": "photo"})
    """``photo`` or ``video``, as its owner said when it was begun."""
    upload_key: str = Field(unique=True)
    alt: str = ""
    """What it shows, in words, for whoever cannot see it."""
    width: int | None = None
    height: int | None = None
    thumbhash: str | None = None
    type: str | None = None
    """MIME type of the file that was sent, as its content said; None until it was verified."""
    bytes: int | None = None
    """Size of the file that was sent."""
    refusal: str | None = None
    long: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a video may last as long as whoever holds ``long_video`` may have it last."""
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    """The guild by whose holding, and from whose minutes, it may."""
    duration_ms: int | None = None
    """How long a video that is ready lasts."""
    has_sound: bool | None = None
    """Whether a video that is ready has sound; None of those that were made ready before this was kept."""
    tries: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    """How often a worker began to prepare it. The number of a try is its right to settle it."""
    tried_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When the try began that runs, or ended without a word; None where none does."""
    created_at: datetime = Field(sa_column=moment())
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class QuotaClaim(Row, table=True):
    """Megabytes that an upload takes of a guild, beyond what its owner may send themself."""

    __tablename__ = "quota_claim"
    __table_args__ = (CheckConstraint("megabytes >= 0", name="megabytes_counted"),)

    asset_id: int = Field(foreign_key="asset.id", primary_key=True, sa_type=BigInteger)
    guild_id: int = Field(foreign_key="guild.id", sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    """When the period began that gave them."""
    megabytes: int
    """As many as its form lets it be, until it is settled; then as many as were sent, none where refused."""


class Rendition(Row, table=True):
    """One file made from an asset, clean of every metadata: a WebP picture, or the video as MP4."""

    __tablename__ = "rendition"
    __table_args__ = (CheckConstraint("type IN ('image/webp', 'video/mp4')", name="type_known"),)

    asset_id: int = Field(foreign_key="asset.id", primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)
    type: str = Field(default="image/webp", sa_column_kwargs={"server_default": "image/webp"})
    key: str = Field(unique=True)
    width: int
    height: int
    bytes: int
    sha256: str
