"""Doors: what is shown of a post to those who may know of it and not open it.

A door is its author, its guild, its teaser and when it was published. It is shown to those whom ``see`` means
and ``read`` does not, and at a full post whose author lets members wait to those who would be let in. Law 7:
to everybody else, and where a full post is closed, there is nothing; whether it is full is told to nobody who
could not open it otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.access import BLOCKED, CAPPED, KEYS, LET_IN, READER, RECEIVES_VISITORS, VISIBLE
from audience.standpoint import standpoint
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

# The OFFSET keeps the planner from reading the stages of all posts where it asks for those of one.
SEEN = f"""
  {RECEIVES_VISITORS} AND post.deleted_at IS NULL AND post.held_at IS NULL AND post.author_id NOT IN {BLOCKED}
  AND {LET_IN}
  AND EXISTS (SELECT FROM post_stage WHERE post_id = post.id AND number = 0 AND part = 'see' OFFSET 0)
  AND stages_open(post.id, 'see', {KEYS}, :me, post.author_id, :now)
"""
"""Whether the viewer may know of a post that is not ``VISIBLE`` to them."""

FULL = f"({RECEIVES_VISITORS} AND gate.taken + gate.waiting >= cap.seats)"
"""Whether each seat of a post, with its ``gate`` and as it is ``CAPPED``, is taken or waited for."""

_DOORS = text(f"""
WITH {READER}
SELECT post.id, author.handle AS author, author.display_name AS author_name, guild.slug AS guild, post.teaser,
       post.created_at, opens,
       CASE WHEN opens THEN
         (SELECT count(*) FROM waiting WHERE post_id = post.id AND number <= mine.number) END AS place
FROM post
JOIN member AS author ON author.id = post.author_id
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN gate ON gate.post_id = post.id
LEFT JOIN waiting AS mine ON mine.post_id = post.id AND mine.member_id = :me
LEFT JOIN {CAPPED}
CROSS JOIN LATERAL (SELECT {VISIBLE} AS opens) AS read
WHERE post.id = ANY(CAST(:posts AS bigint[]))
  AND CASE WHEN opens THEN post.waitlist AND {FULL} ELSE {SEEN} END
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Door:
    """A post as it is shown to those who may know of it and not open it."""

    post_id: int
    author: str
    """Handle."""
    author_name: str
    guild: str | None
    """Slug of the guild it was made in."""
    teaser: str
    created_at: datetime
    full: bool
    """Whether the viewer would be let in if there were a seat, and may wait for one."""
    place: int | None
    """Their place among those who wait, from 1; None where they do not wait."""


def doors(
    session: Session, viewer: Identity | None, book: Book, posts: Sequence[int], now: datetime
) -> dict[int, Door]:
    """Return the doors of posts that are not opened to the viewer, by id, where they are shown one."""
    bound = {**standpoint(session, viewer, book, now), "posts": list(posts)}
    return {
        row.id: Door(
            post_id=row.id,
            author=row.author,
            author_name=row.author_name,
            guild=row.guild,
            teaser=row.teaser,
            created_at=row.created_at,
            full=row.opens,
            place=row.place or None,
        )
        for row in session.connection().execute(_DOORS, bound)
    }


def door(session: Session, viewer: Identity | None, book: Book, post_id: int, now: datetime) -> Door:
    """Return the door of a post that was not opened to the viewer; raise NotFound where they are shown none.

    The caller has asked ``access_post`` first, which seats whoever finds a seat.
    """
    found = doors(session, viewer, book, [post_id], now).get(post_id)
    if found is None:
        raise NotFound
    return found
