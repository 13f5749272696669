# ruff: noqa: S608 - the statements are put together from constants
"""Advancing cases: what follows from facts and time, carried out by the worker.

What is held becomes a case; what is over is closed; a juror tied to the author is followed by the next; what
was called is given a jury; and what was kept for it goes. Law 14: none of it depends on when it is done, or
how often, but how long somebody waits. Each case is a transaction of its own; one that another worker holds
is left to it, and one that fails is logged and keeps nobody behind it waiting.

Only what is due is looked at, however much is open beside it: single reports wait for weeks, and juries for
days; one for which too few offered is drawn for ever more rarely (``drawing.py``).
"""

import secrets
from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.cases import closing, drawing, juries, kept_profiles, pool
from audience.cases.tables import Case, CaseJuror
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.tables import Decision
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.ids import new_id
from coop.policies import Books

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

# What has a jury already, or wants one, is left out: of one thing one case is open.
_WITHOUT = text(f"""
SELECT holds_until AS at, decision.id FROM decision
WHERE action = 'hold' AND ended_at IS NULL AND NOT dry_run AND holds_until > :now
  AND {BEYOND.format("holds_until", "decision.id")}
  AND NOT EXISTS (SELECT FROM moderation_case WHERE decision_id = decision.id AND kind = 'hold')
  AND NOT EXISTS (SELECT FROM moderation_case AS other WHERE other.closed_at IS NULL
                    AND (other.post_id = decision.post_id OR other.reply_id = decision.reply_id)
                    AND other.called_at IS NOT NULL)
ORDER BY holds_until, decision.id LIMIT :most
""")
_OVER = text(f"""
SELECT due_at AS at, id FROM moderation_case
WHERE closed_at IS NULL AND due_at <= :now
  AND {BEYOND.format("due_at", "id")}
ORDER BY due_at, id LIMIT :most
""")
_CALLED = text(f"""
SELECT called_at AS at, id FROM moderation_case
WHERE closed_at IS NULL AND called_at IS NOT NULL AND drawn_at IS NULL
  AND (again_at IS NULL OR again_at <= :now)
  AND {BEYOND.format("called_at", "id")}
ORDER BY called_at, id LIMIT :most
""")
_FEW = text(f"""
SELECT opened_at AS at, id FROM moderation_case
WHERE closed_at IS NULL AND called_at IS NULL AND opened_at <= :before
  AND {BEYOND.format("opened_at", "id")}
ORDER BY opened_at, id LIMIT :most
""")


def advance(database: Database, books: Books, clock: Clock) -> int:
    """Do what is due of every open case, and return of how many something was."""
    with database.begin() as session:
        rules, now = books.current(session).rules(MODERATION, ModerationRules), clock.now(session)
        tied = list(pool.conflicted(session, rules.juries, now))

    def held(session: Session, decision_id: int) -> bool:
        return open_hold(session, books.current(session), decision_id, clock.now(session))

    def due(session: Session, case_id: int) -> bool:
        return step(session, books.current(session), case_id, clock.now(session))

    by_now, before = {"now": now}, {"before": now - rules.reports.again}
    done = one_by_one(database, "cases", in_order(database, _WITHOUT, by_now), held)
    done += one_by_one(database, "cases", in_order(database, _OVER, by_now), due)
    done += one_by_one(database, "cases", tied, due)
    done += one_by_one(database, "cases", in_order(database, _CALLED, by_now), due)
    done += one_by_one(database, "cases", in_order(database, _FEW, before), due)
    return done + kept_profiles.let_go(database, clock)


def open_hold(session: Session, book: Book, decision_id: int, now: datetime) -> bool:
    """Call a jury to something that is held; say whether there was none yet.

    Reports that were too few for a jury end with that, and whoever made them is told: one looks now.
    """
    decision = session.get_one(Decision, decision_id)
    about = [
        col(column) == value
        for column, value in ((Case.post_id, decision.post_id), (Case.reply_id, decision.reply_id))
        if value is not None
    ]
    uncalled = (col(Case.closed_at).is_(None), col(Case.called_at).is_(None))
    if about:
        for case in session.scalars(select(Case).where(*about, *uncalled).with_for_update()):
            closing.give_way(session, book, case, now)
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
        if _ended(session, case):
            closing.end(session, book, case, "ended", now)
            return True
        if drawing.draw(session, book, case, now):
            return True
        until = case.called_at + (rules.holds.longest if case.kind == "hold" else rules.juries.time)
        if now < until:
            case.again_at = min(until, drawing.again_at(case.called_at, now))
            return False
        closing.end(session, book, case, "no_jury", now)
        return True
    if case.due_at is not None and now >= case.due_at:
        closing.decide(session, book, case, now)
        return True
    return _replaced(session, book, case, now)


def _replaced(session: Session, book: Book, case: Case, now: datetime) -> bool:
    """Give the places of jurors whom something ties to the author by now to the next; say whether any was."""
    rules = book.rules(MODERATION, ModerationRules).juries
    tied = pool.conflicted(session, rules, now, case).get(case.id, ())
    for member_id in tied:
        juror = session.get_one(CaseJuror, (case.id, member_id))
        juries.leave(session, book, case, juror, "conflict", now)
    return bool(tied)


def _ended(session: Session, case: Case) -> bool:
    """Say whether what a case was to judge has ended meanwhile."""
    ended = select(col(Decision.id)).where(
        col(Decision.id) == case.decision_id, col(Decision.ended_at).is_not(None)
    )
    return case.decision_id is not None and session.scalar(ended) is not None
