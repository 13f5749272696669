"""Profiles that members judge: which change of one stands, and what is kept of it, taken and given back.

What is judged is a profile as it stood when it was reported, so what it said is kept with the change that
others saw then; whoever it is of may change it meanwhile. Only what still stands is taken away: a name gives
way to the handle, a text to none. That is a change of its own, which no rule is asked of; its member sees it,
and makes it anew. Who joined and changed nothing since has no change on record until it is needed.

Races: each function but ``standing`` takes the member's row, as every change of a profile does.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from coop.errors import NotFound
from coop.ids import new_id
from coop.profile_tables import ProfileChange
from coop.profiles import hold, hold_profile, said, settle, write
from coop.tables import Member

FIELDS = ("display_name", "about")
"""What others see of a profile, and members judge."""


def standing(session: Session, member_id: int, reader_id: int) -> ProfileChange:
    """Return the change of a member's profile that others see: what joining brought, if there is no other.

    Where it has to be put on record, the row of who looks at it is held with theirs, in order of id. Whoever
    waited for that and finds it there holds neither any more: there may be a case about it by now, and a case
    is locked before members. Raise NotFound where they have left.
    """
    stands = select(ProfileChange).where(col(ProfileChange.author_id) == member_id, col(ProfileChange.stands))
    found = session.scalars(stands).one_or_none()
    if found is not None:
        return found
    with session.begin_nested() as looking:
        member = hold_profile(session, member_id, reader_id)
        if member is None:
            raise NotFound
        found = session.scalars(stands).one_or_none()
        if found is None:
            found = ProfileChange(
                id=new_id(member.joined_at),
                author_id=member_id,
                created_at=member.joined_at,
                flag=member.flag,
                stands=True,
                screened=False,
            )
            session.add(found)
            session.flush()
        else:
            looking.rollback()
    return found


def keep(session: Session, change_id: int) -> bool:
    """Keep what a change says for whoever judges it, and say whether it is kept.

    It is where it stands, or was kept before.
    """
    made = hold(session, change_id)
    if made.held_at is not None:
        return False
    if made.about is None and made.stands:
        made.display_name, made.about = said(session.get_one(Member, made.author_id))
        session.flush()
    return made.about is not None


def drop(session: Session, made: ProfileChange) -> None:
    """Keep no more what a change says, whose row the caller holds and which nobody judges any more."""
    settle(made)
    session.flush()


def take(session: Session, judged: ProfileChange, now: datetime) -> None:
    """Take away what others still see of a change, whose row the caller holds; of what waits the same."""
    if judged.about is None:
        return
    member = session.get_one(Member, judged.author_id)
    left = _left(member)
    took = [one for one in FIELDS if left[one] != getattr(member, one) == getattr(judged, one)]
    if not took:
        return
    whole = {one: left[one] if one in took else getattr(member, one) for one in FIELDS}
    _stand(session, member, _made(judged, whole, now, judged_id=judged.id, took=took))
    _put_in_what_waits(session, judged, {one: (getattr(judged, one), left[one]) for one in took})


def give_back(session: Session, judged: ProfileChange, now: datetime) -> None:
    """Give back what was taken of a change, whose row the caller holds, but for what was changed since."""
    removals = select(ProfileChange).where(col(ProfileChange.judged_id) == judged.id)
    removal = session.scalars(removals.order_by(col(ProfileChange.id).desc()).limit(1)).one_or_none()
    if removal is None or judged.about is None:
        return
    member = session.get_one(Member, judged.author_id)
    left = _left(member)
    back = [one for one in removal.took if getattr(member, one) == left[one]]
    if not back:
        return
    whole = {one: getattr(judged if one in back else member, one) for one in FIELDS}
    if all(whole[one] == getattr(judged, one) for one in FIELDS):
        write(session, member, judged)
    else:
        _stand(session, member, _made(judged, whole, now))
    _put_in_what_waits(session, judged, {one: (left[one], getattr(judged, one)) for one in back})


def mark(session: Session, made: ProfileChange) -> None:
    """Tell whoever reads a profile what is said of a change, whose row the caller holds, where it stands."""
    if made.stands:
        session.get_one(Member, made.author_id).flag = made.flag
    session.flush()


def _left(member: Member) -> dict[str, str]:
    """Return what others see of a profile of which all was taken away."""
    return {"display_name": member.handle, "about": ""}


def _made(
    judged: ProfileChange,
    whole: dict[str, str],
    now: datetime,
    *,
    judged_id: int | None = None,
    took: Sequence[str] = (),
) -> ProfileChange:
    return ProfileChange(
        id=new_id(now),
        author_id=judged.author_id,
        created_at=now,
        screened=False,
        judged_id=judged_id,
        took=list(took),
        display_name=whole["display_name"],
        about=whole["about"],
    )


def _stand(session: Session, member: Member, made: ProfileChange) -> None:
    """Have others see a change that a jury made; what it says is kept with the profile alone."""
    session.add(made)
    session.flush()
    write(session, member, made)
    settle(made)
    session.flush()


def _put_in_what_waits(session: Session, judged: ProfileChange, swaps: dict[str, tuple[str, str]]) -> None:
    """Say one thing for the other in a change that waits, so that it undoes nothing when it is let go."""
    waits = select(ProfileChange).where(
        col(ProfileChange.author_id) == judged.author_id, col(ProfileChange.held_at).is_not(None)
    )
    made = session.scalars(waits).one_or_none()
    for name, (said_before, said_now) in swaps.items():
        if made is not None and getattr(made, name) == said_before:
            setattr(made, name, said_now)
    session.flush()
