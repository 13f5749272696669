"""``decide``: one decision by a hundred rules, whole, and the same rules beside other engines.

``moderation_us`` is all that a post's own process does for it: reading its text for addresses, topics, names
and capitals, looking for a thousand words and three patterns, and asking a hundred rules; what the database
says of its author is given. The engines get the same hundred conditions, each in its own language, and the
same events as plain values; making of them what they need is part of their time. Each has its turn in every
round, in one process, and the best round counts, for the machine is shared.

``publish_ratio`` is what the same hundred rules add to publishing a post (``decide_publishing.py``).
``feature_us`` is one check whether a member holds a feature, or their guild does, of 100,000 members and a
thousand guilds, half of whom do.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date

from rich.console import Console
from rich.progress import track

from audience.moderation.ruleset import Ruleset
from audience.moderation.writing_facts import facts_of
from bench.decide_engines import ENGINES, Decide, ours
from bench.decide_features import CHECKS, feature_checks
from bench.decide_rules import LOOKED_UP, RULES, TEXT, Asked, policy
from bench.report import Figures, Goals, at_least, at_most

ROUNDS = 15
TODAY = date(2026, 11, 21)

GOALS: Goals = {
    "moderation_us": at_most(40),
    "feature_us": at_most(5),
    "ratio_fastest": at_least(5),
    "publish_ratio": at_most(1.1),
}


class Wrong(RuntimeError):
    """An engine decided otherwise than the rules say, so its time says nothing."""


def engines(asked: Asked) -> dict[str, Decide]:
    """Return the engines that ours is measured beside, ready to be asked."""
    return {name: made(asked) for name, made in ENGINES.items()}


def measure(others: Mapping[str, Decide], asked: Asked, rounds: int = ROUNDS) -> Figures:
    """Ask ours and the others in turn; raise Wrong where one says something else than the rules."""
    deciders = {"ours": ours(asked), **others}
    for name, decide in deciders.items():
        for event in asked.events:
            if decide(event) != asked.right(event):
                raise Wrong(f"{name} decides otherwise of {event}.")
    began = time.perf_counter()
    whole = Ruleset(policy(), "post")
    compiled = time.perf_counter() - began
    held = feature_checks()
    best = dict.fromkeys([*deciders, "moderation", "feature"], float("inf"))
    for _ in track(range(rounds), f"{'decide':32}", console=Console(stderr=True), transient=True):
        best["moderation"] = min(best["moderation"], _seconds(lambda: _moderated(whole), len(asked.events)))
        best["feature"] = min(best["feature"], _seconds(held, 1) / CHECKS)
        for name, decide in deciders.items():
            best[name] = min(best[name], _each(decide, asked))
    fastest = min(best[name] for name in others)
    return {
        "rules": RULES,
        "moderation_us": round(best["moderation"] * 1e6, 1),
        "feature_us": round(best["feature"] * 1e6, 2),
        "compile_ms": round(compiled * 1000, 1),
        "ours_us": round(best["ours"] * 1e6, 2),
        **{f"{name}_us": round(best[name] * 1e6, 1) for name in others},
        **{f"ratio_{name}": round(best[name] / best["ours"], 1) for name in others},
        "ratio_fastest": round(fastest / best["ours"], 1),
    }


def _moderated(rules: Ruleset) -> int:
    """Decide on one post and return how many rules hold for it."""
    return len(rules.causes({**facts_of(TEXT, "en"), **LOOKED_UP}, TODAY))


def _seconds(job: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        job()
    return (time.perf_counter() - began) / times


def _each(decide: Decide, asked: Asked) -> float:
    began = time.perf_counter()
    for event in asked.events:
        decide(event)
    return (time.perf_counter() - began) / len(asked.events)
