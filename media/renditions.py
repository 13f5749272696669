"""Renditions: the files that are made of an upload, where they lie in the store, and their rows."""

from media.images import RENDITION_TYPE, Rendered
from media.storage import ObjectStore
from media.tables import Rendition

VIDEO = "video"
"""Name of the rendition of a video that is played; its others are pictures, as a photo's are."""


def folder_of(asset_id: int) -> str:
    """Return where all files of an asset lie in the store."""
    return f"media/{asset_id}/"


def stored(store: ObjectStore, asset_id: int, folder: str, rendered: Rendered) -> list[Rendition]:
    """Put pictures into a folder of the store, and return their rows."""
    rows = []
    for made in rendered.renditions:
        key = f"{folder}{made.name}.webp"
        store.put(key, made.data, RENDITION_TYPE)
        rows.append(
            Rendition(
                asset_id=asset_id,
                name=made.name,
                key=key,
                width=made.width,
                height=made.height,
                bytes=len(made.data),
                sha256=made.sha256,
            )
        )
    return rows
