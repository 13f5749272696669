"""The moderation policy, replayed: what its rules would have done with what was made and done.

Each thing of the window is asked about with the facts of the moment when it was made (``rule_subjects.py``),
by the very functions that screen it (``audience/moderation``), under the rules in force and under those of
the patch, so what is told is exactly what screening would have done.
"""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any, cast

from sqlmodel import Session

from audience.moderation.rules import ACTIONS, DONE_WITH, TARGETS, Action, Target
from audience.moderation.ruleset import Ruleset, ruleset
from audience.replay import rule_subjects
from audience.replay.relabelled import Again
from audience.replay.rule_subjects import Subject
from coop.rehearsal import Cell, Measure, Rehearsing, Report, Tallied

THINGS: dict[Target, str] = {
    "post": "posts",
    "reply": "replies",
    "upload": "pictures",
    "profile": "profiles",
    "follow": "follows",
}
WORDS: dict[Action, tuple[str, str]] = {
    "slow": ("no longer slowed after", "slowed after"),
    "label": ("no longer labelled", "labelled"),
    "collapse": ("no longer folded", "folded"),
    "unfeed": ("offered by feeds again", "left out of feeds"),
    "hold": ("let through", "held back"),
    "remove": ("left where they are", "removed"),
}
"""By action: what happens to what a patch lets go, and to what it takes."""
LIMITS = (
    "Who follows whom and who belongs where is known from when on, not from when to: whoever left or "
    "ceased to follow since counts as if they never had.",
    "What was taken back since counts: it had been published.",
    "Whoever would have been slowed could not have done all that followed at once: it counts as done.",
    "Pictures count where a post or reply shows them: what a rule does with one is done with that.",
    "Of each profile only the last change counts: what was said before is kept nowhere.",
    "Labels that came later ask again as they came, whatever juries or holds that were over had settled by "
    "then; of a thing on which several were done the weightiest counts.",
    "How heated threads were, and what that asked of whoever answered, is not tried again.",
)


def replay_moderation(session: Session, asked: Rehearsing) -> Report:
    """Return what both sets of rules do with what was made and done in the window."""
    measures: list[Measure] = []
    replayed: dict[str, Cell] = {}
    for number, target in enumerate(TARGETS):
        asked.progress(number, len(TARGETS), THINGS[target])
        replayed[THINGS[target]] = rule_subjects.number(session, asked, target)
        measures += _measures(session, asked, target)
    asked.progress(len(TARGETS), len(TARGETS), "moderation")
    return Report(replayed, tuple(measures), limits=LIMITS)


def _measures(session: Session, asked: Rehearsing, target: Target) -> list[Measure]:
    tallied = {action: Tallied(asked.hidden_below) for action in ACTIONS if action in DONE_WITH[target]}
    for one in rule_subjects.subjects(session, asked, target):
        before, after = _actions(asked, target, one)
        for action in {before, after} - {None}:
            kept = tallied[cast(Action, action)]
            kept.add(one.author_id, before=before == action, after=after == action)
    return [
        Measure(f"{THINGS[target]}_{action}", _so_done(target, action), *WORDS[action], kept.change)
        for action, kept in tallied.items()
        if kept.before.value or kept.gained.value
    ]


def _so_done(target: Target, action: Action) -> str:
    """Return what a measure counts: the things with which this is done."""
    return f"{THINGS[target]} {WORDS[action][1]}"


def _actions(asked: Rehearsing, target: Target, one: Subject) -> tuple[Action | None, Action | None]:
    """Return what the rules in force do with a thing, and those of the patch; its text is read once."""
    today = one.made_at.astimezone(UTC).date()
    before, after = (ruleset(book, one.guild, target) for book in (asked.before, asked.after))
    known = before.known(one.facts)
    same = before.looked_for == after.looked_for
    return (
        _weightiest(before, known, one, one.again[0], today),
        _weightiest(after, known if same else after.known(one.facts), one, one.again[1], today),
    )


def _weightiest(
    rules: Ruleset, known: dict[str, Any], one: Subject, again: Sequence[Again], today: date
) -> Action | None:
    """Return the weightiest of what rules do with a thing when it is made, and when labels ask again."""
    if not rules.sources:
        return rules.action(known, today)
    done = [rules.action({**known, **rules.labels(one.said)}, today)]
    for asked in again:
        day = asked.at.astimezone(UTC).date()
        done.append(rules.action({**known, **rules.labels(asked.said)}, day, again=asked.slug))
    return max((action for action in done if action is not None), key=ACTIONS.index, default=None)
