"""Circles: lists of people that a member keeps, to name them as an audience.

Law 7: nobody is told which circles they are in, or that there are any. Law 8: whoever is added to a circle
is not let in to what was published for it before; that is what its editions are for. Whoever is taken out
sees none of it any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from audience.circle_tables import Circle, CircleMember
from audience.keys import LAST_EDITION, circle_key
from audience.relations import member_id_of
from audience.rules import AUDIENCE, AudienceRules
from coop.book import Book
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.names import line
from coop.tables import Member

LONGEST = 60
"""Most characters in a circle's name."""


@dataclass(frozen=True, slots=True)
class CircleCard:
    """A circle as its owner sees it."""

    id: int
    name: str
    members: tuple[str, ...]
    """Handles, in order."""


def create(session: Session, owner: Identity, book: Book, name: str, now: datetime) -> CircleCard:
    """Make an empty circle; raise RuleBroken for a name that cannot be one or one circle too many.

    Raise Conflict where the owner has one of that name.
    """
    name = line(name, "/name", longest=LONGEST)
    most = book.rules(AUDIENCE, AudienceRules).circles.number
    # The owner's row is held, so that two requests at once do not both find room for the last one.
    session.execute(select(col(Member.id)).where(col(Member.id) == owner.member_id).with_for_update())
    count = session.scalar(
        select(func.count()).select_from(Circle).where(col(Circle.owner_id) == owner.member_id)
    )
    if (count or 0) >= most:
        clause = book.cite(AUDIENCE, "/circles/number")
        raise RuleBroken(
            "You keep as many circles as you may.", faults=(Fault("/name", f"At most {most}.", clause),)
        )
    made = Circle(owner_id=owner.member_id, name=name, created_at=now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        fault = Fault("/name", "You have a circle of this name.")
        raise Conflict("This circle is there already.", faults=(fault,)) from error
    assert made.id is not None
    return CircleCard(made.id, name, ())


def mine(session: Session, owner: Identity) -> list[CircleCard]:
    """Return the owner's circles in order of their names; whoever has left the coop is in none."""
    return [_card(row) for row in session.execute(_cards(owner).order_by(col(Circle.name)))]


def read(session: Session, owner: Identity, circle_id: int) -> CircleCard:
    """Return one's circle; raise NotFound for any other."""
    row = session.execute(_cards(owner).where(col(Circle.id) == circle_id)).one_or_none()
    if row is None:
        raise NotFound
    return _card(row)


def _cards(owner: Identity) -> Select[Any, str, Sequence[str]]:
    """Select the owner's circles, each with the handles of those in it."""
    handles = func.array_agg(aggregate_order_by(col(Member.handle), col(Member.handle)))
    return (
        select(col(Circle.id), col(Circle.name), handles.filter(col(Member.handle).is_not(None)))
        .outerjoin(CircleMember, col(CircleMember.circle_id) == col(Circle.id))
        .outerjoin(Member, (col(Member.id) == col(CircleMember.member_id)) & col(Member.left_at).is_(None))
        .where(col(Circle.owner_id) == owner.member_id)
        .group_by(col(Circle.id), col(Circle.name))
    )


def _card(row: Row[Any, str, Sequence[str]]) -> CircleCard:
    return CircleCard(row[0], row[1], tuple(row[2] or ()))


def add(session: Session, owner: Identity, book: Book, circle_id: int, handle: str, now: datetime) -> None:
    """Add a member to one's circle; who is in it already stays as they are.

    One who blocks the owner is added as anybody is (law 7), and no post is shown across a block. Raise
    NotFound where it is not one's own or nobody has that handle, and RuleBroken for oneself or where the
    circle is full.
    """
    circle = _held(session, owner, circle_id)
    member_id = member_id_of(session, handle)
    if member_id == owner.member_id:
        raise RuleBroken("You see your own posts already.", faults=(Fault("/handle", "Name another."),))
    most = book.rules(AUDIENCE, AudienceRules).circles.members
    inside = session.scalars(
        select(col(CircleMember.member_id)).where(col(CircleMember.circle_id) == circle_id)
    ).all()
    if member_id in inside:
        return
    if len(inside) >= most:
        clause = book.cite(AUDIENCE, "/circles/members")
        raise RuleBroken("This circle is full.", faults=(Fault("/handle", f"At most {most}.", clause),))
    if circle.used:
        if circle.edition == LAST_EDITION:
            detail = "It has been named and added to too often: make another."
            raise RuleBroken("This circle takes nobody more.", faults=(Fault("/handle", detail),))
        circle.edition += 1
        circle.used = False
        session.flush()
    session.add(
        CircleMember(circle_id=circle_id, member_id=member_id, since_edition=circle.edition, since=now)
    )
    session.flush()


def remove(session: Session, owner: Identity, circle_id: int, handle: str) -> None:
    """Take a member out of one's circle.

    Raise NotFound where it is not one's own or nobody has that handle.
    """
    _held(session, owner, circle_id)
    session.execute(
        delete(CircleMember).where(
            col(CircleMember.circle_id) == circle_id,
            col(CircleMember.member_id) == member_id_of(session, handle),
        )
    )


def dissolve(session: Session, owner: Identity, circle_id: int) -> None:
    """Take a circle away: what was published for it is for its author alone now, unless others were named.

    Raise NotFound where it is not one's own.
    """
    _held(session, owner, circle_id)
    session.execute(delete(CircleMember).where(col(CircleMember.circle_id) == circle_id))
    session.execute(delete(Circle).where(col(Circle.id) == circle_id))


def keys(session: Session, owner: Identity, names: list[str]) -> dict[str, int]:
    """Return the keys of one's circles by name, as a post that named them now would have them."""
    named = (col(Circle.owner_id) == owner.member_id, col(Circle.name).in_(names))
    rows = session.execute(select(col(Circle.name), col(Circle.id), col(Circle.edition)).where(*named))
    return {row.name: circle_key(row.id, row.edition) for row in rows}


def use(session: Session, owner: Identity, names: list[str]) -> dict[str, int]:
    """Return the keys of one's circles by name, for a post that names them, and use up their editions."""
    if not names:
        return {}
    held = (
        select(col(Circle.id))
        .where(col(Circle.owner_id) == owner.member_id, col(Circle.name).in_(names))
        .order_by(col(Circle.id))
        .with_for_update()
    )
    ids = session.scalars(held).all()
    rows = session.execute(
        update(Circle)
        .where(col(Circle.id).in_(ids))
        .values(used=True)
        .returning(col(Circle.name), col(Circle.id), col(Circle.edition))
        .execution_options(synchronize_session=False)
    )
    return {row.name: circle_key(row.id, row.edition) for row in rows}


def _held(session: Session, owner: Identity, circle_id: int) -> Circle:
    """Return one's circle, its row held; raise NotFound for any other."""
    found = session.scalars(
        select(Circle)
        .where(col(Circle.id) == circle_id, col(Circle.owner_id) == owner.member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
