"""Decisions: what rules do with what members make and do, carried out, told to them, and ended.

Law 13: what could not be decided is held. Law 7: a held thing is, for all but its author, not there. A hold
ends by itself: where nobody has decided in the time that ``/holds/longest`` gave, the thing is shown, with
what the milder rules say of it. Law 14: where a jury was drawn, its ballots say what becomes of it, and not
which job runs first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, literal, select, text
from sqlmodel import Session, col

from audience.moderation import hiding, label_facts, narrowing, releasing
from audience.moderation.act_tables import FollowBegun
from audience.moderation.rules import MODERATION, Action, ModerationRules
from audience.moderation.ruleset import Cause
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, Verdict, kept, slowed_until, timed, verdict
from audience.tables import Post, Reply
from coop import notices, profiles
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.due_rows import BEYOND, in_order, one_by_one
from coop.ids import new_id
from coop.notices import Tidings
from coop.policies import Books
from coop.profile_tables import ProfileChange

UNSEEN = "unseen"
"""Why a hold ended that nobody had decided on in time."""
HIDING: tuple[Action, ...] = ("hold", "remove")
"""What leaves a thing to its author alone."""
TAKEN_BACK = "taken_back"
"""Why a hold ended of what its author had withdrawn or changed by then."""
SUSPENDED = "suspended"
"""Why a hold ended of a change that its member may not make any more."""

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

# What a jury was drawn for ends with its case, at the same moment and by its ballots (``cases/closing.py``).
_DUE = text(f"""
SELECT holds_until AS at, id FROM decision
WHERE holds_until <= :now AND ended_at IS NULL AND NOT dry_run
  AND NOT EXISTS (SELECT FROM moderation_case AS judging WHERE judging.decision_id = decision.id
                    AND judging.kind = 'hold' AND judging.drawn_at IS NOT NULL AND judging.closed_at IS NULL)
  AND {BEYOND.format("holds_until", "id")}
ORDER BY holds_until, id LIMIT :most
""")  # noqa: S608 - put together from constants


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


def end_due(database: Database, books: Books, clock: Clock) -> int:
    """End the holds whose time is over, each in a transaction of its own, and return how many that were."""
    with database.begin() as session:
        now = clock.now(session)

    def end_one(session: Session, decision_id: int) -> int:
        return end_hold(session, books.current(session), decision_id, UNSEEN, clock.now(session))

    return one_by_one(database, "holds that are over", in_order(database, _DUE, {"now": now}), end_one)


def end_hold(session: Session, book: Book, decision_id: int, why: str, now: datetime) -> bool:
    """Show what a decision holds, and keep why; say whether it was held until then.

    What somebody else is ending at this moment is left to them.
    """
    held_now = (col(Decision.id) == decision_id, col(Decision.action) == "hold", *IN_FORCE)
    taken = select(Decision).where(*held_now).with_for_update(skip_locked=True)
    decision = session.scalars(taken).one_or_none()
    if decision is None:
        return False
    if decision.post_id is None and decision.reply_id is None:
        decision.ended_at, decision.ended_why = now, why
        session.flush()
        _end_held_act(session, book, decision, now)
        return True
    left = [one for one in cast(list[Kept], decision.causes) if one["then"] != "hold"]
    replace(session, book, row(session, decision.post_id, decision.reply_id), decision, left, why, now)
    return True


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


def _end_held_act(session: Session, book: Book, decision: Decision, now: datetime) -> None:
    """Let a held change of a profile or a held follow come about, unless it was taken back.

    A change of whoever is suspended from that by now is dropped, and they are told.
    """
    kind, act_id = (
        (ProfileChange, decision.profile_id)
        if decision.profile_id is not None
        else (FollowBegun, decision.follow_id)
    )
    assert act_id is not None
    act = releasing.hold(session, kind, act_id)
    if act.held_at is None:
        decision.ended_why = TAKEN_BACK
        session.flush()
        return
    left = verdict(timed([one for one in cast(list[Kept], decision.causes) if one["then"] != "hold"], now))
    if isinstance(act, ProfileChange):
        act.flag = None
        withheld = releasing.suspended(session, book, act, now)
        if withheld is not None:
            decision.ended_why = SUSPENDED
            profiles.refuse(session, act)
            _tell_suspended(session, book, decision, withheld.detail, now)
            return
    if left is not None:
        keep(session, act, left, now)
    releasing.release(session, book, act, now)


def _tell_suspended(session: Session, book: Book, decision: Decision, detail: str, now: datetime) -> None:
    tidings = Tidings(
        topic="post",
        subject=decision.id,
        moment="suspended",
        line="A change of your profile that waited does not come about.",
        detail=f"{detail} Others see what they saw before.",
        path=f"/moderation/decisions/{decision.id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(decision.author_id)), now)


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
