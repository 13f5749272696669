"""Pictures and videos of one's own that are in nothing yet, to be shown by a post or a reply.

A picture is shown in one place, under the access of what shows it. A unique key keeps it for posts and one
for replies; between the two it is kept by the picture's own row, which is held by whoever is about to show
it, before any post is.
"""

from typing import NamedTuple

from sqlalchemy import select, text
from sqlmodel import Session, col

from coop.errors import Conflict, Fault, RuleBroken
from coop.identity import Identity
from media.tables import Asset

_LOOSE = text("""
SELECT asset.id, asset.alt, smallest.name AS rendition, smallest.width, smallest.height, asset.duration_ms
FROM asset
JOIN LATERAL (
  SELECT name, width, height FROM rendition
  WHERE asset_id = asset.id AND type = 'image/webp' ORDER BY width, name LIMIT 1
) AS smallest ON true
WHERE owner_id = :me AND state = 'ready'
  AND NOT EXISTS (SELECT FROM post WHERE post.asset_id = asset.id)
  AND NOT EXISTS (SELECT FROM reply WHERE reply.asset_id = asset.id)
ORDER BY asset.id DESC LIMIT :limit
""")

_SHOWN = text("""
SELECT EXISTS (SELECT FROM post WHERE asset_id = :asset) OR EXISTS (SELECT FROM reply WHERE asset_id = :asset)
""")


class Picture(NamedTuple):
    """A picture that is ready, with its smallest file; of a video, a frame of it."""

    id: int
    alt: str
    rendition: str
    width: int
    height: int
    duration_ms: int | None
    """How long it lasts, where it is a video."""


def loose(session: Session, owner: Identity, limit: int) -> list[Picture]:
    """Return up to ``limit`` pictures of one's own that are in no post and no reply, the newest first."""
    rows = session.connection().execute(_LOOSE, {"me": owner.member_id, "limit": limit})
    return [Picture._make(row) for row in rows]


def preparing(session: Session, owner: Identity, limit: int) -> list[int]:
    """Return the ids of up to ``limit`` videos of one's own that are being prepared, the newest first."""
    mine = (col(Asset.owner_id) == owner.member_id, col(Asset.state) == "processing")
    return list(
        session.scalars(select(col(Asset.id)).where(*mine).order_by(col(Asset.id).desc()).limit(limit))
    )


def take(session: Session, owner: Identity, asset_id: int) -> int | None:
    """Hold a picture that is about to be shown: whoever would show it elsewhere waits, and is refused.

    Return how many milliseconds it lasts, where it is a video.

    Raise RuleBroken unless it is the owner's own and ready, and Conflict where it is shown already.
    """
    found = session.execute(
        select(col(Asset.state), col(Asset.duration_ms), col(Asset.refusal), col(Asset.kind))
        .where(col(Asset.id) == asset_id, col(Asset.owner_id) == owner.member_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    state, duration_ms, refusal, kind = (None, None, None, "photo") if found is None else found
    if state != "ready":
        waits = "This video is being prepared: publish once it is ready."
        none = "There is no picture or video of yours under this id that is ready."
        fault = Fault("/asset_id", waits if state == "processing" else refusal or none)
        shown = "video" if kind == "video" else "picture"
        waiting = (
            "Your video is not ready yet." if state == "processing" else f"This {shown} cannot be shown."
        )
        raise RuleBroken(waiting, faults=(fault,))
    if session.scalar(_SHOWN, {"asset": asset_id}):
        fault = Fault("/asset_id", "Upload it anew to show it again.")
        raise Conflict("This picture is shown elsewhere.", faults=(fault,))
    return duration_ms
