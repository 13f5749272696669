"""Posts written ahead, for tests: books by which members may write so, and what they keep."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from audience.document import AudienceDocument
from audience.posts import Draft
from audience.scheduling import schedule
from audience.scheduling.schedule import Scheduled
from coop.book import Book
from coop.features import SCHEDULED_POSTS
from coop.holdings import Held, Holdings
from coop.identity import Identity
from tests.audience.factories import NOW

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
QUOTABLE: dict[str, Any] = {"interact": {"quote": {"auto": [{"local": True}]}}}
"""For every member, to be quoted at once."""


def writes_ahead(book: Book, *members: Identity) -> Book:
    """Return the book as it stands where these members hold the feature."""
    held = Held(frozenset(one.member_id for one in members))
    return book.with_holdings(Holdings(book.holdings.version + 1, {SCHEDULED_POSTS: held}, {}))


def given(body: str = "Bread", audience: dict[str, Any] | None = None, **more: Any) -> Draft:
    """Return a draft for the audience that a document describes."""
    return Draft(body=body, audience=AudienceDocument.model_validate(audience or {}), **more)


def ahead(
    session: Session, who: Identity, book: Book, draft: Draft | None = None, at: datetime = LATER
) -> Scheduled:
    """Keep a draft until its time."""
    return schedule.schedule(session, who, book, draft or given(), at, NOW)
