"""Packing: turning a run of joined ballots into a matrix, without a step of Python for each ballot.

Pure. Ballots are joined by a byte that names no option. With up to fifteen options a ranking fits into the
sixteen half-bytes of a 64-bit number, so equal rankings are found by sorting numbers.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

NONE = 255
"""Stands where a ranking has ended; no option has this index."""
SEPARATOR = bytes([NONE])
"""Stands between two ballots."""

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]

_PLACES = 16
"""Half-bytes in a key."""
_BLANK = 15
"""The half-byte for ``NONE``."""
_PAST = np.array([(1 << 4 * (_PLACES - length)) - 1 for length in range(_PLACES + 1)], np.uint64)
"""By the length of a ranking: ones in every half-byte past its end."""


def distinct(joined: bytes, options: int) -> tuple[Bytes, Counts]:
    """Return the distinct rankings among the joined ballots, as a matrix, and how often each is there.

    The matrix is as :func:`unpacked` makes it. Raise ValueError for a byte that names no option, and for
    a ranking longer than the options are many.
    """
    if options > _BLANK:
        counted = Counter(joined.split(SEPARATOR))
        ranks = unpacked(SEPARATOR.join(counted), len(counted), options)
        return ranks, np.fromiter(counted.values(), np.int64, len(counted))
    flat, starts, lengths = _split(joined, options)
    keys, counts = np.unique(_keys(flat, starts, lengths), return_counts=True)
    return _places(keys, int(lengths.max())), counts.astype(np.int64, copy=False)


def unpacked(joined: bytes, ballots: int, options: int) -> Bytes:
    """Return so many joined ballots as a matrix: a column each, a row a place, the last row all NONE.

    Raise ValueError as :func:`distinct` does, and where there is another number of ballots.
    """
    if not ballots:
        return np.full((1, 0), NONE, np.uint8)
    flat, starts, lengths = _split(joined, options)
    if len(starts) != ballots:
        raise ValueError(f"{ballots} ballots were joined and {len(starts)} found")
    ranks = np.full((int(lengths.max()) + 1, ballots), NONE, np.uint8)
    at, ends = starts.copy(), starts + lengths
    for place in ranks[:-1]:
        np.take(flat, at, out=place)
        at += at < ends  # a ranking that has ended stays at its separator
    return ranks


def _split(joined: bytes, options: int) -> tuple[Bytes, NDArray[np.intp], NDArray[np.intp]]:
    """Return the bytes, padded with NONE, and where each ballot begins and how long it is."""
    flat = np.frombuffer(joined + SEPARATOR * (2 * _PLACES), np.uint8)
    ends = np.flatnonzero(flat[: len(joined) + 1] >= options)
    if (flat[ends] != NONE).any():
        raise ValueError(f"a ballot names an option beyond the {options} there are")
    starts = np.empty_like(ends)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    lengths = ends - starts
    if lengths.max() > options:
        raise ValueError(f"a ballot ranks more than the {options} options there are")
    return flat, starts, lengths


def _keys(flat: Bytes, starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.uint64]:
    """Return each ranking as a number: its places in half-bytes from the top, the rest all ones.

    The windows of eight places that begin at each byte are made for all bytes at once, by doubling.
    """
    nibbles = flat & 15
    pairs = nibbles << 4
    pairs[:-1] |= nibbles[1:]
    fours = pairs.astype(np.uint16) << 8
    fours[:-2] |= pairs[2:]
    eights = fours.astype(np.uint32) << 16
    eights[:-4] |= fours[4:]
    keys = eights[starts].astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= eights[starts + 8]
    keys |= _PAST[lengths]
    return keys


def _places(keys: NDArray[np.uint64], longest: int) -> Bytes:
    """Return the matrix of the rankings that these keys hold."""
    two_each = keys.astype(">u8").view(np.uint8).reshape(-1, 8).T
    ranks = np.empty((_PLACES, len(keys)), np.uint8)
    np.right_shift(two_each, 4, out=ranks[0::2])
    np.bitwise_and(two_each, 15, out=ranks[1::2])
    ranks = ranks[: longest + 1]
    ranks[ranks == _BLANK] = NONE
    return ranks
