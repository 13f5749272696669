"""Following, on a human scale: a member has so many followers as the policy says, and no more.

Law 6, for followers: the ceiling is exact, because they are counted while the row of the one who is followed
is held. Whoever comes when it is reached waits their turn, or is turned away, as the clause says; when it
rises, or somebody leaves, those who wait follow in the order in which they came. Whoever reaches it is told,
and invited to form a guild instead.

Law 7: a block is never told to the one who is blocked: following a member answers the same whether or not
they block the follower. While they do it has no effect, and takes nobody's place. Whom a limit for now keeps
out (``limit_for_now.py``) is told what one is told who comes when the ceiling is reached. Whoever waits and
is suspended from following waits on, and takes nobody's place meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import CursorResult, delete, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import limit_for_now, relations
from audience.clauses import limit_of
from audience.relations import BLOCK, FOLLOW, WAIT, member_id_of
from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Relation
from coop import suspended
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import PAGE, in_pages, one_by_one
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.notices import Tidings, tell
from coop.policies import Books

State = Literal["following", "waiting", "none"]

_LET_IN = """NOT EXISTS (SELECT FROM kept_out_by(member_id, :now) AS held(author_id) WHERE author_id = :other)
  AND NOT (:withheld AND EXISTS (
    SELECT FROM suspension WHERE suspension.member_id = relation.member_id AND until > :now))"""

_BLOCKED_BY = "SELECT other_id FROM relation WHERE member_id = :other AND kind = 'block'"

_COUNT = text(f"""
SELECT count(*) FILTER (WHERE kind = 'follow') AS followers, count(*) FILTER (WHERE kind = 'wait') AS waiting
FROM relation WHERE other_id = :other AND kind IN ('follow', 'wait') AND member_id NOT IN ({_BLOCKED_BY})
  AND (kind = 'follow' OR {_LET_IN})
""")  # noqa: S608 - put together from constants

_ADMIT = text(f"""
WITH next AS (
  SELECT member_id FROM relation
  WHERE other_id = :other AND kind = 'wait' AND member_id NOT IN ({_BLOCKED_BY}) AND {_LET_IN}
  ORDER BY since, member_id LIMIT :free
), gone AS (
  DELETE FROM relation USING next
  WHERE relation.member_id = next.member_id AND kind = 'wait' AND other_id = :other
  RETURNING relation.member_id
)
INSERT INTO relation (member_id, kind, other_id, since) SELECT member_id, 'follow', :other, :now FROM gone
""")  # noqa: S608 - put together from constants

_AWAITED = text("""
SELECT awaited.other_id
FROM (SELECT DISTINCT other_id FROM relation WHERE kind = 'wait' AND other_id > :after) AS awaited
WHERE CAST(:ceiling AS bigint) IS NULL OR CAST(:ceiling AS bigint) > (
  SELECT count(*) FROM relation WHERE kind = 'follow' AND other_id = awaited.other_id
    AND member_id NOT IN (SELECT other_id FROM relation AS blocked
                          WHERE blocked.member_id = awaited.other_id AND kind = 'block'))
ORDER BY awaited.other_id LIMIT :most
""")


def follow(session: Session, actor: Identity, book: Book, handle: str, now: datetime) -> State:
    """Follow a member, or wait to, and return which.

    Raise NotFound where nobody has that handle, RuleBroken for oneself, Conflict where the actor blocks them,
    and Forbidden, with the clause, where they have as many followers as they may and nobody may wait.
    """
    other_id = whom(session, actor, handle)
    relations.hold(session, other_id)
    found = state(session, actor, other_id)
    if found != "none":
        return found
    rules = book.rules(AUDIENCE, AudienceRules).followers
    ceiling = limit_of(rules.ceiling)
    counted = session.execute(_COUNT, _bound(book, other_id, now)).one()
    room = ceiling is None or (counted.followers < ceiling and not counted.waiting)
    if room and not limit_for_now.keeps_out(session, other_id, actor.member_id, now):
        _set(session, actor, FOLLOW, other_id, now)
        if ceiling is not None and counted.followers + 1 == ceiling:
            _invite(session, book, other_id, ceiling, now)
        return "following"
    if rules.on_full == "close":
        clause = book.cite(AUDIENCE, "/followers/ceiling")
        most = "more" if ceiling is None else f"more than {ceiling} followers"
        detail = f"Nobody here has {most}: look for a guild that they are in."
        raise Forbidden("This member has as many followers as they may.", faults=(Fault("", detail, clause),))
    _set(session, actor, WAIT, other_id, now)
    return "waiting"


def whom(session: Session, actor: Identity, handle: str) -> int:
    """Return the id of a member whom the actor may ask to follow.

    Raise NotFound where nobody has that handle, RuleBroken for oneself, and Conflict where the actor blocks
    them.
    """
    other_id = member_id_of(session, handle)
    if other_id == actor.member_id:
        raise RuleBroken("You cannot follow yourself.")
    if session.get(Relation, (actor.member_id, BLOCK, other_id)) is not None:
        raise Conflict("You block this member: unblock them first.")
    return other_id


def unfollow(session: Session, actor: Identity, book: Book, handle: str, now: datetime) -> None:
    """No longer follow a member, or wait to; whoever waits longest follows instead.

    Raise NotFound where nobody has that handle.
    """
    leave(session, book, actor.member_id, member_id_of(session, handle), now)


def leave(session: Session, book: Book, member_id: int, other_id: int, now: datetime) -> None:
    """End it that one member follows another, or waits to, and let in who waits."""
    relations.hold(session, other_id)
    session.execute(
        delete(Relation).where(
            col(Relation.member_id) == member_id,
            col(Relation.kind).in_((FOLLOW, WAIT)),
            col(Relation.other_id) == other_id,
        )
    )
    admit(session, book, other_id, now)


def block(session: Session, actor: Identity, book: Book, handle: str, now: datetime) -> None:
    """Block a member: neither is shown what the other makes, and following ends both ways.

    Raise NotFound where nobody has that handle and RuleBroken for oneself.
    """
    other_id = relations.block(session, actor, handle, now)
    # Both rows are held in one order, whoever blocks whom.
    for one, other in sorted(((actor.member_id, other_id), (other_id, actor.member_id)), key=itemgetter(1)):
        leave(session, book, one, other, now)


def state(session: Session, actor: Identity, other_id: int) -> State:
    """Return how the actor stands to a member."""
    kinds = session.scalars(
        select(col(Relation.kind)).where(
            col(Relation.member_id) == actor.member_id, col(Relation.other_id) == other_id
        )
    ).all()
    return "following" if FOLLOW in kinds else "waiting" if WAIT in kinds else "none"


def admit(session: Session, book: Book, other_id: int, now: datetime) -> int:
    """Let those who wait follow a member while there is room, in order; return how many. The row is held.

    Whoever reaches the ceiling by it is told, as where somebody comes who did not have to wait.
    """
    ceiling = limit_of(book.rules(AUDIENCE, AudienceRules).followers.ceiling)
    bound = _bound(book, other_id, now)
    counted = session.execute(_COUNT, bound).one()
    free = counted.waiting if ceiling is None else min(counted.waiting, ceiling - counted.followers)
    if free <= 0:
        return 0
    admitted = session.execute(_ADMIT, {**bound, "free": free})
    assert isinstance(admitted, CursorResult)
    if ceiling is not None and counted.followers + admitted.rowcount == ceiling:
        _invite(session, book, other_id, ceiling, now)
    return admitted.rowcount


def admit_due(database: Database, books: Books, clock: Clock) -> int:
    """Let in whoever waits and finds room, a ceiling having risen; return how many. One member at a time."""

    def awaited(session: Session, after: int) -> Sequence[int]:
        ceiling = limit_of(books.current(session).rules(AUDIENCE, AudienceRules).followers.ceiling)
        bound = {"after": after, "ceiling": ceiling, "most": PAGE}
        return session.scalars(_AWAITED, bound).all()

    def admit_one(session: Session, other_id: int) -> int:
        relations.hold(session, other_id)
        return admit(session, books.current(session), other_id, clock.now(session))

    return one_by_one(database, "followers in line", in_pages(database, awaited), admit_one)


def _bound(book: Book, other_id: int, now: datetime) -> dict[str, Any]:
    return {"other": other_id, "now": now, "withheld": suspended.withheld(book, "follow")}


def _set(session: Session, actor: Identity, kind: str, other_id: int, now: datetime) -> None:
    row = insert(Relation).values(member_id=actor.member_id, kind=kind, other_id=other_id, since=now)
    session.execute(row.on_conflict_do_nothing())


def _invite(session: Session, book: Book, other_id: int, ceiling: int, now: datetime) -> None:
    """Tell a member that they have reached the ceiling, once for each height of it."""
    tidings = Tidings(
        topic="followers",
        subject=other_id,
        moment="ceiling",
        turn=ceiling,
        line=f"You have {ceiling} followers, as many as one person here has.",
        detail="Form a guild with some of them: what is made there reaches its members, who can answer.",
        path="/guilds/new",
        at=now,
    )
    tell(session, book, tidings, select(literal(other_id)), now)
