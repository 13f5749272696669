"""Tables of what we make: uploaded assets and their renditions."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class Asset(Row, table=True):
    """One uploaded photo: waiting for its bytes, verified, or refused with a reason."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state_known"),
        CheckConstraint("state <> 'refused' OR refusal IS NOT NULL", name="refusal_told"),
        CheckConstraint("state <> 'ready' OR (width > 0 AND height > 0)", name="ready_measured"),
        Index("ix_asset_waiting", "created_at", postgresql_where="state = 'waiting'"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    owner_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    state: str = "waiting"
    upload_key: str = Field(unique=True)
    alt: str = ""
    """What the picture shows, in words, for whoever cannot see it."""
    width: int | None = None
    height: int | None = None
    thumbhash: str | None = None
    type: str | None = None
    """MIME type of the file that was sent, as its content said; None until it was verified."""
    bytes: int | None = None
    """Size of the file that was sent."""
    refusal: str | None = None
    created_at: datetime = Field(sa_column=moment())
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Rendition(Row, table=True):
    """One WebP file made from an asset, clean of every metadata."""

    __tablename__ = "rendition"

    asset_id: int = Field(foreign_key="asset.id", primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)
    key: str = Field(unique=True)
    width: int
    height: int
    bytes: int
    sha256: str
