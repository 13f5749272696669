"""Emergency holds: a steward keeps something made in their guild back for hours, and a jury looks at once.

The only thing that one person may do to what another made: once for each thing, so often in a week, under a
by-law, with an end, and on the record: whoever made it is told who did it, and the figures count it.
"""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from audience.cases import closing, counted_acts
from audience.cases.causes import by_law, grounds, of_people
from audience.cases.subject import Subject
from audience.cases.tables import Case
from audience.moderation import decisions
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.ruleset import scope_of
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept
from coop import notices
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, RuleBroken, TooMany
from coop.identity import Identity
from coop.notices import Tidings

WEEK = timedelta(days=7)


def hold(
    session: Session, steward: Identity, book: Book, thing: Subject, ground: str, now: datetime
) -> Decision:
    """Hold something that the steward was delivered and that was made in a guild of theirs.

    Raise Forbidden where they are no steward there, RuleBroken where there is no such ground or it is their
    own, Conflict where a steward held it before or it is hidden already, and TooMany where they have held
    too much.
    """
    if thing.guild_id is None or thing.guild_id not in steward.steward_of:
        raise Forbidden("Only a steward of the guild in which something was made may hold it.")
    if thing.author_id == steward.member_id:
        raise RuleBroken(f"This is a {thing.noun} of yours: delete it, and it is gone.")
    rules, scope = book.rules(MODERATION, ModerationRules).emergencies, scope_of(book, thing.guild)
    if ground not in grounds(book, scope):
        known = ", ".join(sorted(grounds(book, scope)))
        fault = Fault("/ground", f"There is no such ground here. There are: {known}.")
        raise RuleBroken("Name the by-law that it breaks.", faults=(fault,))
    _end_reports(session, book, thing, now)
    counted_acts.hold(session, steward, thing)
    _check_often(session, steward, book, rules.per_week, now)
    before = _held(session, thing)
    if before is not None and before.action in decisions.HIDING:
        raise Conflict("This is hidden already.")
    _check_once(session, thing)
    cause = of_people(book, by_law(book, scope, ground), "hold", "steward")
    causes = [cause, *([] if before is None else cast(list[Kept], before.causes))]
    made = decisions.put(
        session, book, thing.post_id, thing.reply_id, causes, "steward", now, holds_until=now + rules.hold
    )  # fmt: skip
    assert made is not None
    made.steward_id = steward.member_id
    session.flush()
    _tell(session, book, steward, thing, made, now)
    return made


def _check_often(session: Session, steward: Identity, book: Book, most: int, now: datetime) -> None:
    recent = (col(Decision.steward_id) == steward.member_id, col(Decision.made_at) > now - WEEK)
    wanted = select(func.count(), func.min(col(Decision.made_at))).where(*recent)
    number, first = session.execute(wanted).one()
    if number >= most:
        detail = f"You have held {number} things in 7 days, which is as many as one steward may."
        fault = Fault("", detail, book.cite(MODERATION, "/emergencies/per_week"))
        wait = 60.0 if first is None else (first + WEEK - now).total_seconds()
        raise TooMany(detail, retry_after_s=max(1, int(wait)), faults=(fault,))


def _held(session: Session, thing: Subject) -> Decision | None:
    """Return the decision in force on a thing, both rows locked: of two stewards one waits for the other."""
    decisions.in_force(session, thing.post_id, thing.reply_id)
    decisions.row(session, thing.post_id, thing.reply_id)
    return decisions.in_force(session, thing.post_id, thing.reply_id)


def _check_once(session: Session, thing: Subject) -> None:
    same = (
        col(Decision.post_id) == thing.post_id
        if thing.reply_id is None
        else col(Decision.reply_id) == thing.reply_id
    )
    held = select(col(Decision.id)).where(same, col(Decision.steward_id).is_not(None))
    if session.scalar(held.limit(1)) is not None:
        raise Conflict(f"A steward held this {thing.noun} before. Report it, and a jury decides.")


def _end_reports(session: Session, book: Book, thing: Subject, now: datetime) -> None:
    """Close the case of reports on a thing: a jury looks at the hold instead."""
    about = (
        col(Case.post_id) == thing.post_id if thing.reply_id is None else col(Case.reply_id) == thing.reply_id
    )
    wanted = select(Case).where(about, col(Case.closed_at).is_(None)).with_for_update()
    for case in session.scalars(wanted):
        if case.kind != "report":
            raise Conflict("A jury looks at it already.")
        closing.end(session, book, case, "ended", now, told="steward")


def _tell(
    session: Session, book: Book, steward: Identity, thing: Subject, made: Decision, now: datetime
) -> None:
    tidings = Tidings(
        topic="post",
        subject=made.id,
        moment="decided",
        line=f"A {thing.noun} of yours is held back by @{steward.handle}, a steward.",
        detail="A jury looks at it at once. Where it does not decide in time, it is shown again.",
        path=f"/moderation/decisions/{made.id}",
        at=now,
        until=made.holds_until,
    )
    notices.tell(session, book, tidings, select(literal(thing.author_id)), now)
