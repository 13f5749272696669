"""Keepers: who keeps the lists of a guild, and who may make lists and put posts into them.

Pure. A member keeps their own lists; those of a guild are kept by its stewards, or by all who are in it,
as the clause ``/playlists/keepers`` says. To make a list, and to add to one, takes the feature ``playlists``
of whoever the list belongs to: where it is lost, what is there stays readable, and its keepers may still
rearrange it, take posts out and end it.
"""

from datetime import datetime

from audience.limits import rules_of
from coop import features
from coop.book import Book
from coop.errors import Forbidden
from coop.features import PLAYLISTS
from coop.identity import Identity
from coop.suspended import check as check_not_suspended
from coop.unheld import unheld


def held(book: Book, keeper: Identity, guild: str | None, now: datetime) -> bool:
    """Say whether a member, or the guild (its slug) whose list they keep, holds the feature."""
    if guild is None:
        return features.held(book, PLAYLISTS, keeper, now)
    return features.held_by_guild(book, PLAYLISTS, guild, now)


def check_may_keep(book: Book, keeper: Identity, guild: str | None, now: datetime) -> None:
    """Raise Forbidden, with the clause, where no list may be made, or added to, for a member or a guild."""
    check_not_suspended(keeper, book, "publish", now)
    if not held(book, keeper, guild, now):
        whose = "You do" if guild is None else "This guild does"
        fault = unheld(book, PLAYLISTS, guild, now)
        raise Forbidden(f"{whose} not hold what it takes to keep playlists.", faults=(fault,))


def all_keep(book: Book, guild: str | None) -> bool:
    """Say whether all who are in a guild (its slug) keep its lists; of None, what the coop says."""
    return rules_of(book, guild).playlists.keepers == "members"
