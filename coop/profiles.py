"""Profiles: how members are seen by others, and changes of it that wait.

One change of a member stands: what others see. Every change is screened before anybody else sees it, by what
``app.py`` wires in, because this room knows no rules of moderation. One that is held back waits with what it
says, and what was shown before stays shown. A later change begins from the one that waits and takes its
place. What members judge of it is for ``judged_profiles.py``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from coop.book import Book
from coop.errors import Unauthenticated
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line, prose
from coop.profile_tables import ProfileChange
from coop.suspended import check as check_not_suspended
from coop.tables import Member

LONGEST_DISPLAY_NAME = 60
LONGEST_ABOUT = 2000
"""Both in characters."""

Screen = Callable[[Session, Book, ProfileChange, datetime], None]
"""Looks at a change that was stored just now: sets its ``flag``, and ``held_at`` where it is held back."""


def change(
    session: Session,
    book: Book,
    actor: Identity,
    wanted: Mapping[str, str | None],
    screen: Screen,
    now: datetime,
) -> None:
    """Change what ``wanted`` names of the actor's own ``display_name`` and ``about``, or have it wait.

    Raise RuleBroken where a value cannot be used, Forbidden where they are suspended, and Unauthenticated
    where they have left.
    """
    check_not_suspended(actor, book, "profile", now)
    checked: dict[str, str] = {}
    if wanted.get("display_name") is not None:
        checked["display_name"] = line(
            wanted["display_name"] or "", "/display_name", longest=LONGEST_DISPLAY_NAME
        )
    if wanted.get("about") is not None:
        checked["about"] = prose(wanted["about"] or "", "/about", longest=LONGEST_ABOUT)
    member = hold_profile(session, actor.member_id)
    if member is None:
        raise Unauthenticated
    waits = waiting(session, actor)
    shown = said(waits or member)
    whole = (checked.get("display_name", shown[0]), checked.get("about", shown[1]))
    if whole == shown:
        return
    if waits is not None:
        settle(waits)
    _screened(session, book, member, whole, screen, now)


def introduce(session: Session, book: Book, newcomer: Identity, screen: Screen, now: datetime) -> None:
    """Screen the name under which somebody has just joined: while it is held back their handle is shown."""
    member = hold_profile(session, newcomer.member_id)
    if member is not None and member.display_name != member.handle:
        name, member.display_name = member.display_name, member.handle
        _screened(session, book, member, (name, member.about), screen, now)


def waiting(session: Session, actor: Identity) -> ProfileChange | None:
    """Return the change of the actor's own profile that waits; None where none does."""
    return session.scalars(select(ProfileChange).where(*_waits(actor.member_id))).one_or_none()


def release(session: Session, change_id: int) -> bool:
    """Make a change that was held back, and say whether it waited: a later one may have taken its place."""
    made = hold(session, change_id)
    if made.held_at is None:
        return False
    member = session.get_one(Member, made.author_id)
    if member.left_at is None:
        write(session, member, made)
    settle(made)
    session.flush()
    return True


def refuse(session: Session, made: ProfileChange) -> None:
    """Drop a change that waits and whose row the caller holds: others go on seeing what was there before."""
    settle(made)
    made.flag = None
    session.flush()


def hold(session: Session, change_id: int) -> ProfileChange:
    """Return a change, locked together with the profile that it is of, the profile first."""
    author_id = session.scalars(
        select(col(ProfileChange.author_id)).where(col(ProfileChange.id) == change_id)
    )
    hold_profile(session, author_id.one())
    return session.get_one(ProfileChange, change_id, populate_existing=True)


def forget(session: Session, member_id: int) -> None:
    """Drop what waits of a profile whose member leaves, and what is kept for whoever judges it."""
    kept = (col(ProfileChange.author_id) == member_id, col(ProfileChange.about).is_not(None))
    for left in session.scalars(select(ProfileChange).where(*kept)):
        settle(left)
    session.flush()


def _screened(
    session: Session, book: Book, member: Member, whole: tuple[str, str], screen: Screen, now: datetime
) -> None:
    assert member.id is not None
    # What takes the place of another that waits is stored after that one has ended.
    session.flush()
    made = ProfileChange(
        id=new_id(now), author_id=member.id, display_name=whole[0], about=whole[1], created_at=now
    )
    session.add(made)
    session.flush()
    screen(session, book, made, now)
    if made.held_at is None:
        write(session, member, made)
        settle(made)
    session.flush()


def hold_profile(session: Session, member_id: int, *others: int) -> Member | None:
    """Return a member who is here, their row locked: their changes come one after another.

    The rows of ``others`` are locked with it, all in order of id.
    """
    here = select(Member).where(col(Member.id).in_((member_id, *others)), col(Member.left_at).is_(None))
    locked = here.order_by(col(Member.id)).with_for_update(key_share=True)
    held = session.scalars(locked.execution_options(populate_existing=True)).all()
    return next((one for one in held if one.id == member_id), None)


def _waits(member_id: int) -> tuple[ColumnElement[bool], ...]:
    return col(ProfileChange.author_id) == member_id, col(ProfileChange.held_at).is_not(None)


def write(session: Session, member: Member, made: ProfileChange) -> None:
    """Have others see what a change says, whose member's row the caller holds; no other stands then."""
    stood = (col(ProfileChange.author_id) == made.author_id, col(ProfileChange.stands))
    session.execute(update(ProfileChange).where(*stood).values(stands=False))
    (member.display_name, member.about), member.flag = said(made), made.flag
    made.stands = True


def said(one: Member | ProfileChange) -> tuple[str, str]:
    """Return name and text of a profile, or of a change whose text is kept still."""
    assert one.display_name is not None and one.about is not None
    return one.display_name, one.about


def settle(made: ProfileChange) -> None:
    """Say that a change waits no more, and keep nothing of what it says."""
    made.held_at = made.display_name = made.about = None
