"""Uploads over HTTP: open one, send the file to the store, have it verified."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import Session, col

from coop import problems
from coop.api import Api
from coop.call import Accepted, Call
from coop.errors import Conflict, Fault, RuleBroken, TooMany, Unavailable
from media import uploads
from media.quotas import Kind
from media.renditions import VIDEO
from media.storage import ObjectStore
from media.tables import Asset, Rendition

api = Api("uploads")


class NewUpload(BaseModel):
    """What is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "photo"
    """A video is prepared after it was sent, which takes a while."""
    alt: str = Field(default="", max_length=1500)
    """What it shows, in words, for whoever cannot see it."""
    guild: str | None = Field(default=None, min_length=1, max_length=40)
    """Slug of a guild of yours that answers for it: for a long video out of its minutes (the feature
    ``long_video``), or for a photo past your day's number out of its megabytes (``larger_quota``)."""
    size: int | None = Field(default=None, ge=1, le=2**63 - 1)
    """How many bytes the file has, where you know it: no more are taken, nor paid for by that guild."""


class UploadForm(BaseModel):
    """Where to send the file: POST it as ``multipart/form-data``, fields first, ``file`` last."""

    id: str
    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_at: datetime


# No model, because a page of posts makes a hundred of them.
@dataclass(slots=True)
class RenditionView:
    """One file made from an upload."""

    name: str
    url: str
    width: int
    height: int
    bytes: int


# No model, for the same reason.
@dataclass(slots=True)
class VideoView:
    """The file of a video that is played; its ``renditions`` are pictures of one of its frames."""

    url: str
    width: int
    height: int
    bytes: int
    duration_ms: int
    has_sound: bool | None
    """None where it was prepared before this was kept."""


class AssetView(BaseModel):
    """An upload and what has become of it."""

    id: str
    kind: str
    """``photo`` or ``video``."""
    state: str
    """``waiting``, ``processing`` (a video that is being prepared), ``ready`` or ``refused``."""
    alt: str
    width: int | None
    height: int | None
    thumbhash: str | None
    refusal: str | None
    """Why it was refused, in words."""
    renditions: list[RenditionView]
    """Pictures; of a video, of one of its frames."""
    video: VideoView | None
    """What is played, of a video that is ready."""


def split(
    asset_id: int,
    files: Iterable[tuple[str, int, int, int]],
    duration_ms: int | None,
    has_sound: bool | None,
) -> tuple[list[RenditionView], VideoView | None]:
    """Return the pictures among the files of an asset, and the one that is played.

    Each is name, width, height and bytes; ``duration_ms`` is how long a video lasts, and ``has_sound``
    whether there is anything to hear, where that is known.
    """
    pictures, video = [], None
    for name, width, height, size in files:
        url = f"/api/v1/media/{asset_id}/{name}"
        if name == VIDEO:
            video = VideoView(url, width, height, size, duration_ms or 0, has_sound)
        else:
            pictures.append(RenditionView(name, url, width, height, size))
    return pictures, video


def object_store() -> ObjectStore:
    """Return the store of the running application."""
    found: ObjectStore = current_app.extensions["object_store"]
    return found


@api.post("/uploads", raises=(RuleBroken, TooMany))
def open_upload(call: Call, body: NewUpload) -> UploadForm:
    """Open an upload: answers the form that sends the file straight to the store."""
    begun = uploads.begin(
        call.session,
        object_store(),
        call.member,
        call.book,
        body.alt,
        call.now,
        body.kind,
        body.guild,
        body.size,
    )
    return UploadForm(
        id=str(begun.asset.id),
        url=begun.form.url,
        fields=begun.form.fields,
        max_bytes=begun.max_bytes,
        expires_at=begun.expires_at,
    )


@api.post("/uploads/<id:upload_id>/completion", status=200, raises=(Conflict, RuleBroken, Unavailable))
def complete_upload(call: Call, upload_id: int) -> AssetView | Accepted | Response:
    """Have the file verified and made ready: 422 with the reason where it is refused.

    A video is prepared afterwards (202): read it again until its ``state`` says what came of it.
    """
    asset = uploads.complete(call.session, object_store(), call.member, upload_id, call.book, call.now)
    if asset.state == "refused":
        # Answered rather than raised: the refusal is a fact to keep, so the transaction commits.
        fault = Fault("/file", asset.refusal or "")
        return problems.answer(RuleBroken("This file is not taken.", faults=(fault,)))
    shown = _view(call.session, asset)
    return Accepted(shown) if asset.state == "processing" else shown


@api.get("/uploads/<id:upload_id>")
def read_upload(call: Call, upload_id: int) -> AssetView:
    """Read what has become of an upload of your own."""
    return _view(call.session, uploads.own(call.session, call.member, upload_id))


def _view(session: Session, asset: Asset) -> AssetView:
    rows = session.scalars(
        select(Rendition)
        .where(col(Rendition.asset_id) == asset.id)
        .order_by(col(Rendition.width), col(Rendition.name))
    )
    files = [(row.name, row.width, row.height, row.bytes) for row in rows]
    pictures, video = split(asset.id, files, asset.duration_ms, asset.has_sound)
    return AssetView(
        id=str(asset.id),
        kind=asset.kind,
        state=asset.state,
        alt=asset.alt,
        width=asset.width,
        height=asset.height,
        thumbhash=asset.thumbhash,
        refusal=asset.refusal,
        renditions=pictures,
        video=video,
    )
