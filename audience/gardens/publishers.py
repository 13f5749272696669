"""Publishers: who may publish labels for others.

Pure. Two policies have a say: the clause ``/gardens/publish`` of ``moderation`` is the switch for all, and
whoever it lets publish holds the feature ``labeller_publishing`` besides. A guild's labeller speaks for the
guild, so it is the guild that holds it, whichever of its stewards publishes. What was published stays as it
is where the feature is lost: a labeller that says nothing more falls silent by itself.
"""

from datetime import datetime

from audience.moderation.rules import MODERATION, ModerationRules
from coop import features
from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.features import LABELLER_PUBLISHING
from coop.identity import Identity
from coop.suspended import check as check_not_suspended
from coop.unheld import unheld


def check_may_publish(book: Book, publisher: Identity, guild: str | None, now: datetime) -> None:
    """Raise Forbidden where a member may publish no labels, for themself or for a guild (its slug).

    It names the clause that refuses, and says what would change that.
    """
    check_not_suspended(publisher, book, "publish", now)
    publish = book.rules(MODERATION, ModerationRules).gardens.publish
    if publish == "nobody" or (publish == "guilds" and guild is None):
        whose = "Nobody publishes" if publish == "nobody" else "Guilds alone publish"
        detail = f"{whose} labels here: a vote on this clause would change that."
        raise Forbidden(f"{whose} labels here.", faults=(_switch(book, detail),))
    if not _holds(book, publisher, guild, now):
        whose = "You do" if guild is None else "This guild does"
        raise Forbidden(
            f"{whose} not hold what it takes to publish labels.", faults=(_unheld(book, guild, now),)
        )


def may_publish(book: Book, publisher: Identity, guild: str | None, now: datetime) -> bool:
    """Say whether a member may publish labels now, for themself or for a guild (its slug)."""
    try:
        check_may_publish(book, publisher, guild, now)
    except Forbidden:
        return False
    return True


def _holds(book: Book, publisher: Identity, guild: str | None, now: datetime) -> bool:
    if guild is None:
        return features.held(book, LABELLER_PUBLISHING, publisher, now)
    return features.held_by_guild(book, LABELLER_PUBLISHING, guild, now)


def _switch(book: Book, detail: str) -> Fault:
    return Fault("", detail, book.cite(MODERATION, "/gardens/publish"))


def _unheld(book: Book, guild: str | None, now: datetime) -> Fault:
    """Return what is in the way of whoever does not hold the feature."""
    found = unheld(book, LABELLER_PUBLISHING, guild, now)
    return found if found.clause is not None else _switch(book, found.detail)
