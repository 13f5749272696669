"""Which statement somebody is shown next.

Pure. The weight of Polis (``math/conversation.clj``): statements that people agree with, seldom pass, and
that tell people apart come up more often, and a new one nine times as much so, half less with every five
answers. The draw is by lot, so that every statement keeps a chance, and the same until the next answer, so
that asking again does not change the card.
"""

import hashlib
from collections.abc import Mapping
from fractions import Fraction

NEWCOMER = 8.0
"""How many times more a statement that nobody has answered weighs, before the square."""
HALVING = 5.0
"""Answers after which that has halved."""


def weight(agreed: float, passed: float, seen: float, extremity: float) -> float:
    """Return [(1−p)(E+1)a · (1 + 8·2^(−S/5))]², with p = (P+1)/(S+2) and a = (A+1)/(S+2).

    ``seen`` (S) answers, of which ``agreed`` (A) and ``passed`` (P); ``extremity`` (E) is how far agreeing
    with it alone would place somebody from the centre, 0 where there is no plane yet.
    """
    passing, agreeing = (passed + 1) / (seen + 2), (agreed + 1) / (seen + 2)
    fresh = 1 + NEWCOMER * 2 ** (-seen / HALVING)
    return float(((1 - passing) * (extremity + 1) * agreeing * fresh) ** 2)


def drawn(weights: Mapping[int, float], seed: str) -> int:
    """Draw one of the statements, each with a chance in proportion to its weight.

    Every weight is above 0. The same weights and seed draw the same one. Raise ValueError where there is
    none to draw.
    """
    if not weights:
        raise ValueError("there is no statement to draw")
    listed = sorted(weights.items())
    lot = Fraction(int(hashlib.sha256(seed.encode()).hexdigest(), 16), 2**256)
    left = lot * sum(Fraction(chance) for _, chance in listed)
    for statement, chance in listed:
        left -= Fraction(chance)
        if left < 0:
            return statement
    return listed[-1][0]
