"""Advancing cases: what follows from facts and time, carried out by the worker.

What is held becomes a case; what was called is given a jury; a juror tied to the author is followed by the
next; what is over is closed; and what was kept for it goes. Law 14: none of it depends on when it is done, or
how often, but how long somebody waits. Each case is a transaction of its own; one that another worker holds
is left to it.
"""

import secrets
from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.cases import closing, drawing, juries, kept_profiles
from audience.cases.tables import Case, CaseJuror
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import one_by_one
from coop.ids import new_id
from coop.policies import Books

PER_RUN = 500
"""Cases that one run of the job looks at, at most."""

_HELD = text("""
INSERT INTO moderation_case (id, kind, post_id, reply_id, profile_id, follow_id, author_id, guild_id,
                             decision_id, words, opened_at, called_at, salt)
SELECT :id, 'hold', decision.post_id, decision.reply_id, decision.profile_id, decision.follow_id,
       decision.author_id, post.guild_id, decision.id, '', :now, :now, :salt
FROM decision LEFT JOIN reply ON reply.id = decision.reply_id
LEFT JOIN post ON post.id = coalesce(decision.post_id, reply.post_id)
WHERE decision.id = :decision
ON CONFLICT DO NOTHING
RETURNING id
""")

_WITHOUT = text("""
SELECT decision.id FROM decision
WHERE action = 'hold'
  AND ended_at IS NULL AND NOT dry_run AND holds_until > :now
  AND NOT EXISTS (SELECT FROM moderation_case WHERE decision_id = decision.id AND kind = 'hold')
ORDER BY holds_until LIMIT :most
""")


def advance(database: Database, books: Books, clock: Clock) -> int:
    """Do what is due of every open case, and return of how many something was."""
    with database.begin() as session:
        now = clock.now(session)
        held = list(session.scalars(_WITHOUT, {"now": now, "most": PER_RUN}))

    def open_one(session: Session, decision_id: int) -> int:
        return open_hold(session, decision_id, clock.now(session))

    def step_one(session: Session, case_id: int) -> int:
        return step(session, books.current(session), case_id, clock.now(session))

    done = one_by_one(database, "cases", held, open_one)
    with database.begin() as session:
        waiting = select(col(Case.id)).where(col(Case.closed_at).is_(None)).order_by(col(Case.opened_at))
        open_ones = list(session.scalars(waiting.limit(PER_RUN)))
    done += one_by_one(database, "cases", open_ones, step_one)
    return done + kept_profiles.let_go(database, clock)


def open_hold(session: Session, decision_id: int, now: datetime) -> bool:
    """Call a jury to something that is held; say whether there was none yet."""
    bound = {"id": new_id(now), "decision": decision_id, "now": now, "salt": secrets.token_hex(32)}
    return session.scalar(_HELD, bound) is not None


def step(session: Session, book: Book, case_id: int, now: datetime) -> bool:
    """Do what is due of one case; say whether anything was. What somebody else holds is left to them."""
    wanted = select(Case).where(col(Case.id) == case_id, col(Case.closed_at).is_(None))
    case = session.scalars(wanted.with_for_update(skip_locked=True)).one_or_none()
    if case is None:
        return False
    rules = book.rules(MODERATION, ModerationRules)
    if case.called_at is None:
        if now < case.opened_at + rules.reports.again:
            return False
        closing.end(session, book, case, "few", now)
        return True
    if case.drawn_at is None:
        if drawing.draw(session, book, case, now):
            return True
        if now < case.called_at + (rules.holds.longest if case.kind == "hold" else rules.juries.time):
            return False
        closing.end(session, book, case, "no_jury", now)
        return True
    if case.due_at is not None and now >= case.due_at:
        closing.decide(session, book, case, now)
        return True
    return _replaced(session, book, case, now)


def _replaced(session: Session, book: Book, case: Case, now: datetime) -> bool:
    """Give the places of jurors whom something ties to the author by now to the next; say whether any was."""
    sitting = select(CaseJuror).where(
        col(CaseJuror.case_id) == case.id, col(CaseJuror.left_at).is_(None), col(CaseJuror.voted_at).is_(None)
    )
    tied = [one for one in session.scalars(sitting).all() if juries.conflicted(session, book, case, one, now)]
    for juror in tied:
        juries.leave(session, book, case, juror, "conflict", now)
    return bool(tied)
