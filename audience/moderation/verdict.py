"""A verdict: what is done with something, by every rule that holds for it.

Pure. The weightiest rule says what happens. Every cause is kept as the rule read then, with the clause and
the version that it rests on and what matched: whoever is acted on can check it whatever is voted later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from audience.moderation.rules import ACTIONS, MODERATION, OVERRIDABLE, Action
from audience.moderation.ruleset import Cause, action_of
from audience.moderation.vocabulary import WRITTEN
from coop.book import Book
from coop.cel.trace import Compared
from coop.receipts import Citation


class Condition(TypedDict):
    """One condition of a rule, and how it came out."""

    text: str
    facts: dict[str, Any]
    """Without what somebody wrote (``vocabulary.WRITTEN``); durations in seconds, long lists shortened."""
    came: bool | None
    """None where it could not be said."""
    undecided: str


class Said(TypedDict):
    """A label that counted."""

    label: str
    edition: int
    """The first in which it stands."""
    of: str
    """``post`` or ``author``."""


class Cited(TypedDict):
    """A labeller that a rule asked, as it is kept with what was decided."""

    name: str
    """Under which the policy knows it."""
    labeller: str
    """Its slug."""
    edition: int | None
    """Its latest at that moment; None where it had published none."""
    scope: str
    clause: str
    version: int
    """Of the policy that names it."""
    proposal: str | None
    labels: list[Said]


By = Literal["rule", "jury", "steward"]
"""Who asked for what is done."""


class Kept(TypedDict):
    """A cause as it is kept with a decision."""

    by: By
    rule: str
    """Name of the rule; of the ground, where people decided."""
    about: str
    notice: str
    when: str
    then: Action
    """What it asked for: what could not be decided is held."""
    label: str | None
    gap_s: int | None
    """For how many seconds it slows; None where it does not."""
    until: str | None
    """Until when, ISO 8601; set once it is done, and None where it does not."""
    override: bool
    appeal_days: int
    undecided: str
    """Why the rule could not be decided, where it could not."""
    scope: str
    clause: str
    version: int
    sha256: str
    proposal: str | None
    """The vote behind the rule; None where it was founded."""
    matched: list[Condition]
    tally: dict[str, int]
    """How many jurors voted for what, where a jury decided."""
    labels: list[Cited]
    """The labellers that the rule asked."""


TOLD_TO_READERS = frozenset({"by", "about", "then", "label", "scope", "clause", "version", "proposal"})
"""What of a cause whoever reads the thing is told: what matched is for its author alone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with something."""

    action: Action
    labels: list[str]
    override: bool
    """Whether a reader may choose not to have it done for them: where every rule says so."""
    appeal_days: int
    causes: list[Kept]
    """The weightiest first."""

    def flag(self, decision_id: int) -> dict[str, Any] | None:
        """Return what whoever reads the thing is told of it: what, and by which clauses.

        That somebody is slowed is told to nobody but them: None where nothing else is done.
        """
        if self.action == "slow":
            return None
        return {
            "decision": str(decision_id),
            "action": self.action,
            "labels": self.labels,
            "override": self.override,
            "reasons": [
                {name: value for name, value in one.items() if name in TOLD_TO_READERS}
                for one in self.causes
                if one["then"] != "slow"
            ],
        }


def verdict(causes: Sequence[Kept]) -> Verdict | None:
    """Return what some causes come to; None where there are none."""
    if not causes:
        return None
    action = max((one["then"] for one in causes), key=ACTIONS.index)
    return Verdict(
        action=action,
        labels=sorted({one["label"] for one in causes if one["label"] is not None}),
        override=action in OVERRIDABLE and all(one["override"] for one in causes),
        appeal_days=max(one["appeal_days"] for one in causes),
        causes=list(causes),
    )


def slowed_until(causes: Sequence[Mapping[str, Any]]) -> datetime | None:
    """Return when whoever some kept causes slow may do it again; None where none of them slows."""
    return max((datetime.fromisoformat(one["until"]) for one in causes if one["until"]), default=None)


def timed(causes: Iterable[Kept], now: datetime) -> list[Kept]:
    """Return causes that take effect now, or stay: a pace that begins is told its end, one that is over goes.

    So a pace that stood beside something else ends when it would have, whatever became of that.
    """
    found: list[Kept] = []
    for one in causes:
        gap, until = one["gap_s"], one["until"]
        if one["then"] == "slow" and gap is not None and until is None:
            found.append({**one, "until": (now + timedelta(seconds=gap)).isoformat()})
        elif until is None or now < datetime.fromisoformat(until):
            found.append(one)
    return found


def kept(cause: Cause, book: Book, scope: str, labels: Mapping[str, list[Cited]]) -> Kept:
    """Return a cause as it is kept; ``scope`` is that of its ruleset, which may cite the coop's rules too.

    ``labels`` says by rule which labellers it asked.
    """
    receipt = _receipt(book, cause, scope)
    return {
        "by": "rule",
        "rule": cause.name,
        "about": cause.rule.about,
        "notice": cause.rule.notice,
        "when": cause.rule.when,
        "then": action_of(cause),
        "label": None if cause.undecided else cause.rule.label,
        "gap_s": _seconds(cause.rule.gap),
        "until": None,
        "override": cause.rule.override,
        "appeal_days": cause.rule.appeal_days,
        "undecided": cause.undecided,
        "scope": receipt.scope,
        "clause": receipt.clause,
        "version": receipt.version,
        "sha256": receipt.sha256,
        "proposal": receipt.proposal,
        "matched": [_condition(one) for one in cause.matched],
        "tally": {},
        "labels": labels.get(cause.name, []),
    }


def _seconds(gap: timedelta | None) -> int | None:
    return None if gap is None else int(gap.total_seconds())


def _receipt(book: Book, cause: Cause, scope: str) -> Citation:
    """Return the receipt of that clause of a rule which was set last: its condition, or what it does."""
    asks = book.cite(MODERATION, cause.clause, scope)
    policy = book.policy(MODERATION, asks.scope)
    blame = {} if policy is None else policy.blame
    parts = [clause for clause in blame if clause.startswith(f"/rules/{cause.name}/")]
    last = max(parts, key=lambda clause: (blame[clause], clause == cause.clause), default=cause.clause)
    return book.cite(MODERATION, last, asks.scope)


def _condition(compared: Compared) -> Condition:
    # What somebody wrote is theirs to take back: it is kept nowhere but with the thing itself.
    facts = {name: _as_json(value) for name, value in compared.facts.items() if name not in WRITTEN}
    return {"text": compared.text, "facts": facts, "came": compared.came, "undecided": compared.undecided}


LONGEST = 200
"""Entries of a list that are kept."""


def _as_json(value: Any) -> Any:
    """Return a fact as JSON has it."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return sorted(value)[:LONGEST] if isinstance(value, frozenset) else value
