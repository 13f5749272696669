"""Appeals: what was decided is looked at again, once, by a jury that has not seen it.

Whoever made the thing may appeal, and anyone who could read it: who may open it now, or took a seat at it
before it was hidden. Law 7: for everybody else there is no such decision. What a jury decided on appeal is
final, and no jury that judges an appeal does anything stricter.

What is held is no matter for an appeal: a jury is called to it anyway, and judges it before the hold ends.

A unique index keeps one appeal of a decision, however many ask at once. Locks: the open case about the thing,
then the decision, then the members (``counted_acts.py``).
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.access import access_post
from audience.cases import counted_acts, subject
from audience.cases.subject import Subject
from audience.cases.tables import Case
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.tables import Decision
from audience.moderation.verdict import slowed_until
from coop import judged_profiles
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.names import prose

LONGEST_WORDS = 2000
"""In characters."""
MONTH = timedelta(days=30)

_SEATED = text("SELECT EXISTS (SELECT FROM seat WHERE post_id = :post AND member_id = :me)")


def appeal(
    session: Session, member: Identity, book: Book, decision_id: int, words: str, now: datetime
) -> Case:
    """Ask for a fresh jury on a decision, and return the case.

    Raise NotFound where the member could not read the thing, Conflict where it is appealed already, is judged
    by a jury, has ended or cannot be appealed any more, and TooMany where they appeal too often.
    """
    said = prose(words, "/words", longest=LONGEST_WORDS)
    decision = _decision(session, member, book, decision_id, now)
    if decision.ended_at is not None:
        raise Conflict("This is not in force any more: there is nothing to appeal.")
    if now >= decision.appeal_until:
        raise Conflict(f"This could be appealed until {decision.appeal_until:%Y-%m-%d %H:%M} UTC.")
    slowed = slowed_until(decision.causes) if decision.action == "slow" else None
    if slowed is not None and now >= slowed:
        raise Conflict("You are not slowed down any more: there is nothing for a jury to look at.")
    _check_final(session, decision)
    if decision.action == "hold":
        raise Conflict("This ends by itself, and a jury is called to it before: none has to be asked for.")
    thing = subject.of_decision(session, decision)
    made: int | None = session.execute(
        insert(Case)
        .values(
            id=new_id(now),
            kind="appeal",
            post_id=decision.post_id,
            reply_id=decision.reply_id,
            profile_id=decision.profile_id,
            follow_id=decision.follow_id,
            author_id=decision.author_id,
            guild_id=thing.guild_id,
            decision_id=decision.id,
            words=said,
            appellant_id=member.member_id,
            opened_at=now,
            called_at=now,
            salt=secrets.token_hex(32),
        )
        .on_conflict_do_nothing()
        .returning(col(Case.id))
    ).scalar_one_or_none()
    if made is None:
        earlier = appeal_of(session, decision.id)
        if earlier is not None and earlier.closed_at is not None:
            raise Conflict("It was looked at again already, because of an appeal, and that happens once.")
        raise Conflict("A jury is to look at it already: it is looked at again once.")
    counted_acts.hold(session, member, thing)
    _check_often(session, member, book, made, now)
    _check_there(session, decision)
    return session.get_one(Case, made)


def appeal_of(session: Session, decision_id: int) -> Case | None:
    """Return the appeal of a decision, if there is one."""
    wanted = select(Case).where(col(Case.decision_id) == decision_id, col(Case.kind) == "appeal")
    return session.scalars(wanted).one_or_none()


def is_final(session: Session, decision_id: int) -> bool:
    """Say whether a decision came of an appeal, and so stands."""
    came = select(col(Case.id)).where(col(Case.made_id) == decision_id, col(Case.kind) == "appeal")
    return session.scalar(came.limit(1)) is not None


def _decision(session: Session, member: Identity, book: Book, decision_id: int, now: datetime) -> Decision:
    """Return a decision about something that the member made or could read, its row locked."""
    decision = session.get(Decision, decision_id)
    if decision is None or decision.dry_run:
        raise NotFound
    if decision.author_id != member.member_id:
        _check_could_read(session, member, book, decision, now)
    _hold_case(session, decision)
    return session.get_one(Decision, decision_id, with_for_update=True, populate_existing=True)


def _hold_case(session: Session, decision: Decision) -> None:
    """Wait for whoever closes a case about the thing, because they take the decision after it."""
    about = [
        col(column) == value
        for column, value in (
            (Case.post_id, decision.post_id),
            (Case.reply_id, decision.reply_id),
            (Case.profile_id, decision.profile_id),
            (Case.follow_id, decision.follow_id),
        )
        if value is not None
    ]
    session.execute(select(col(Case.id)).where(*about, col(Case.closed_at).is_(None)).with_for_update())


def _check_could_read(
    session: Session, member: Identity, book: Book, decision: Decision, now: datetime
) -> None:
    # That somebody is slowed, or waits, is told to nobody but them, and so is what was taken of a profile.
    thing: Subject = subject.of_decision(session, decision)
    if thing.profile_id is not None and decision.action == "label" and not thing.gone:
        return
    if thing.on_id is None or decision.action == "slow":
        raise NotFound
    if decision.action in ("hold", "remove", "narrow"):
        if thing.gone or not session.scalar(_SEATED, {"post": thing.on_id, "me": member.member_id}):
            raise NotFound
    elif thing.reply_id is None:
        access_post(session, member, book, thing.on_id, now)
    else:
        subject.delivered_reply(session, member, book, thing.reply_id, now)


def _check_there(session: Session, decision: Decision) -> None:
    """Raise Conflict where there is nothing to judge.

    Of a follow there is its pace alone, and of a profile what others see, or saw when it was reported.
    """
    if decision.follow_id is not None and decision.action != "slow":
        raise Conflict("This ends by itself: there is nothing for a jury to look at.")
    if decision.profile_id is None:
        return
    if not judged_profiles.keep(session, decision.profile_id):
        raise Conflict(
            "This ends by itself, was changed since, or you may write it anew: there is nothing for a jury to"
            " look at."
        )


def _check_final(session: Session, decision: Decision) -> None:
    if is_final(session, decision.id):
        raise Conflict("A jury decided this on appeal: it was looked at twice, and stands.")
    judges = select(Case).where(col(Case.decision_id) == decision.id, col(Case.closed_at).is_(None))
    found = session.scalars(judges).one_or_none()
    if found is not None:
        if found.due_at is None:
            raise Conflict("A jury looks at it already, as soon as it is drawn.")
        raise Conflict(f"A jury looks at it already, and decides by {found.due_at:%Y-%m-%d %H:%M} UTC.")


def _check_often(session: Session, member: Identity, book: Book, made: int, now: datetime) -> None:
    """Raise TooMany where a member has appealed too often before what they ``made`` just now."""
    most = book.rules(MODERATION, ModerationRules).appeals.per_month
    appealed = (col(Case.appellant_id) == member.member_id, col(Case.id) != made)
    own = (*appealed, col(Case.opened_at) > now - MONTH)
    number, first = session.execute(select(func.count(), func.min(col(Case.opened_at))).where(*own)).one()
    if number >= most:
        detail = f"You have appealed {number} times in 30 days, which is as often as one member appeals."
        fault = Fault("", detail, book.cite(MODERATION, "/appeals/per_month"))
        wait = (first + MONTH - now).total_seconds()
        raise TooMany(detail, retry_after_s=max(1, int(wait)), faults=(fault,))
