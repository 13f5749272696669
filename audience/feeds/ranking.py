"""Ranking: the sum of weight × signal, and the page that a hard cap per author leaves.

Pure. Law 11: explanations add up. Signals are whole millionths and weights whole thousandths, so every
contribution is a whole number of billionths and a score is exactly their sum, with nothing rounded.

The page is the greedy choice under a partition matroid (at most ``per_author`` of one author, at most
``page`` in all), which for an additive score is the best choice there is. Raising one weight therefore
cannot lower that signal's total on the page: were the new page poorer in it, the old page would have been
better under the new weights too. Candidates and signals do not depend on weights, which the proof needs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from audience.feeds.rules import WEIGHT_UNIT, Profile, weight_clause
from audience.feeds.signals import SIGNALS, Candidate, Setting


@dataclass(frozen=True, slots=True)
class Term:
    """One signal's part in a score: ``contribution == value × weight``."""

    signal: str
    value: int
    """In millionths, 0 to 1,000,000."""
    weight: int
    """In thousandths."""
    contribution: int
    """In billionths."""
    clause: str
    """Pointer of the clause that weighs it, in the coop's ``feeds`` policy."""


class Scored(NamedTuple):
    """A candidate with its score. They order by score, and the newer above where scores are equal."""

    score: int
    """In billionths."""
    post_id: int
    values: tuple[int, ...]
    """What each signal that the profile weighs says, in millionths and in the order of its weights."""
    post: Candidate


def weights_of(profile: Profile) -> dict[str, int]:
    """Return the weights of a profile in thousandths, by signal."""
    return {name: round(weight * WEIGHT_UNIT) for name, weight in profile.weights.items()}


def ranked(pool: Sequence[Candidate], setting: Setting, weights: dict[str, int]) -> list[Scored]:
    """Return the pool with scores, the best first."""
    columns = [[SIGNALS[name](post, setting) for post in pool] for name in weights]
    scored = [
        Scored(sum(map(mul, values, weights.values())), post.id, values, post)
        for post, values in zip(pool, zip(*columns, strict=True), strict=True)
    ]
    scored.sort(reverse=True)
    return scored


def page(
    candidates: Sequence[Scored], size: int, per_author: int, shown: Iterable[Scored] = ()
) -> list[Scored]:
    """Return the best ``size`` of ranked candidates, at most ``per_author`` of one author.

    ``shown`` are already on the page and count against their authors.
    """
    held = Counter(one.post.author_id for one in shown)
    chosen: list[Scored] = []
    for one in candidates:
        if len(chosen) == size:
            break
        if held[one.post.author_id] < per_author:
            held[one.post.author_id] += 1
            chosen.append(one)
    return chosen


def terms(one: Scored, weights: dict[str, int], profile: str) -> list[Term]:
    """Return the terms of a score under a profile; their contributions add up to it exactly."""
    return [
        Term(signal, value, weight, value * weight, weight_clause(profile, signal))
        for (signal, weight), value in zip(weights.items(), one.values, strict=True)
    ]
