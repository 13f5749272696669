"""Telling: an author hears that a post of theirs came into somebody else's list.

Of a list an author is told once, and while they have yet to read that, of no other: then a page lists them
all. Law 7: nobody is told of a list that they may not see, and nobody of what somebody does whom they mute.
"""

from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from coop import notices
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.notices import Tidings
from coop.tables import Member

LISTED = "listed"
"""Moment of the notice."""
PATH = "/members/me/listed"
"""The page of one's own posts in lists of others."""

_AUTHORS = text("""
SELECT DISTINCT post.author_id
FROM playlist_item
JOIN post ON post.id = playlist_item.post_id
JOIN playlist ON playlist.id = playlist_item.playlist_id
WHERE playlist.id = :playlist AND (CAST(:post AS bigint) IS NULL OR post.id = :post)
  AND post.deleted_at IS NULL AND post.author_id <> :keeper
  AND post.author_id IS DISTINCT FROM playlist.member_id
  AND CASE WHEN playlist.guild_id IS NULL
    THEN playlist.seen_by = 'members' AND playlist.member_id NOT IN (SELECT kept_out_by(post.author_id, :now))
    ELSE playlist.seen_by = 'members' OR playlist.seen_by = 'guild' AND EXISTS (
      SELECT FROM guild_membership AS belongs
      WHERE belongs.guild_id = playlist.guild_id AND belongs.member_id = post.author_id
        AND belongs.left_at IS NULL) END
  AND NOT EXISTS (
    SELECT FROM relation WHERE kind = 'block'
      AND (member_id, other_id) IN ((:keeper, post.author_id), (post.author_id, :keeper)))
  AND NOT EXISTS (
    SELECT FROM mute WHERE mute.member_id = post.author_id AND kind = 'person' AND other_id = :keeper
      AND (until IS NULL OR until > :now))
  AND NOT EXISTS (
    SELECT FROM notice JOIN announcement ON announcement.id = notice.announcement_id
    WHERE notice.member_id = post.author_id AND topic = 'post' AND announcement.moment = :moment
      AND (notice.read_at IS NULL OR announcement.subject = :playlist))
""")


def tell(
    session: Session,
    book: Book,
    keeper: Identity,
    playlist_id: int,
    now: datetime,
    post_id: int | None = None,
) -> None:
    """Tell the author of a post that it is in a list now; those of all that is in it where none is named."""
    which = {"playlist": playlist_id, "post": post_id, "keeper": keeper.member_id, "now": now}
    authors = session.connection().execute(_AUTHORS, {**which, "moment": LISTED}).scalars().all()
    if not authors:
        return
    tidings = Tidings(
        topic="post",
        subject=playlist_id,
        moment=LISTED,
        turn=new_id(now),
        line="Somebody put a post of yours into a playlist.",
        detail="Whoever could not read it before cannot now. You may take it out, for good.",
        path=PATH,
        at=now,
    )
    notices.tell(session, book, tidings, select(col(Member.id)).where(col(Member.id).in_(authors)), now)
