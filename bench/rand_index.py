"""How far two groupings of the same people agree: the adjusted Rand index (Hubert and Arabie, 1985)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction
from math import comb


def adjusted_rand_index(one: Sequence[Hashable], other: Sequence[Hashable]) -> Fraction:
    """Return 1 for the same groups by whatever name, about 0 for no more agreement than chance brings.

    Exact. Raise ValueError where the two are not of the same people. Where both put everybody together, or
    both everybody apart, they agree.
    """
    pairs = Counter(zip(one, other, strict=True))
    together = sum(comb(size, 2) for size in pairs.values())
    first = sum(comb(size, 2) for size in Counter(one).values())
    second = sum(comb(size, 2) for size in Counter(other).values())
    total = comb(len(one), 2)
    if first == second and first in (0, total):
        return Fraction(1)
    expected = Fraction(first * second, total)
    return (together - expected) / (Fraction(first + second, 2) - expected)
