"""Pictures of one's own that are in nothing yet, to be chosen for a post."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from coop.identity import Identity

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
