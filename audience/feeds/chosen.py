"""The profile that a member made their default: the coop's, until they choose another."""

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.feeds.own_record import find
from audience.feeds.recipe import OWN
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.tables import ChosenFeed
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

DEFAULT = "default"
"""The name that stands for a member's default."""

_CHOSEN = text("""
SELECT profile, own_profile.name AS own
FROM chosen_feed LEFT JOIN own_profile ON own_profile.id = own_id
WHERE member_id = :me
""")


def default_of(session: Session, member: Identity, book: Book) -> str:
    """Return the name of a member's default; the coop's where they chose none, or a vote took it away."""
    rules = book.rules(FEEDS, FeedRules)
    row = session.connection().execute(_CHOSEN, {"me": member.member_id}).one_or_none()
    if row is not None and row.own is not None:
        return f"{OWN}{row.own}"
    return row.profile if row is not None and row.profile in rules.profiles else rules.default


def choose(session: Session, member: Identity, book: Book, name: str) -> None:
    """Make a profile a member's default; ``default`` is the coop's, whatever votes make of it.

    Raise NotFound where there is none of that name, among the policy's and their own.
    """
    if name == DEFAULT:
        session.execute(delete(ChosenFeed).where(col(ChosenFeed.member_id) == member.member_id))
        return
    own_id = find(session, member, name.removeprefix(OWN)).id if name.startswith(OWN) else None
    if own_id is None and name not in book.rules(FEEDS, FeedRules).profiles:
        raise NotFound
    values = {"profile": name if own_id is None else None, "own_id": own_id}
    stored = insert(ChosenFeed).values(member_id=member.member_id, **values)
    session.execute(stored.on_conflict_do_update(index_elements=["member_id"], set_=values))
