"""The media policy, typed: what may be uploaded and what is made of it."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from media.containers import Container
from media.images import PIXEL_CEILING

Format = Literal["JPEG", "PNG", "WEBP"]
PHOTO_BYTES, VIDEO_BYTES = 100_000_000, 500_000_000
"""Most bytes that any policy can let a photo and a video have."""
Side = Annotated[int, Field(ge=64, le=4096)]
Duration = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(hours=6)), PlainSerializer(str)]


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhotoRules(_Clauses):
    """What a photo may be, and how many a member may send."""

    formats: tuple[Format, ...] = Field(min_length=1)
    max_bytes: int = Field(ge=100_000, le=PHOTO_BYTES)
    max_pixels: int = Field(ge=1_000_000, le=PIXEL_CEILING)
    per_day: int = Field(ge=1, le=10_000)
    larger_per_day: int = Field(ge=1, le=10_000)
    """Of one who holds the feature ``larger_quota``."""
    upload_within: Duration


class VideoRules(_Clauses):
    """What a video may be, how many a member may send, and what is made of it."""

    formats: tuple[Container, ...] = Field(min_length=1)
    max_bytes: int = Field(ge=100_000, le=VIDEO_BYTES)
    max_pixels: int = Field(ge=100_000, le=PIXEL_CEILING)
    """Of one frame."""
    max_seconds: int = Field(ge=1, le=3600)
    """Whole seconds count: what goes beyond the last of them is not."""
    long_seconds: int = Field(ge=1, le=3600)
    """Of one that the feature ``long_video`` lets be long."""
    per_day: int = Field(ge=1, le=1000)
    longer_side: int = Field(ge=128, le=3840, multiple_of=2)
    """Pixels; never enlarged."""
    frames_per_second: int = Field(ge=1, le=60)
    """At most; never more than were sent."""
    quality: int = Field(ge=15, le=40)
    """Constant rate factor of H.264: less is better, and larger."""
    kilobits_per_second: int = Field(ge=100, le=50_000)
    """Of the picture, at most."""
    tries: int = Field(ge=1, le=10)
    """How often it is tried to prepare one before it is refused."""
    prepared_within: Duration
    """How long one try may take."""


class RenditionSides(_Clauses):
    """The longer side of each rendition, in pixels."""

    small: Side
    medium: Side
    large: Side


class WebpRules(_Clauses):
    """How renditions are written."""

    quality: int = Field(ge=1, le=100)
    method: int = Field(ge=0, le=6)


class MediaRules(_Clauses):
    """``policies/media.toml``."""

    photos: PhotoRules
    videos: VideoRules
    renditions: RenditionSides
    renditions_webp: WebpRules
    bounds: dict[Literal["coop", "guild"], dict[str, dict[str, Any]]] = {}
