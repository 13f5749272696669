"""Following by the rules: they are asked as soon as somebody begins to follow, and may hold it back.

What is held waits; whom it is about may be told of it, and decide (``waiting_follows.py``); whoever asked may
take it back, and when the hold ends they follow as if they had asked then. What following itself does is
``audience/following.py``.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from audience import following, relations
from audience.moderation import pace, screening, waiting_follows
from audience.moderation.act_tables import FollowBegun
from audience.relations import member_id_of
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.suspended import check as check_not_suspended

State = Literal["following", "waiting", "held", "none"]
"""``held``: a rule holds it back for now."""


def follow(session: Session, actor: Identity, book: Book, handle: str, now: datetime) -> State:
    """Follow a member, or wait to, and return which; doing it twice changes nothing and counts once.

    Raise what :func:`following.follow` raises, TooMany where a rule slows the actor, and Forbidden where they
    are suspended.
    """
    check_not_suspended(actor, book, "follow", now)
    other_id = following.whom(session, actor, handle)
    relations.hold(session, other_id)
    found = state(session, actor, other_id)
    if found != "none":
        return found
    pace.check(session, book, actor.member_id, "follow", None, now)
    begun = FollowBegun(id=new_id(now), author_id=actor.member_id, other_id=other_id, created_at=now)
    session.add(begun)
    session.flush()
    screening.screen_follow(session, book, begun, now)
    if begun.held_at is not None:
        waiting_follows.tell(session, book, begun, now)
        return "held"
    return following.follow(session, actor, book, handle, now)


def unfollow(session: Session, actor: Identity, book: Book, handle: str, now: datetime) -> None:
    """No longer follow a member, or wait to; raise NotFound where nobody has that handle."""
    other_id = member_id_of(session, handle)
    relations.hold(session, other_id)
    session.execute(update(FollowBegun).where(*_held(actor, other_id)).values(held_at=None))
    following.unfollow(session, actor, book, handle, now)


def state(session: Session, actor: Identity, other_id: int) -> State:
    """Return how the actor stands to a member."""
    found = following.state(session, actor, other_id)
    if found != "none":
        return found
    held = session.scalars(select(col(FollowBegun.id)).where(*_held(actor, other_id))).one_or_none()
    return "none" if held is None else "held"


def _held(actor: Identity, other_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(FollowBegun.author_id) == actor.member_id,
        col(FollowBegun.other_id) == other_id,
        col(FollowBegun.held_at).is_not(None),
    )
