"""Sortition: members drawn by lot, so that nobody can choose who is drawn and anyone can draw again.

Pure. The pool is fixed and published as a hash; the seed is made of that hash and of a value that nobody
knew when the pool was fixed; the members of the pool are then drawn in ascending order of the digests of
seed and handle. By hand, from the handles in a file::

    POOL=$(LC_ALL=C sort handles.txt | sha256sum | cut -c-64)
    SEED=$(printf '%s%s' "$ROOT" "$POOL" | sha256sum | cut -c-64)
    while read -r HANDLE; do
        printf '%s%s' "$SEED" "$HANDLE" | sha256sum | cut -c-64 | sed "s/$/ $HANDLE/"
    done < handles.txt | sort
"""

import hashlib
from collections.abc import Collection


def digest(seed: str, name: str) -> str:
    """Return the digest of a name under a seed, in hex: sha256 over the two written one after the other."""
    return hashlib.sha256((seed + name).encode()).hexdigest()


def pool_sha256(handles: Collection[str]) -> str:
    """Return the hash of a pool, in hex: sha256 over its handles in ascending order, a line each."""
    return hashlib.sha256("".join(f"{handle}\n" for handle in sorted(handles)).encode()).hexdigest()


def seed(root: str, pool: str) -> str:
    """Return the seed of a draw, in hex: sha256 over two hashes in hex, written one after the other.

    ``root`` was not known to anybody when the pool, whose hash is ``pool``, was fixed.
    """
    return digest(root, pool)


def order(seed: str, handles: Collection[str]) -> tuple[str, ...]:
    """Return the handles in the order in which they are drawn."""
    return tuple(sorted(handles, key=lambda handle: digest(seed, handle)))


def draw(seed: str, handles: Collection[str], number: int) -> tuple[str, ...]:
    """Return those who are drawn, in order; raise ValueError where the pool holds fewer, or one twice."""
    if len(set(handles)) != len(handles):
        raise ValueError("a handle is in the pool twice")
    if not 0 <= number <= len(handles):
        raise ValueError(f"{number} cannot be drawn from {len(handles)}")
    return order(seed, handles)[:number]
