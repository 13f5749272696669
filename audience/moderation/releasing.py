"""Releasing: what becomes of a held change of a profile, or of a held follow, once it is held no more.

Each is looked at under the locks that whoever makes it takes, in the same order: the member whose profile it
is, or who is followed, and then what waits.
"""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, relations
from audience.moderation.act_tables import FollowBegun
from coop import members, profiles
from coop.book import Book
from coop.errors import Conflict, Forbidden
from coop.profile_tables import ProfileChange
from coop.suspended import check as check_not_suspended
from coop.tables import Member

Act = ProfileChange | FollowBegun
"""What waits in a row of its own, and not with a post or reply."""


def hold(session: Session, kind: type[Act], act_id: int) -> Act:
    """Return what waits, its row locked."""
    if kind is ProfileChange:
        return profiles.hold(session, act_id)
    other_id = select(col(FollowBegun.other_id)).where(col(FollowBegun.id) == act_id)
    relations.hold(session, session.scalars(other_id).one())
    return session.get_one(FollowBegun, act_id, populate_existing=True)


def suspended(session: Session, book: Book, act: Act, now: datetime) -> Forbidden | None:
    """Return why a change of a profile does not come about whose member was suspended from that meanwhile.

    None where it does, and of a follow, which ends as if it were asked only then.
    """
    handle = _handle(session, act.author_id) if isinstance(act, ProfileChange) else None
    if handle is None:
        return None
    try:
        check_not_suspended(members.identity_of(session, handle), book, "profile", now)
    except Forbidden as error:
        return error
    return None


def release(session: Session, book: Book, act: Act, now: datetime) -> bool:
    """Let it come about, and say whether it still waited: its author may have taken it back.

    Of a change of a profile the caller has asked whether it may (:func:`suspended`).
    """
    if isinstance(act, ProfileChange):
        return profiles.release(session, act.id)
    if act.held_at is None:
        return False
    act.held_at = None
    session.flush()
    handles = {one: _handle(session, one) for one in (act.author_id, act.other_id)}
    if None not in handles.values():
        follower = members.identity_of(session, handles[act.author_id] or "")
        # It ends as if it were asked only now: who blocks them since, finds no room, or is suspended from it
        # by now, does not follow.
        with suppress(Conflict, Forbidden):
            check_not_suspended(follower, book, "follow", now)
            following.follow(session, follower, book, handles[act.other_id] or "", now)
    return True


def _handle(session: Session, member_id: int) -> str | None:
    """Return the handle of a member; None where they have left."""
    here = select(col(Member.handle)).where(col(Member.id) == member_id, col(Member.left_at).is_(None))
    return session.scalars(here).one_or_none()
