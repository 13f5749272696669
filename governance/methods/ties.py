"""Ties: what decides between options that the votes leave level.

Pure. Where a method knows earlier rounds these decide first; then the draw does. The draw is made from a
seed that is published after the last ballot, so nobody can choose a name by it, and anyone can make it
again: the digest of an option is sha256 over the UTF-8 of seed and name written one after the other, and
the options are drawn in ascending order of their digests. By hand, for one option::

    printf '%s%s' "$SEED" "$NAME" | sha256sum
"""

import hashlib
from collections.abc import Sequence


def digest(seed: str, name: str) -> str:
    """Return the digest of an option, in hex."""
    return hashlib.sha256((seed + name).encode()).hexdigest()


def draw(seed: str, names: Sequence[str]) -> tuple[int, ...]:
    """Return the lot of each option: 0 for the one drawn first, which wins every tie.

    Options are known by their names and not by their places, so the order in which they are listed
    changes nothing. Raise ValueError where two have one name.
    """
    if len(set(names)) != len(names):
        raise ValueError("two options have one name")
    order = sorted(range(len(names)), key=lambda option: digest(seed, names[option]))
    lots = [0] * len(names)
    for lot, option in enumerate(order):
        lots[option] = lot
    return tuple(lots)
