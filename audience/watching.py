# ruff: noqa: S608 - the statements are put together from constants
"""Watching: how long a post takes, and how long a viewer says that it was before them.

What a client says is never trusted beyond the clock: nobody can have watched for longer than since they were
seated. It only rises, so a report that comes late or twice changes nothing.

Law 7: whoever may not see a post, or was never delivered it, is told what one who asks for no post at all is
told; a report takes no seat.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.access import READER, VISIBLE
from audience.rules import Length
from audience.standpoint import standpoint
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

SECOND, MINUTE = 1000, 60_000
"""In milliseconds."""
LONGEST = 2**31 - 1
"""Most milliseconds that are kept: four weeks."""

_WATCH = text(f"""
WITH {READER}
UPDATE seat
SET watched_ms = greatest(watched_ms, least(
      CAST(:ms AS bigint), floor(1000 * extract(epoch FROM CAST(:now AS timestamptz) - seat.at))))
FROM post
WHERE seat.member_id = :me AND seat.post_id = :wanted AND post.id = seat.post_id AND {VISIBLE}
RETURNING watched_ms
""")


def length_ms(rules: Length, body: str, *, picture: bool, video_ms: int | None = None) -> int:
    """Return how long a text takes to read and a picture to look at, or a video lasts, in milliseconds.

    Reading speed is counted in characters, which differs less between languages than in words
    (S. Trauzettel-Klosinski and K. Dietz, 2012: 863 a minute over seventeen languages).
    """
    text_ms = len(body) * MINUTE / rules.characters_a_minute
    shown_ms = rules.picture_s * SECOND if picture else 0
    return round(text_ms + (shown_ms if video_ms is None else video_ms))


def watched(session: Session, viewer: Identity, book: Book, post_id: int, ms: int, now: datetime) -> int:
    """Keep for how many milliseconds a post was before the viewer, and return how many count.

    They are the most that the viewer ever said, and at most the time since they were seated. Raise NotFound
    where they hold no seat, or may no longer see it.
    """
    bound = {**standpoint(session, viewer, book, now), "wanted": post_id, "ms": min(ms, LONGEST)}
    found: int | None = session.connection().execute(_WATCH, bound).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
