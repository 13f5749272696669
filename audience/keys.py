"""Keys: what a reader holds, as integers, so that the database compares two arrays and nothing else.

Pure. A post carries the keys that open it (its lock, ``locks.py``); a reader carries those they hold. A key
is ``id << 4 | kind``: everybody's is 0, guilds are kind 1 and the coop is guild 0, members kind 2, circles
kind 3, places kind 4, and what a member contributed kind 5. Who holds which is said in one place, the
database's function ``reader_keys(member, moment)``: ``keys`` are all of them, and ``personal`` are those by
which a post names somebody more closely than as one of all.
"""

PUBLIC_KEY = 0
"""The key that everybody holds, signed in or not."""
LOCAL_KEY = 1
"""The key that every member holds."""

SHIFT = 4
GUILD, MEMBER, CIRCLE, PLACE, CONTRIBUTION = 1, 2, 3, 4, 5
"""Kinds of keys."""
EDITION_BITS = 16
"""How many bits of a circle's key count its editions."""
LAST_EDITION = (1 << EDITION_BITS) - 1


def guild_key(guild_id: int) -> int:
    """Return the key that the members of a guild hold."""
    return guild_id << SHIFT | GUILD


def member_key(member_id: int) -> int:
    """Return the key that one member holds."""
    return member_id << SHIFT | MEMBER


def circle_key(circle_id: int, edition: int) -> int:
    """Return the key of those who were in a circle at an edition of it, and still are."""
    return (circle_id << EDITION_BITS | edition) << SHIFT | CIRCLE


def place_key(place_id: int) -> int:
    """Return the key of those who say that they are in a place, or in a part of it."""
    return place_id << SHIFT | PLACE


def contribution_key(condition_id: int) -> int:
    """Return the key of those who contributed what a condition asks."""
    return condition_id << SHIFT | CONTRIBUTION


def guild_of(key: int) -> int | None:
    """Return the guild whose key this is; None for the coop's key and for all others."""
    return key >> SHIFT if key != LOCAL_KEY and key & (1 << SHIFT) - 1 == GUILD else None
