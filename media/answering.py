"""The guild that answers for an upload: its member may not send so many, or so long a one, themself."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from coop import features
from coop.book import Book
from coop.errors import Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild
from coop.unheld import unheld


def named(
    session: Session, book: Book, member: Identity, guild: str, feature: str, refused: str, now: datetime
) -> Guild:
    """Return the guild (by its slug) that a member names to answer for an upload.

    Raise RuleBroken where they are in no such guild, and Forbidden, with ``refused`` as its words, where it
    does not hold the feature.
    """
    found = session.scalars(select(Guild).where(col(Guild.slug) == normal(guild))).one_or_none()
    if found is None or found.id not in member.guilds:
        fault = Fault("/guild", "There is no guild of this name that you belong to.")
        raise RuleBroken("This upload cannot be opened.", faults=(fault,))
    if not features.held_by_guild(book, feature, found.slug, now):
        raise Forbidden(refused, faults=(unheld(book, feature, found.slug, now),))
    return found
