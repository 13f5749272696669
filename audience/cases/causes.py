"""Causes of what people decide: the by-law behind it, as it read when they were asked, and how they voted.

Pure. They are kept as the causes of rules are (``moderation/verdict.py``), so whoever is acted on is told in
one form, whoever decided. A jury judges by its ground as it read when it was called, whatever is voted of it
meanwhile: so the by-law is kept with the case.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypedDict

from audience.moderation.case_rules import OUTCOMES, Ground, Measure, Outcome, ground_clause
from audience.moderation.rules import ACTIONS, MODERATION, Action, ModerationRules
from audience.moderation.verdict import By, Kept
from coop.book import Book


def grounds(book: Book, scope: str) -> Mapping[str, Ground]:
    """Return the grounds on which something may be reported in a scope, by name."""
    return book.rules(MODERATION, ModerationRules, scope).grounds


class ByLaw(TypedDict):
    """A ground as it read at one moment, with its receipt."""

    name: str
    about: str
    outcomes: list[Outcome]
    measures: list[Measure]
    label: str | None
    scope: str
    clause: str
    version: int
    sha256: str
    proposal: str | None


def by_law(book: Book, scope: str, name: str) -> ByLaw:
    """Return a ground that there is in a scope as it reads now."""
    ground = grounds(book, scope)[name]
    receipt = book.cite(MODERATION, ground_clause(name), scope)
    return {
        "name": name,
        "about": ground.about,
        "outcomes": ground.outcomes,
        "measures": ground.measures,
        "label": ground.label,
        "scope": receipt.scope,
        "clause": receipt.clause,
        "version": receipt.version,
        "sha256": receipt.sha256,
        "proposal": receipt.proposal,
    }


MEANINGLESS: Mapping[str, frozenset[Outcome]] = {
    "reply": frozenset({"narrow"}),
    "profile": frozenset({"collapse", "narrow"}),
}
"""By what is judged: the outcomes that mean nothing for it. Who reads a reply is for its post to say; and a
name that is folded, or seen by some, names nobody."""


def outcomes_of(outcomes: Collection[Outcome], noun: str) -> tuple[Outcome, ...]:
    """Return what a jury may do with what is so called, the mildest first, ``none`` at least.

    ``outcomes`` are those of the ground. What means nothing for it is left out, and nothing takes its place.
    """
    allowed = {"none", *outcomes} - MEANINGLESS.get(noun, frozenset())
    return tuple(one for one in OUTCOMES if one in allowed)


def of_people(book: Book, law: ByLaw, then: Action, by: By, tally: Mapping[str, int] | None = None) -> Kept:
    """Return the cause of what people did under a by-law."""
    return {
        "by": by,
        "rule": law["name"],
        "about": law["about"],
        "notice": "",
        "when": "",
        "then": then,
        "gap_s": None,
        "until": None,
        "label": law["label"] if then == "label" else None,
        "override": then in ("label", "collapse"),
        "appeal_days": book.rules(MODERATION, ModerationRules).appeals.days,
        "undecided": "",
        "scope": law["scope"],
        "clause": law["clause"],
        "version": law["version"],
        "sha256": law["sha256"],
        "proposal": law["proposal"],
        "matched": [],
        "tally": dict(tally or {}),
        "labels": [],
    }


def told(cause: Kept) -> dict[str, Any]:
    """Return the by-law of a cause as all of us are told of it: nothing of the thing that broke it."""
    return {name: cause[name] for name in ("about", "scope", "clause", "version", "sha256", "proposal")}


def beside(others: Sequence[Kept], outcome: Outcome) -> list[Kept]:
    """Return which of the other causes still say something beside what a jury decided.

    A jury has looked, so nothing is held again and nothing is done that is stricter than what it found. What
    labels a thing or slows whoever made it hides nothing, and stands.
    """
    most = -1 if outcome == "none" else ACTIONS.index(outcome)
    left = [one for one in others if one["then"] != "hold"]
    return [one for one in left if one["then"] in ("slow", "label") or ACTIONS.index(one["then"]) <= most]


def restated(cause: Kept, then: Action, tally: Mapping[str, int], law: ByLaw | None = None) -> Kept:
    """Return a cause as a jury that judged it let it stand, or made it milder.

    ``law`` is the by-law under which another jury had decided it, where one had.
    """
    label = (cause["label"] or (law and law["label"])) if then == "label" else None
    return {**cause, "by": "jury", "then": then, "label": label, "tally": dict(tally)}
