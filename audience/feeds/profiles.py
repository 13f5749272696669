"""Making profiles of one's own: from a voted one by its sliders, from an address elsewhere, from another's.

Law 1: how many a member may keep is a clause, and no slider reaches beyond what was voted for it. Law 7: a
profile is its maker's alone until they share it; whoever else asks is told that there is none.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from audience.feeds import own_draft
from audience.feeds.own_draft import Draft
from audience.feeds.own_record import Own, find, find_shared, mine
from audience.feeds.portable import Adjustment, FeedDocument, fit
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import ExternalSkeleton, OwnProfile
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.identity import Identity
from coop.ids import new_id
from coop.names import normal
from coop.tables import Member


def create(
    session: Session,
    owner: Identity,
    book: Book,
    draft: Draft,
    now: datetime,
    *,
    loopback: bool,
    forked_from: int | None = None,
) -> Own:
    """Make a profile; ``loopback`` says whether addresses of this machine may be asked.

    Raise RuleBroken where it cannot be so, Forbidden, with the clause, for one too many, and Conflict where
    the owner has one of that name. Their row is held, so that requests side by side cannot pass the number.
    """
    values = _values(book, draft, loopback=loopback)
    held = select(col(Member.id)).where(col(Member.id) == owner.member_id)
    session.execute(held.with_for_update(key_share=True))
    most = book.rules(FEEDS, FeedRules).own.number
    if len(mine(session, owner)) >= most:
        detail = f"A member may keep {most} profiles."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(FEEDS, "/own/number")),))
    made = OwnProfile(
        id=new_id(now),
        owner_id=owner.member_id,
        shared=False,
        forked_from=forked_from,
        created_at=now,
        changed_at=now,
        **values,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise _taken() from error
    _ask_anew(session, made.id, values["external_url"], now)
    return find(session, owner, values["name"])


def change(
    session: Session, owner: Identity, book: Book, name: str, draft: Draft, now: datetime, *, loopback: bool
) -> Own:
    """Make a profile of one's own what the draft says, wholly; an address is asked anew at once.

    Raise NotFound where there is none of that name, RuleBroken where it cannot be so, and Conflict where
    another of the owner's has its new name.
    """
    find(session, owner, name)
    values = _values(book, draft, loopback=loopback)
    try:
        with session.begin_nested():
            changed_id = session.execute(
                update(OwnProfile)
                .where(col(OwnProfile.owner_id) == owner.member_id, col(OwnProfile.name) == normal(name))
                .values(**values, changed_at=now)
                .returning(col(OwnProfile.id))
            ).scalar_one_or_none()
    except IntegrityError as error:
        raise _taken() from error
    if changed_id is None:
        raise NotFound  # It was removed in the same moment.
    session.execute(delete(ExternalSkeleton).where(col(ExternalSkeleton.profile_id) == changed_id))
    _ask_anew(session, changed_id, values["external_url"], now)
    return find(session, owner, values["name"])


def remove(session: Session, owner: Identity, name: str) -> None:
    """Take a profile away; raise NotFound where there is none of that name.

    Forks of it stay. Where it was its owner's default, the coop's is that again.
    """
    gone = session.execute(
        delete(OwnProfile)
        .where(col(OwnProfile.owner_id) == owner.member_id, col(OwnProfile.name) == normal(name))
        .returning(col(OwnProfile.id))
    ).one_or_none()
    if gone is None:
        raise NotFound


def share(session: Session, owner: Identity, name: str, *, shared: bool) -> Own:
    """Let other members look at a profile and fork it, or no longer; raise NotFound where there is none."""
    session.execute(
        update(OwnProfile)
        .where(col(OwnProfile.owner_id) == owner.member_id, col(OwnProfile.name) == normal(name))
        .values(shared=shared)
    )
    return find(session, owner, name)


def fork(
    session: Session,
    reader: Identity,
    book: Book,
    handle: str,
    name: str,
    own_name: str | None,
    now: datetime,
    *,
    loopback: bool,
) -> Own:
    """Make a profile of one's own that is what a shared one is now, under its name or another.

    Positions of sliders that a vote took away are left out. Raise NotFound where nobody shares such a
    profile with the reader, and what ``create`` raises.
    """
    source = find_shared(session, reader, handle, name)
    recipe = source.recipe(book.rules(FEEDS, FeedRules))
    draft = replace(source.draft(), name=own_name or source.name)
    if recipe is not None:
        draft = replace(draft, sliders=dict(recipe.sliders.items()))
    return create(session, reader, book, draft, now, loopback=loopback, forked_from=source.id)


def take_in(
    session: Session,
    owner: Identity,
    book: Book,
    document: FeedDocument,
    own_name: str | None,
    now: datetime,
    *,
    loopback: bool,
) -> tuple[Own, list[Adjustment]]:
    """Make a profile of a document, under its name or another; return it and all in which it differs.

    Raise what ``create`` raises, and RuleBroken where the document says nothing that a profile could be.
    """
    draft, adjustments = fit(document, book)
    draft = replace(draft, name=own_name or draft.name)
    return create(session, owner, book, draft, now, loopback=loopback), adjustments


def _values(book: Book, draft: Draft, *, loopback: bool) -> dict[str, Any]:
    """Return the columns of a draft; raise RuleBroken where it cannot be."""
    kept = own_draft.checked(book, draft, loopback=loopback)
    return {
        "name": kept.name,
        "about": kept.about,
        "base": kept.base,
        "sliders": dict(kept.sliders),
        "topics": list(kept.topics),
        "external_url": kept.external_url,
    }


def _taken() -> Conflict:
    fault = Fault("/name", "You have a profile of this name.")
    return Conflict("This profile is there already.", faults=(fault,))


def _ask_anew(session: Session, profile_id: int, url: str | None, now: datetime) -> None:
    """Have an address asked within seconds, whatever came of it before."""
    if url is not None:
        session.add(ExternalSkeleton(profile_id=profile_id, posts=[], wanted_at=now, due_at=now))
        session.flush()
