"""Wide reach: the feature by which a post may have more seats than the ceiling.

Pure. Whether a post goes by the wide ceiling is settled when it is published and kept with it: whoever loses
the feature publishes within the ceiling from then on, and keeps their word for what they published before.
The number itself is read anew at each delivery (``limits.py``), so a vote on it binds what is there.
"""

from datetime import datetime

from audience.document import Parts
from audience.limits import Asked, ceiling_of, most_seats
from coop import features
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation


def goes_wide(book: Book, author: Identity, guild: str | None, parts: Parts, now: datetime) -> bool:
    """Say whether a post goes by the wide ceiling: its author asks for more than the ceiling, and may.

    They may where they hold the feature, or the guild (its slug) in which they publish does.
    """
    most, asked = most_seats(book, guild, wide=False), Asked.by(parts).seats
    if most is None or asked is None or asked <= most:
        return False
    return features.held_in(book, features.WIDE_REACH, author, guild, now)


def ceiling_for(book: Book, author: Identity, guild: str | None, now: datetime) -> Citation:
    """Return the clause with the most seats that an author may ask for in a guild (its slug), or in none."""
    wide = features.held_in(book, features.WIDE_REACH, author, guild, now)
    return ceiling_of(book, guild, wide=wide)
