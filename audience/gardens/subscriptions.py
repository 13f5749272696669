"""Subscriptions: what a member has done for themselves with what a labeller labels, by label."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from audience import relations
from audience.gardens.garden import Sight
from audience.gardens.labellers import Shown, limits_of, read, shown
from audience.gardens.tables import Labeller, LabelSubscription
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.errors import Conflict, Fault, RuleBroken
from coop.identity import Identity


class Subscribed(NamedTuple):
    """A labeller that a member subscribes to."""

    labeller: Shown
    actions: dict[str, Sight]
    """By label: what is done."""


def subscribe(
    session: Session, member: Identity, book: Book, slug: str, actions: Mapping[str, Sight], now: datetime
) -> Subscribed:
    """Have something done with what a labeller labels so; a label that is not named does nothing.

    Raise NotFound where there is no such labeller, Conflict where it was ended, and RuleBroken where a label
    is not of it or the member subscribes to as many labels as a clause lets them.
    """
    # The member's row is held, so that two requests at once do not both find room for the last one.
    relations.hold(session, member.member_id)
    labeller = read(session, member, book, slug, now)
    if labeller.standing == "ended":
        raise Conflict("Whoever published this labeller has ended it.")
    wrong = sorted(set(actions) - set(labeller.labels))
    if wrong:
        detail = f"Its labels are these: {', '.join(labeller.labels)}."
        raise RuleBroken("It has no such label.", faults=(Fault(f"/actions/{wrong[0]}", detail),))
    _clear(session, member, labeller.id)
    session.add_all(
        LabelSubscription(
            member_id=member.member_id, labeller_id=labeller.id, label=label, action=action, since=now
        )
        for label, action in actions.items()
    )
    session.flush()
    most = limits_of(book).subscriptions
    mine = select(func.count()).select_from(LabelSubscription)
    number = session.scalar(mine.where(col(LabelSubscription.member_id) == member.member_id)) or 0
    if number > most:
        detail = f"You would subscribe to {number} labels, and may to {most}."
        fault = Fault("/actions", detail, book.cite(MODERATION, "/gardens/subscriptions"))
        raise RuleBroken("Your garden holds no more subscriptions.", faults=(fault,))
    return Subscribed(labeller, dict(actions))


def cancel(session: Session, member: Identity, book: Book, slug: str, now: datetime) -> None:
    """Subscribe to a labeller no longer; raise NotFound where there is none of this slug."""
    _clear(session, member, read(session, member, book, slug, now).id)


def actions_of(session: Session, member: Identity, labeller_id: int) -> dict[str, Sight]:
    """Return what a member has done with each label of a labeller; nothing where they do not subscribe."""
    found = select(col(LabelSubscription.label), col(LabelSubscription.action)).where(
        col(LabelSubscription.member_id) == member.member_id,
        col(LabelSubscription.labeller_id) == labeller_id,
    )
    return {label: cast(Sight, action) for label, action in session.execute(found)}


def listed(session: Session, member: Identity, book: Book, now: datetime) -> list[Subscribed]:
    """Return the labellers that a member subscribes to, as they stand, in the order of their slugs."""
    theirs = (
        select(col(Labeller.slug), col(LabelSubscription.label), col(LabelSubscription.action))
        .join(Labeller, col(Labeller.id) == col(LabelSubscription.labeller_id))
        .where(col(LabelSubscription.member_id) == member.member_id)
        .order_by(col(LabelSubscription.label))
    )
    actions: dict[str, dict[str, Sight]] = {}
    for slug, label, action in session.execute(theirs):
        actions.setdefault(slug, {})[label] = cast(Sight, action)
    return [Subscribed(one, actions[one.slug]) for one in shown(session, member, book, list(actions), now)]


def _clear(session: Session, member: Identity, labeller_id: int) -> None:
    session.execute(
        delete(LabelSubscription).where(
            col(LabelSubscription.member_id) == member.member_id,
            col(LabelSubscription.labeller_id) == labeller_id,
        )
    )
