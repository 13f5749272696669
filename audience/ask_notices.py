"""Ask notices: an author is told that something waits for their yes, and whoever made it that they said yes.

One notice stands for all that waits, and names nobody: while it is unread, no other is told. So who is asked
a hundred times is told once, and told again only if more is asked after they have read it. Nobody is told of
what somebody asks whom they mute: it waits in the list, and whoever asked is told apart by nothing (law 7).
Like every notice it is kept as long as the clause ``/notices/kept`` says.

A yes is told to whoever made a post or an answer that waited for it; a no stands with what they made.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import literal, select, text
from sqlmodel import Session

from coop import notices
from coop.book import Book
from coop.notices import Tidings

TOPIC: Final = "ask"
WAITS = "waits"
"""Topic and moment of the notice."""
GRANTED = "granted"
"""Moment of the notice of a yes."""
PATH = "/members/me/asks"
"""The page that lists what waits."""

# Each turn is the id of the announcement before it: of two who ask at once only one is the next.
_LAST = text("""
SELECT last.id, last.unread, EXISTS (
  SELECT FROM mute WHERE member_id = :author AND kind = 'person' AND other_id = :asker
    AND (until IS NULL OR until > :now)) AS muted
FROM (VALUES (true)) AS asked LEFT JOIN (
  SELECT announcement.id, notice.member_id IS NOT NULL AND notice.read_at IS NULL AS unread
  FROM announcement
  LEFT JOIN notice ON notice.announcement_id = announcement.id AND notice.member_id = announcement.subject
  WHERE topic = :topic AND subject = :author AND moment = :moment
  ORDER BY announcement.id DESC LIMIT 1
) AS last ON true
""")


def tell(session: Session, book: Book, author_id: int, asker_id: int, now: datetime) -> None:
    """Tell the author of a post that something waits for their yes, unless they have yet to read that.

    ``asker_id`` is who asked: where the author mutes them, nothing is told.
    """
    which = {"topic": TOPIC, "author": author_id, "asker": asker_id, "moment": WAITS, "now": now}
    last = session.connection().execute(_LAST, which).one()
    if last.unread or last.muted:
        return
    tidings = Tidings(
        topic=TOPIC,
        subject=author_id,
        moment=WAITS,
        turn=last.id or 0,
        line="Somebody waits for your yes.",
        path=PATH,
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(author_id)), now)


def tell_yes(
    session: Session, book: Book, asker_id: int, made_id: int, post_id: int, line: str, now: datetime
) -> None:
    """Tell whoever made a post or an answer that it waits no more, once; ``post_id`` is where it stands."""
    tidings = Tidings(
        topic=TOPIC, subject=made_id, moment=GRANTED, line=line, path=f"/posts/{post_id}", at=now
    )
    notices.tell(session, book, tidings, select(literal(asker_id)), now)
