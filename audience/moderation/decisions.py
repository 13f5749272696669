"""Decisions: what rules do with what members make and do, carried out and told to them.

Law 13: what could not be decided is held; how that ends is in ``ending_holds.py``. Law 7: for all but its
author a held thing is not there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, literal, select
from sqlmodel import Session, col

from audience.moderation import hiding, label_facts, narrowing
from audience.moderation.act_tables import FollowBegun
from audience.moderation.rules import MODERATION, Action, ModerationRules
from audience.moderation.ruleset import Cause
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, Verdict, kept, slowed_until, timed, verdict
from audience.tables import Post, Reply
from coop import notices
from coop.book import Book
from coop.ids import new_id
from coop.notices import Tidings
from coop.profile_tables import ProfileChange

HIDING: tuple[Action, ...] = ("hold", "remove")
"""What leaves a thing to its author alone."""
SAID: dict[Action, str] = {
    "slow": "You are slowed down after {}.",
    "label": "A label was put on {}.",
    "collapse": "{} is shown folded.",
    "unfeed": "No feed offers {}.",
    "narrow": "{} is for those alone who follow you, or whom it names.",
    "hold": "{} is held back.",
    "remove": "{} was removed.",
}
"""By action: what a notice says."""

Subject = Post | Reply | ProfileChange | FollowBegun
"""What rules decide on."""
THINGS: dict[type[Subject], tuple[str, str]] = {
    Post: ("post_id", "a post of yours"),
    Reply: ("reply_id", "a reply of yours"),
    ProfileChange: ("profile_id", "a change of your profile"),
    FollowBegun: ("follow_id", "a follow of yours"),
}
"""By what is decided on: the column that names it, and what notices call it."""


def decide(
    session: Session, book: Book, subject: Subject, scope: str, causes: Sequence[Cause], now: datetime
) -> None:
    """Do what rules of a scope say with what was stored just now, and tell its author.

    What is only tried (``dry_run``) is kept beside it and told to nobody.
    """
    post_id = subject.id if isinstance(subject, Post) else None
    cited = label_facts.cited(session, book, scope, post_id, subject.author_id, causes, now)
    found = [(one.rule.dry_run, kept(one, book, scope, cited)) for one in causes]
    tried = verdict(timed([one for dry_run, one in found if dry_run], now))
    if tried is not None:
        keep(session, subject, tried, now, dry_run=True)
    made = verdict(timed([one for dry_run, one in found if not dry_run], now))
    if made is None:
        return
    longest = book.rules(MODERATION, ModerationRules).holds.longest
    until = now + longest if made.action == "hold" else None
    decision = keep(session, subject, made, now, holds_until=until)
    if made.action in HIDING:
        if isinstance(subject, Reply):
            decision.resumes, subject.state = subject.state, "held"
        else:
            subject.held_at = now
    session.flush()
    tell(session, book, subject, decision, made.causes[0]["about"], now)


def keep(
    session: Session,
    subject: Subject,
    made: Verdict,
    now: datetime,
    *,
    holds_until: datetime | None = None,
    dry_run: bool = False,
) -> Decision:
    """Keep a verdict on a thing, return it, and keep on the thing what its readers are told."""
    decision = Decision(
        id=new_id(now),
        author_id=subject.author_id,
        action=made.action,
        labels=made.labels,
        override=made.override,
        causes=cast(list[dict[str, Any]], made.causes),
        dry_run=dry_run,
        made_at=now,
        appeal_until=now + timedelta(days=made.appeal_days),
        holds_until=holds_until,
    )
    setattr(decision, THINGS[type(subject)][0], subject.id)
    session.add(decision)
    if not dry_run and not isinstance(subject, FollowBegun):
        subject.flag = made.flag(decision.id)
        if isinstance(subject, Post):
            subject.unfed = made.action == "unfeed"
    session.flush()
    return decision


def tell(
    session: Session, book: Book, subject: Subject, decision: Decision, about: str, now: datetime
) -> None:
    """Tell whoever made a thing of a decision on it, by what its weightiest rule is about."""
    said = SAID[cast(Action, decision.action)].format(THINGS[type(subject)][1])
    tidings = Tidings(
        topic="post",
        subject=decision.id,
        moment="decided",
        line=said[0].upper() + said[1:],
        detail=f"By the rule “{about}”. Read what matched, and the vote behind the rule.",
        path=f"/moderation/decisions/{decision.id}",
        at=now,
        until=decision.holds_until or slowed_until(decision.causes),
    )
    notices.tell(session, book, tidings, select(literal(decision.author_id)), now)


def in_force(session: Session, post_id: int | None, reply_id: int | None) -> Decision | None:
    """Return the decision in force on a post or reply, locked; None where there is none."""
    subject = (col(Decision.post_id) == post_id) if reply_id is None else (col(Decision.reply_id) == reply_id)
    return session.scalars(select(Decision).where(subject, *IN_FORCE).with_for_update()).one_or_none()


def put(
    session: Session,
    book: Book,
    post_id: int | None,
    reply_id: int | None,
    causes: Sequence[Kept],
    why: str,
    now: datetime,
    *,
    holds_until: datetime | None = None,
) -> Decision | None:
    """Do with a post or reply what some causes come to, in place of what is in force on it, and return it.

    ``why`` is kept with what it replaces. Its author is told by whoever calls.
    """
    before = in_force(session, post_id, reply_id)
    subject = row(session, post_id, reply_id)
    return replace(session, book, subject, before, causes, why, now, holds_until=holds_until)


def replace(
    session: Session,
    book: Book,
    subject: Post | Reply,
    before: Decision | None,
    causes: Sequence[Kept],
    why: str,
    now: datetime,
    *,
    holds_until: datetime | None = None,
) -> Decision | None:
    """End a decision that the caller holds, with the row of what it is about; put another in its place."""
    was_hidden = before is not None and before.action in HIDING
    if before is not None:
        before.ended_at, before.ended_why = now, why
        if before.action == "narrow":
            narrowing.lift(session, before.id, now)
    subject.flag = None
    if isinstance(subject, Post):
        subject.unfed = False
    session.flush()
    made = verdict(timed(causes, now))
    decision = None if made is None else keep(session, subject, made, now, holds_until=holds_until)
    resumes = before.resumes if was_hidden and before is not None else None
    if decision is not None and decision.action in HIDING:
        decision.resumes = resumes
        if not was_hidden:
            hiding.hide(session, subject, decision, now)
    elif was_hidden:
        hiding.show(session, book, subject, resumes, now)
    if decision is not None and decision.action == "narrow" and isinstance(subject, Post):
        narrowing.narrow(session, subject, decision.id, now)
    session.flush()
    return decision


def row(session: Session, post_id: int | None, reply_id: int | None) -> Post | Reply:
    """Return what a decision is about, its row locked.

    What keeps a post back may end in two ways at once, the yes of an author and the end of a decision. Each
    sees what the other did only where one of them waits; else both would leave it to the other.
    """
    if post_id is not None:
        return hold_row(session, post_id)
    reply = select(Reply).where(col(Reply.id) == reply_id).with_for_update(key_share=True)
    return session.scalars(reply.execution_options(populate_existing=True)).one()


IN_FORCE = (col(Decision.ended_at).is_(None), col(Decision.dry_run).is_(False))
"""The condition that a decision is in force."""


def held(post_id: int) -> ColumnElement[bool]:
    """Return the condition that a decision holds a post."""
    of_post = (col(Decision.post_id) == post_id, col(Decision.action).in_(HIDING))
    return exists(select(col(Decision.id)).where(*of_post, *IN_FORCE))


def hold_row(session: Session, post_id: int) -> Post:
    """Return a post, its row locked, before one looks whether anything keeps it back."""
    return session.get_one(Post, post_id, with_for_update={"key_share": True}, populate_existing=True)
