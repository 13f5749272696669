"""Uploads over HTTP: open one, send the file to the store, have it verified."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import Session, col

from coop import problems
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Fault, RuleBroken, TooMany, Unavailable
from media import uploads
from media.storage import ObjectStore
from media.tables import Asset, Rendition

api = Api("uploads")


class NewUpload(BaseModel):
    """What is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    alt: str = Field(default="", max_length=1500)
    """What the picture shows, in words, for whoever cannot see it."""


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


class AssetView(BaseModel):
    """An upload and what has become of it."""

    id: str
    state: str
    """``waiting``, ``ready`` or ``refused``."""
    alt: str
    width: int | None
    height: int | None
    thumbhash: str | None
    refusal: str | None
    """Why it was refused, in words."""
    renditions: list[RenditionView]


def object_store() -> ObjectStore:
    """Return the store of the running application."""
    found: ObjectStore = current_app.extensions["object_store"]
    return found


@api.post("/uploads", raises=(TooMany,))
def open_upload(call: Call, body: NewUpload) -> UploadForm:
    """Open an upload: answers the form that sends the file straight to the store."""
    begun = uploads.begin(call.session, object_store(), call.member, call.book, body.alt, call.now)
    return UploadForm(
        id=str(begun.asset.id),
        url=begun.form.url,
        fields=begun.form.fields,
        max_bytes=begun.max_bytes,
        expires_at=begun.expires_at,
    )


@api.post("/uploads/<id:upload_id>/completion", status=200, raises=(Conflict, RuleBroken, Unavailable))
def complete_upload(call: Call, upload_id: int) -> AssetView | Response:
    """Have the file verified and made ready: 422 with the reason where it is refused."""
    asset = uploads.complete(call.session, object_store(), call.member, upload_id, call.book, call.now)
    if asset.state == "refused":
        # Answered rather than raised: the refusal is a fact to keep, so the transaction commits.
        fault = Fault("/file", asset.refusal or "")
        return problems.answer(RuleBroken("This file is not taken.", faults=(fault,)))
    return _view(call.session, asset)


@api.get("/uploads/<id:upload_id>")
def read_upload(call: Call, upload_id: int) -> AssetView:
    """Read what has become of an upload of your own."""
    return _view(call.session, uploads.own(call.session, call.member, upload_id))


def _view(session: Session, asset: Asset) -> AssetView:
    rows = session.scalars(
        select(Rendition).where(col(Rendition.asset_id) == asset.id).order_by(col(Rendition.width))
    )
    return AssetView(
        id=str(asset.id),
        state=asset.state,
        alt=asset.alt,
        width=asset.width,
        height=asset.height,
        thumbhash=asset.thumbhash,
        refusal=asset.refusal,
        renditions=[
            RenditionView(
                name=row.name,
                url=f"/api/v1/media/{asset.id}/{row.name}",
                width=row.width,
                height=row.height,
                bytes=row.bytes,
            )
            for row in rows
        ],
    )
