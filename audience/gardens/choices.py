"""Choices: posts and authors that a member has shown to them, whatever lists, filters and mutes say.

A reader's choice is kept, and beats every list. Where a rule of moderation lets readers choose (its
``override``), it beats that rule too; where a rule does not, nothing here changes it.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience import relations
from audience.access import access_post
from audience.gardens.tables import AlwaysShown, Mute
from audience.moderation.rules import MODERATION, ModerationRules
from audience.relations import member_id_of
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import as_id

Of = Literal["post", "author"]
"""What can be chosen: one post, or all that its author makes."""

_LIST = text("""
SELECT kind, coalesce(member.handle, other_id::text) AS name, at
FROM always_shown LEFT JOIN member ON kind = 'author' AND member.id = other_id
WHERE member_id = :me ORDER BY at DESC, other_id DESC
""")


class Choice(NamedTuple):
    """Something that a member chose to see."""

    of: Of
    name: str
    """The id of a post, or the handle of an author."""
    at: datetime


def choose(session: Session, member: Identity, book: Book, post_id: int, of: Of, now: datetime) -> None:
    """Have a post shown, or all of its author's, whatever lists say. Whom one chooses one mutes no more.

    Raise NotFound where the member may not see the post, and RuleBroken where they chose as many as a clause
    lets them.
    """
    # The member's row is held, so that two requests at once do not both find room for the last one.
    relations.hold(session, member.member_id)
    author_id = access_post(session, member, book, post_id, now).author_id
    if author_id == member.member_id:
        raise RuleBroken("This is your own post; nothing hides it from you.")
    other_id = post_id if of == "post" else author_id
    row = insert(AlwaysShown).values(member_id=member.member_id, kind=of, other_id=other_id, at=now)
    session.execute(row.on_conflict_do_nothing())
    if of == "author":
        theirs = (
            col(Mute.member_id) == member.member_id,
            col(Mute.kind) == "person",
            col(Mute.other_id) == author_id,
        )
        session.execute(delete(Mute).where(*theirs))
    _check_room(session, member, book)


def listed(session: Session, member: Identity) -> list[Choice]:
    """Return what a member chose to see, the latest first."""
    rows = session.connection().execute(_LIST, {"me": member.member_id})
    return [Choice(row.kind, row.name, row.at) for row in rows]


def undo(session: Session, member: Identity, of: str, name: str) -> None:
    """Take a choice back: ``post`` and its id, or ``author`` and a handle; NotFound where there is none."""
    mine = (
        col(AlwaysShown.member_id) == member.member_id,
        col(AlwaysShown.kind) == of,
        col(AlwaysShown.other_id) == _id_of(session, of, name),
    )
    gone = session.scalars(delete(AlwaysShown).where(*mine).returning(col(AlwaysShown.other_id)))
    if gone.one_or_none() is None:
        raise NotFound


def _id_of(session: Session, of: str, name: str) -> int:
    if of != "post":
        return member_id_of(session, name)
    found = as_id(name)
    if found is None:
        raise NotFound
    return found


def _check_room(session: Session, member: Identity, book: Book) -> None:
    most = book.rules(MODERATION, ModerationRules).gardens.choices
    mine = select(func.count()).select_from(AlwaysShown).where(col(AlwaysShown.member_id) == member.member_id)
    if (session.scalar(mine) or 0) > most:
        fault = Fault(
            "", f"You chose {most}: take one back first.", book.cite(MODERATION, "/gardens/choices")
        )
        raise RuleBroken("Your garden holds no more choices.", faults=(fault,))
