"""Facilitators: of those who offered to calm threads, some are called to one that became heated.

For a post made in a guild they are of its members, for any other of the coop's. They are drawn by lot, the
answer that brought the thread there being the seed, and each is called once for it.

Law 7: nobody is called who may not read the post: each is seated at it as if they opened it, by the one
loader of posts, and whom it refuses is not called. What they may do there is what any member may. That they
were called is kept, for the roster of moderation counts it by month (``cases/roster.py``).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, text
from sqlmodel import Session, col

from audience.access import Access, access_post
from audience.calm_tables import CalmerCalled
from coop import notices
from coop.book import COOP, Book, guild_scope
from coop.errors import NotFound
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.notices import Tidings
from coop.tables import Member

TOPIC: Final = "calm"
CALLED = "called"
"""Topic and moment of the notice."""
VIA = "called"
"""Where a seat is taken of whoever is called."""
TRIED = 4
"""For each who is called, at most so many are asked whether they may read the post."""

# A guild's threads are calmed by those who belong to it still.
_LOT = text("""
SELECT volunteer.member_id FROM volunteer
WHERE role = 'calm' AND scope = :scope AND member_id <> :author
  AND (scope = 'coop' OR EXISTS (
    SELECT FROM guild_membership JOIN guild ON guild.id = guild_id
    WHERE guild_membership.member_id = volunteer.member_id AND left_at IS NULL
      AND 'guild:' || slug = volunteer.scope))
ORDER BY hashint8extended(member_id, :seed), member_id LIMIT :tried
""")


def call(session: Session, book: Book, post: Access, seed: int, number: int, now: datetime) -> list[int]:
    """Call up to ``number`` of those who offered to calm threads to one, and return their ids.

    ``seed`` is the id of the answer that heated it.
    """
    scope = COOP if post.guild is None else guild_scope(post.guild)
    bound = {"scope": scope, "author": post.author_id, "seed": seed, "tried": number * TRIED}
    called: list[int] = []
    for member_id in session.scalars(_LOT, bound).all():
        who = _identity(session, member_id)
        if who is not None and _reads(session, who, book, post.post_id, now):
            called.append(member_id)
        if len(called) == number:
            break
    if called:
        about = {"reply_id": seed, "post_id": post.post_id, "at": now}
        session.execute(insert(CalmerCalled), [{**about, "member_id": one} for one in called])
        tidings = Tidings(
            topic=TOPIC,
            subject=post.post_id,
            moment=CALLED,
            turn=seed,
            line="A thread is heated, and you offered to calm some.",
            detail="Read it; a word that helps both sides be heard may be enough.",
            path=f"/posts/{post.post_id}#replies",
            at=now,
        )
        notices.tell(session, book, tidings, select(col(Member.id)).where(col(Member.id).in_(called)), now)
    return called


def _identity(session: Session, member_id: int) -> Identity | None:
    row = session.execute(identity_query().where(col(Member.id) == member_id)).one_or_none()
    return None if row is None else as_identity(row, frozenset())


def _reads(session: Session, who: Identity, book: Book, post_id: int, now: datetime) -> bool:
    """Say whether somebody may read a post, and seat them at it where they may."""
    try:
        access_post(session, who, book, post_id, now, via=VIA)
    except NotFound:
        return False
    return True
