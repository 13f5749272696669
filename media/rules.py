"""The media policy, typed: what may be uploaded and what is made of it."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from media.images import PIXEL_CEILING

Format = Literal["JPEG", "PNG", "WEBP"]
Side = Annotated[int, Field(ge=64, le=4096)]
Duration = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(hours=6)), PlainSerializer(str)]


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhotoRules(_Clauses):
    """What a photo may be, and how many a member may send."""

    formats: tuple[Format, ...] = Field(min_length=1)
    max_bytes: int = Field(ge=100_000, le=100_000_000)
    max_pixels: int = Field(ge=1_000_000, le=PIXEL_CEILING)
    per_day: int = Field(ge=1, le=10_000)
    larger_per_day: int = Field(ge=1, le=10_000)
    """Of one who holds the feature ``larger_quota``."""
    upload_within: Duration


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
    renditions: RenditionSides
    renditions_webp: WebpRules
    bounds: dict[Literal["coop", "guild"], dict[str, dict[str, Any]]] = {}
