"""Locks and keys: an audience as integers, so that the database compares two arrays and nothing else.

Pure. A post carries the keys of which a reader needs one (its lock); a member carries the keys they hold.
A key is ``id << 4 | kind``: the coop is guild 0, guilds are kind 1, members kind 2. The author's own key is
in every lock, so no post is ever hidden from whoever wrote it.
"""

from collections.abc import Mapping

from audience.document import AudienceDocument
from coop.identity import Identity

COOP_KEY = 1
"""The key that every member holds."""

_SHIFT, _GUILD, _MEMBER = 4, 1, 2


def guild_key(guild_id: int) -> int:
    """Return the key that the members of a guild hold."""
    return guild_id << _SHIFT | _GUILD


def member_key(member_id: int) -> int:
    """Return the key that one member holds."""
    return member_id << _SHIFT | _MEMBER


def guild_of(key: int) -> int | None:
    """Return the guild whose key this is; None for the coop's key and for a member's."""
    return key >> _SHIFT if key != COOP_KEY and key & (1 << _SHIFT) - 1 == _GUILD else None


def held_by(viewer: Identity) -> list[int]:
    """Return every key that a member holds now."""
    return [COOP_KEY, *personal(viewer)]


def personal(viewer: Identity) -> list[int]:
    """Return the keys by which a post names this member more closely than as one of all."""
    return [*map(guild_key, sorted(viewer.guilds)), member_key(viewer.member_id)]


def lock(
    document: AudienceDocument,
    author_id: int,
    guild_ids: Mapping[str, int],
    member_ids: Mapping[str, int],
) -> list[int]:
    """Compile a document into the lock of a post; the maps hold every slug and handle it names."""
    keys = {member_key(author_id)}
    for one in document.named:
        if one.coop:
            return [COOP_KEY]
        if one.guild is not None:
            keys.add(guild_key(guild_ids[one.guild]))
        if one.member is not None:
            keys.add(member_key(member_ids[one.member]))
    return sorted(keys)
