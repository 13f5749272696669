"""Causes of what people decide: the by-law behind it, as it reads then, and how they voted.

Pure. They are kept as the causes of rules are (``moderation/verdict.py``), so whoever is acted on is told in
one form, whoever decided.
"""

from collections.abc import Mapping
from typing import Any

from audience.moderation.case_rules import OUTCOMES, Ground, Outcome, ground_clause
from audience.moderation.rules import MODERATION, Action, ModerationRules
from audience.moderation.verdict import By, Kept
from coop.book import Book


def grounds(book: Book, scope: str) -> Mapping[str, Ground]:
    """Return the grounds on which something may be reported in a scope, by name."""
    return book.rules(MODERATION, ModerationRules, scope).grounds


MEANINGLESS: Mapping[str, frozenset[Outcome]] = {
    "reply": frozenset({"narrow"}),
    "profile": frozenset({"collapse", "narrow"}),
}
"""By what is judged: the outcomes that mean nothing for it. Who reads a reply is for its post to say; and a
name that is folded, or seen by some, names nobody."""


def outcomes_of(ground: Ground | None, noun: str) -> tuple[Outcome, ...]:
    """Return what a jury may do under a ground with what is so called, the mildest first, ``none`` at least.

    What means nothing for it is left out, and nothing takes its place.
    """
    allowed = {"none", *(() if ground is None else ground.outcomes)} - MEANINGLESS.get(noun, frozenset())
    return tuple(one for one in OUTCOMES if one in allowed)


def of_ground(
    book: Book, scope: str, name: str, then: Action, by: By, tally: Mapping[str, int] | None = None
) -> Kept:
    """Return the cause of what people did under a ground that there is."""
    ground = grounds(book, scope)[name]
    receipt = book.cite(MODERATION, ground_clause(name), scope)
    return {
        "by": by,
        "rule": name,
        "about": ground.about,
        "notice": "",
        "when": "",
        "then": then,
        "gap_s": None,
        "label": ground.label if then == "label" else None,
        "override": then in ("label", "collapse"),
        "appeal_days": book.rules(MODERATION, ModerationRules).appeals.days,
        "undecided": "",
        "scope": receipt.scope,
        "clause": receipt.clause,
        "version": receipt.version,
        "sha256": receipt.sha256,
        "proposal": receipt.proposal,
        "matched": [],
        "tally": dict(tally or {}),
        "labels": [],
    }


def by_law(cause: Kept) -> dict[str, Any]:
    """Return the by-law of a cause as all of us are told of it: nothing of the thing that broke it."""
    return {name: cause[name] for name in ("about", "scope", "clause", "version", "sha256", "proposal")}


def restated(cause: Kept, then: Action, tally: Mapping[str, int]) -> Kept:
    """Return a cause as a jury that judged it let it stand, or made it milder."""
    label = cause["label"] if then == "label" else None
    return {**cause, "by": "jury", "then": then, "label": label, "tally": dict(tally)}
