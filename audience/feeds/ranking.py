"""Ranking: a score for every post of a pool, the sum of weight × signal.

Pure. Law 11: explanations add up. Signals are whole millionths and weights whole thousandths, so every
contribution is a whole number of billionths and a score is exactly their sum, with nothing rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from audience.feeds.rules import SignalName
from audience.feeds.signals import SIGNALS, Candidate, Setting


# Not frozen: a page makes hundreds of them, and freezing makes each three times as dear.
@dataclass(slots=True)
class Term:
    """One signal's part in a score: its value × its weight, which is the same for all posts of a page."""

    signal: SignalName
    value: int
    """In millionths, 0 to 1,000,000; down to −1,000,000 where it speaks against a post."""
    contribution: int
    """In billionths."""


class Scored(NamedTuple):
    """A candidate with its score. They order by score, and the newer above where scores are equal."""

    score: int
    """In billionths."""
    post_id: int
    values: tuple[int, ...]
    """What each signal says, in millionths and in the order of the weights."""
    post: Candidate


def ranked(pool: Sequence[Candidate], setting: Setting, weights: Mapping[SignalName, int]) -> list[Scored]:
    """Return the pool with scores, the best first; ``weights`` are in thousandths."""
    factors = tuple(weights.values())
    said = [SIGNALS[name](pool, setting) for name in weights]
    values = list(zip(*said, strict=True)) if said else [()] * len(pool)
    scores = [sum(map(mul, row, factors)) for row in values]
    scored = list(map(Scored, scores, [post.id for post in pool], values, pool))
    scored.sort(reverse=True)
    return scored


def without(order: Sequence[Scored], weights: Mapping[SignalName, int], signal: SignalName) -> list[Scored]:
    """Return a ranking as it would be if one of its signals counted nothing."""
    place, weight = list(weights).index(signal), weights[signal]
    return sorted([one._replace(score=one.score - weight * one.values[place]) for one in order], reverse=True)


def terms(one: Scored, weights: Mapping[SignalName, int]) -> list[Term]:
    """Return the terms of a score; their contributions add up to it exactly.

    A signal that says nothing of the post adds nothing and is left out.
    """
    return [
        Term(signal, value, value * weight)
        for (signal, weight), value in zip(weights.items(), one.values, strict=True)
        if value
    ]
