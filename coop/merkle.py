"""Merkle trees: one hash over a whole list, and short proofs of what is in it and that it only grew.

Pure. Law 10: whoever keeps one signed root can be shown, in a few hashes, that an event is under it and
that a later root holds everything the earlier one held. The tree is that of RFC 6962 §2.1 (unchanged in
RFC 9162 §2.1) with SHA-256; leaves are counted from 0. Hashes are 32 bytes.

Only **nodes** over complete subtrees are ever stored: they never change. A tree of ``n`` leaves is made of
at most log2 n of them, and a proof is made from at most twice as many, so neither reads the list again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

Node = tuple[int, int]
"""(level, index): the complete subtree over the ``2**level`` leaves from ``index * 2**level`` on."""
Span = tuple[int, int]
"""(start, end): the leaves from ``start`` to before ``end``, which are one subtree of some tree."""

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf; its prefix keeps leaves and nodes from standing in for each other."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes(span: Span) -> list[Node]:
    """Return the complete subtrees that a span is made of, from the left, each smaller than the last."""
    start, end = span
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def span_hash(span: Span, hashes: Mapping[Node, bytes]) -> bytes:
    """Return the hash over a span from those of its :func:`nodes`; raise KeyError where one is missing."""
    parts = [hashes[node] for node in nodes(span)]
    if not parts:
        return EMPTY
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def grown(size: int, edge: Mapping[Node, bytes], leaves: Iterable[bytes]) -> dict[Node, bytes]:
    """Return every node that is complete once leaf hashes are added to a tree of ``size``, leaves included.

    ``edge`` holds the nodes that the tree is made of: those of the span ``(0, size)``.
    """
    made: dict[Node, bytes] = {}
    for position, leaf in enumerate(leaves, size):
        level, index, found = 0, position, leaf
        made[level, index] = found
        while index % 2:
            before = (level, index - 1)
            found = node_hash(made[before] if before in made else edge[before], found)
            level, index = level + 1, index // 2
            made[level, index] = found
    return made


def inclusion(index: int, size: int) -> list[Span]:
    """Return the spans whose hashes prove that leaf ``index`` is in a tree of ``size``, the nearest first.

    RFC 6962 §2.1.1. Raise ValueError where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none at {index}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[Span]:
    """Return the spans whose hashes prove that a tree of ``new`` leaves began as the one of ``old``.

    RFC 6962 §2.1.2; nothing is needed from an empty tree on, nor to the same one. Raise ValueError where
    the second is the smaller.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves did not grow from one of {old}")
    if old in (0, new):
        return []
    path, start, end = [], 0, new
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:
        path.append((start, end))
    return path[::-1]


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows that ``leaf``, a leaf's hash, is at ``index`` under ``root``.

    RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(part, found)
            place, last = _up_past_left_children(place, last)
        else:
            found = node_hash(found, part)
        place, last = place // 2, last // 2
    return last == 0 and found == root


def consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Say whether a proof shows that the tree under ``new_root`` began as the one under ``old_root``.

    RFC 9162 §2.1.4.2, and every tree began as the empty one.
    """
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    if not 0 < old < new or not proof:
        return False
    parts = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place // 2, last // 2
    before = after = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            before, after = node_hash(part, before), node_hash(part, after)
            place, last = _up_past_left_children(place, last)
        else:
            after = node_hash(after, part)
        place, last = place // 2, last // 2
    return last == 0 and before == old_root and after == new_root


def _largest_power_below(size: int) -> int:
    """Return the largest power of two smaller than ``size``, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _up_past_left_children(place: int, last: int) -> tuple[int, int]:
    """Rise from the right edge to where it is a right child, or to the root: no sibling hangs between."""
    while place and not place % 2:
        place, last = place // 2, last // 2
    return place, last
