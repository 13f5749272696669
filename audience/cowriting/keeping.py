"""Keeping drafts: what nobody touches is taken away after a time, of which those who write in it are told.

Law 14: what is due follows from its row and the clauses alone, so any number of workers may run, late or
twice. However late they are, nothing goes before those who write in it had the time that a clause gives them.
"""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.cowriting import beginning, telling
from audience.feature_clauses import SharedDrafts
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.policies import Books

_IS_DUE = """draft.post_id IS NULL AND draft.touched_at <= :untouched
  AND (draft.warned_at IS NULL OR draft.touched_at <= :over AND draft.warned_at <= :warned)"""
_DUE = text(f"""
SELECT draft.touched_at AS at, draft.id FROM shared_draft AS draft
WHERE {_IS_DUE} AND {BEYOND.format("draft.touched_at", "draft.id")}
ORDER BY draft.touched_at, draft.id LIMIT :most
""")  # noqa: S608 - put together from constants
_HOLD = text(f"""
SELECT draft.touched_at, draft.warned_at IS NOT NULL AS told FROM shared_draft AS draft
WHERE draft.id = :draft AND {_IS_DUE} FOR UPDATE SKIP LOCKED
""")  # noqa: S608 - put together from constants
_WARNED = text("UPDATE shared_draft SET warned_at = :now WHERE id = :draft")


def keep_due(database: Database, books: Books, clock: Clock) -> int:
    """Tell of drafts that go soon, take away those whose time is over; return how many there were of both."""
    with database.begin() as session:
        bound = _moments(books.current(session), clock.now(session))

    def settle_one(session: Session, draft_id: int) -> int:
        return settle(session, books.current(session), draft_id, clock.now(session))

    return one_by_one(database, "drafts that nobody touches", in_order(database, _DUE, bound), settle_one)


def settle(session: Session, book: Book, draft_id: int, now: datetime) -> bool:
    """Tell those who write in a draft that it goes, or take it away; say whether either was done here."""
    bound = _moments(book, now) | {"draft": draft_id}
    row = session.connection().execute(_HOLD, bound).one_or_none()
    if row is None:
        return False
    if row.told:
        beginning.forget(session, draft_id)
        return True
    session.connection().execute(_WARNED, {"draft": draft_id, "now": now})
    rules = _rules(book)
    until = max(row.touched_at + rules.kept, now + rules.warned)
    turn = row.touched_at.toordinal()
    telling.goes(session, book, draft_id, until, turn, now)
    return True


def _moments(book: Book, now: datetime) -> dict[str, datetime]:
    rules = _rules(book)
    return {
        "untouched": now - (rules.kept - rules.warned),
        "over": now - rules.kept,
        "warned": now - rules.warned,
    }


def _rules(book: Book) -> SharedDrafts:
    return book.rules(AUDIENCE, AudienceRules).drafts
