"""Ask notices: an author is told that something waits for their yes.

One notice stands for all that waits, and names nobody: while it is unread, no other is told. So who is asked
a hundred times is told once, and told again only if more is asked after they have read it. Like every notice
it is kept as long as the clause ``/notices/kept`` says.
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
PATH = "/members/me/asks"
"""The page that lists what waits."""

# Each turn is the id of the announcement before it: of two who ask at once only one is the next.
_LAST = text("""
SELECT announcement.id, notice.member_id IS NOT NULL AND notice.read_at IS NULL AS unread
FROM announcement
LEFT JOIN notice ON notice.announcement_id = announcement.id AND notice.member_id = announcement.subject
WHERE topic = :topic AND subject = :author AND moment = :moment
ORDER BY announcement.id DESC LIMIT 1
""")


def tell(session: Session, book: Book, author_id: int, now: datetime) -> None:
    """Tell the author of a post that something waits for their yes, unless they have yet to read that."""
    which = {"topic": TOPIC, "author": author_id, "moment": WAITS}
    last = session.connection().execute(_LAST, which).one_or_none()
    if last is not None and last.unread:
        return
    tidings = Tidings(
        topic=TOPIC,
        subject=author_id,
        moment=WAITS,
        turn=0 if last is None else last.id,
        line="Somebody waits for your yes.",
        path=PATH,
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(author_id)), now)
