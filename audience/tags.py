# ruff: noqa: S608 - the statement is put together from constants
"""Tags: the names under which a viewer is shown a post.

Law 7: a tag of which every post is hidden from the viewer is as unknown as one that nobody ever used. How
many posts a tag has is told to nobody. The tags of a text are part of it, so a door stands under a tag only
where its teaser names it too.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.access import READER
from audience.newest import FINDING_KEYS, Kind, listed
from audience.standpoint import standpoint
from audience.topics import SHIFT, TAG
from coop.book import Book
from coop.identity import Identity
from coop.names import normal


def in_teaser(tag: str) -> str:
    """Return, in SQL, whether the teaser of a post names a tag, so that its door may stand under it."""
    return rf"post.teaser ~* ('(?<![\w#&/])#' || {tag} || '(?!\w)')"


_OF_TAG = Kind(
    "post_feature JOIN post ON post.id = post_feature.post_id",
    f"post_feature.feature = tag.id << {SHIFT} | {TAG}",
    door=in_teaser("tag.name"),
)

# Of each tag in turn the newest post is looked for that is shown, and no other is read.
_SEEN = text(f"""
WITH {READER}
SELECT name
FROM (
  SELECT id, name FROM tag
  WHERE name > :after AND name ^@ :beginning
    AND id IN (SELECT tag_id FROM tag_key WHERE key = ANY({FINDING_KEYS}))
  ORDER BY name OFFSET 0
) AS tag
WHERE (SELECT true {listed(_OF_TAG)} ORDER BY post_feature.post_id DESC LIMIT 1)
ORDER BY name
LIMIT :limit
""")


def seen(
    session: Session,
    viewer: Identity | None,
    book: Book,
    now: datetime,
    *,
    beginning: str = "",
    after: str = "",
    limit: int,
) -> list[str]:
    """Return up to ``limit`` tags that begin so, in order, from the first past ``after``.

    They are those under which the viewer, None for a visitor, is shown a post. A ``#`` before the
    beginning is passed over.
    """
    bound = {
        **standpoint(session, viewer, book, now),
        "beginning": normal(beginning).removeprefix("#"),
        "after": after,
        "limit": limit,
    }
    return list(session.connection().scalars(_SEEN, bound))
