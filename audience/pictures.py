"""Pictures of one's own that are in nothing yet, to be shown by a post or a reply.

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
SELECT asset.id, asset.alt, smallest.name AS rendition, smallest.width, smallest.height
FROM asset
JOIN LATERAL (
  SELECT name, width, height FROM rendition WHERE asset_id = asset.id ORDER BY width LIMIT 1
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
    """A picture that is ready, with its smallest file."""

    id: int
    alt: str
    rendition: str
    width: int
    height: int


def loose(session: Session, owner: Identity, limit: int) -> list[Picture]:
    """Return up to ``limit`` pictures of one's own that are in no post and no reply, the newest first."""
    rows = session.connection().execute(_LOOSE, {"me": owner.member_id, "limit": limit})
    return [Picture._make(row) for row in rows]


def take(session: Session, owner: Identity, asset_id: int) -> None:
    """Hold a picture that is about to be shown: whoever would show it elsewhere waits, and is refused.

    Raise RuleBroken unless it is the owner's own and ready, and Conflict where it is shown already.
    """
    state = session.scalar(
        select(col(Asset.state))
        .where(col(Asset.id) == asset_id, col(Asset.owner_id) == owner.member_id)
        .with_for_update(key_share=True)
    )
    if state != "ready":
        fault = Fault("/asset_id", "There is no picture of yours under this id that is ready.")
        raise RuleBroken("This picture cannot be shown.", faults=(fault,))
    if session.scalar(_SHOWN, {"asset": asset_id}):
        fault = Fault("/asset_id", "Upload it anew to show it again.")
        raise Conflict("This picture is shown elsewhere.", faults=(fault,))
