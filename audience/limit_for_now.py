"""Limit for now: an author in a storm shuts strangers out of all that they made, for some days, in one call.

A stranger follows the author for no longer than they say, is not followed by them, and shares no guild with
them; to a post that names them nobody is one. Who is kept out is said in one place, the database's functions
``kept_out_by`` and ``stays_open``, and asked where blocks are (``access.LET_IN``).

Law 8: it only tightens: nothing is opened by it to anybody. Law 6: whoever holds a seat keeps it and reads
on, and does nothing else with the post meanwhile. Law 7: whatever it closes is as if it were not there, and
its author is told nothing of whom it kept out. Law 14: it ends by itself, because whether one is on is a
function of its row and the time; the job only tells its author.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, literal, select, text, update
from sqlmodel import Session, col

from audience import relations
from audience.limit_for_now_tables import LimitForNow
from audience.rules import AUDIENCE, AudienceRules
from coop import notices
from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.identity import Identity
from coop.ids import first_id_at
from coop.notices import Tidings

Whom = Literal["strangers", "strangers_and_recent"]
"""Who is kept out: strangers, or with them whoever began to follow the author of late."""

PATH = "/members/me/limit"
"""The page on which an author sets one, sees it and ends it."""
ENDED = "ended"
"""Moment of the notice that one has ended."""

_KEEPS_OUT = text("""
SELECT EXISTS (SELECT FROM kept_out_by(:reader, :now) AS held(author_id) WHERE author_id = :author)
""")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is on."""

    since: datetime
    until: datetime
    whom: Whom


def begin(
    session: Session, author: Identity, book: Book, days: int | None, whom: Whom, now: datetime
) -> Limit:
    """Keep people out of what the author made, from the next request on, and return the limit.

    ``days`` from now it ends; None is the default. While one is on this changes it, and who followed of late
    is still counted back from when it was first set. Raise RuleBroken for more days than the clause allows.
    """
    rules = book.rules(AUDIENCE, AudienceRules).limit_for_now
    days = rules.default if days is None else days
    if not 1 <= days <= rules.longest:
        clause = book.cite(AUDIENCE, "/limit_for_now/longest")
        fault = Fault("/days", f"This is 1 to {rules.longest}.", clause)
        raise RuleBroken("A limit for now cannot last so long.", faults=(fault,))
    # Whoever is about to follow the author does so before this, or comes to a limit that is on.
    relations.hold(session, author.member_id)
    before = running(session, author, now)
    made = Limit(now if before is None else before.since, now + timedelta(days=days), whom)
    recent = made.since - timedelta(days=rules.recent)
    session.merge(
        LimitForNow(
            author_id=author.member_id,
            since=made.since,
            until=made.until,
            followed_before=recent if whom == "strangers_and_recent" else None,
            told=False,
        )
    )
    session.flush()
    return made


def end(session: Session, author: Identity, now: datetime) -> None:
    """Let everybody in again who may by the audience of a post; where no limit is on nothing changes."""
    # Of two requests at once the one that ends it may have begun before the one that set it.
    over = func.greatest(col(LimitForNow.since), now)
    session.execute(
        update(LimitForNow)
        .where(col(LimitForNow.author_id) == author.member_id, col(LimitForNow.until) > now)
        .values(until=over, told=True)
    )


def running(session: Session, author: Identity, now: datetime) -> Limit | None:
    """Return the author's limit; None where none is on."""
    row = session.scalar(
        select(LimitForNow).where(
            col(LimitForNow.author_id) == author.member_id, col(LimitForNow.until) > now
        )
    )
    if row is None:
        return None
    return Limit(row.since, row.until, "strangers" if row.followed_before is None else "strangers_and_recent")


def keeps_out(session: Session, author_id: int, reader_id: int, now: datetime) -> bool:
    """Say whether the author's limit keeps a member out, but for posts that name them or gave them a seat."""
    bound = {"author": author_id, "reader": reader_id, "now": now}
    return bool(session.scalar(_KEEPS_OUT, bound))


def tell_ended(session: Session, book: Book, now: datetime) -> int:
    """Tell authors that their limit has ended by itself, each once; return how many."""
    over = (
        update(LimitForNow)
        .where(col(LimitForNow.until) <= now, col(LimitForNow.told).is_(False))
        .values(told=True)
        .returning(col(LimitForNow.author_id), col(LimitForNow.until))
    )
    ended = session.execute(over).all()
    for author_id, until in ended:
        tidings = Tidings(
            topic="limit",
            subject=author_id,
            moment=ENDED,
            turn=first_id_at(until),
            line="Your limit for now has ended.",
            detail="Strangers find what you make again, as far as it is for them.",
            path=PATH,
            at=until,
        )
        notices.tell(session, book, tidings, select(literal(author_id)), now)
    return len(ended)
