"""Follows that a rule holds back, and what whoever would be followed says: a yes or a no ends the hold.

Law 1: whether they are asked at all is the clause ``/holds/followed_decide``. Law 7: they are told only of
somebody who could follow them: of nobody whom they block or who blocks them, nor whom they keep out for now.
For everybody else there is no such follow.

Locks: the decision, then the row of whoever would be followed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal, select, text
from sqlmodel import Session

from audience.moderation import ending_holds, releasing
from audience.moderation.act_tables import FollowBegun
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.tables import Decision
from coop import notices
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.notices import Tidings

LET_IN, TURNED_AWAY = "let_in", "turned_away"
"""Why a hold ended that whoever would be followed decided on."""
PATH = "/members/me/asks"

_WAITING = text("""
SELECT begun.id, member.handle, member.display_name, begun.created_at AS at, decision.id AS decision
FROM follow_begun AS begun JOIN member ON member.id = begun.author_id
JOIN decision ON decision.follow_id = begun.id AND decision.action = 'hold' AND decision.ended_at IS NULL
  AND NOT decision.dry_run
WHERE begun.other_id = :me AND begun.held_at IS NOT NULL AND member.left_at IS NULL
  AND (CAST(:begun AS bigint) IS NULL OR begun.id = :begun)
  AND NOT EXISTS (SELECT FROM relation WHERE kind = 'block' AND (
    member_id = :me AND other_id = begun.author_id OR member_id = begun.author_id AND other_id = :me))
  AND NOT EXISTS (SELECT FROM kept_out_by(begun.author_id, :now) AS held(author_id) WHERE author_id = :me)
ORDER BY begun.id LIMIT :most
""")

MOST = 100
"""How many are listed: they end by themselves within hours."""


class Waiting(NamedTuple):
    """Somebody who would follow, and waits."""

    id: int
    handle: str
    display_name: str
    at: datetime
    decision: int
    """What holds it back."""


def listing(session: Session, member: Identity, book: Book, now: datetime) -> Sequence[Waiting]:
    """Return who waits to follow a member, the first first; nobody where the clause does not ask them."""
    if not _asked(book):
        return []
    return _waiting(session, member.member_id, None, now)


def tell(session: Session, book: Book, begun: FollowBegun, now: datetime) -> None:
    """Tell whoever would be followed that somebody waits, where the clause asks them and they may know."""
    if not _asked(book) or begun.held_at is None:
        return
    for one in _waiting(session, begun.other_id, begun.id, now):
        tidings = Tidings(
            topic="ask",
            subject=begun.id,
            moment="follow_waits",
            line=f"@{one.handle} would like to follow you. A rule holds it back for now.",
            detail="You may let them, or turn them away. Say nothing, and it ends by itself.",
            path=PATH,
            at=now,
        )
        notices.tell(session, book, tidings, select(literal(begun.other_id)), now)


def let_in(session: Session, member: Identity, book: Book, begun_id: int, now: datetime) -> None:
    """Let somebody follow who waits to; raise NotFound where the member is asked of no such follow."""
    decision = _hold(session, member, book, begun_id, now)
    ending_holds.end_hold(session, book, decision.id, LET_IN, now)


def turn_away(session: Session, member: Identity, book: Book, begun_id: int, now: datetime) -> None:
    """Turn somebody away who waits to follow; raise NotFound where the member is asked of no such follow."""
    decision = _hold(session, member, book, begun_id, now)
    begun = releasing.hold(session, FollowBegun, begun_id)
    begun.held_at = None
    decision.ended_at, decision.ended_why = now, TURNED_AWAY
    session.flush()


def _asked(book: Book) -> bool:
    return book.rules(MODERATION, ModerationRules).holds.followed_decide


def _waiting(session: Session, me: int, begun_id: int | None, now: datetime) -> list[Waiting]:
    bound = {"me": me, "begun": begun_id, "now": now, "most": MOST}
    return [Waiting(*row) for row in session.connection().execute(_WAITING, bound)]


def _hold(session: Session, member: Identity, book: Book, begun_id: int, now: datetime) -> Decision:
    """Return what holds back a follow that the member is asked of, its row locked."""
    if not _asked(book):
        raise NotFound
    for one in _waiting(session, member.member_id, begun_id, now):
        decision = session.get_one(Decision, one.decision, with_for_update=True, populate_existing=True)
        if decision.ended_at is None:
            return decision
    raise NotFound
