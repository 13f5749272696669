"""What the policy ``moderation`` may say: rules that what members make and do is held against.

Pure. Law 1: what is flagged, and what is done about it, are clauses. A guild adds rules of its own for what
is made in it; it never changes one of the coop's.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from audience.clauses import Bounds
from audience.gardens.rules import Gardens
from audience.moderation.case_rules import CaseRules
from audience.moderation.heat_rules import Heat
from audience.moderation.label_rules import Labelled, Trusted
from coop.clauses import Clauses, Duration

MODERATION = "moderation"

Target = Literal["post", "reply", "upload", "profile", "follow"]
"""What a rule is asked of.

``upload``: a picture, when a post or reply is about to show it, and what the rule does is done with that.
``profile``: a name or a text about oneself, when it is given or changed. ``follow``: beginning to follow.
"""
TARGETS: tuple[Target, ...] = ("post", "reply", "upload", "profile", "follow")

Action = Literal["slow", "label", "collapse", "unfeed", "narrow", "hold", "remove"]
"""What is done.

``slow``: leaves it as it is, and lets whoever did it do so again only after the rule's ``gap``. ``label``:
says something of it. ``collapse``: shows it folded, with the reason. ``unfeed``: no feed offers it; it stays
where its author, its guild and its topics are read. ``narrow``: only whoever follows its author or is named
in it sees it; juries do this, and no rule. ``hold``: only its author sees it, and what changes or follows
waits, for as long as ``/holds/longest`` says. ``remove``: only its author sees it, unless an appeal brings
it back.
"""
ACTIONS: tuple[Action, ...] = ("slow", "label", "collapse", "unfeed", "narrow", "hold", "remove")
"""The mildest first."""
DONE_WITH: Mapping[Target, frozenset[Action]] = {
    "post": frozenset({"slow", "label", "collapse", "unfeed", "hold", "remove"}),
    "reply": frozenset({"slow", "label", "collapse", "hold", "remove"}),
    "upload": frozenset({"label", "hold", "remove"}),
    "profile": frozenset({"label", "hold"}),
    "follow": frozenset({"slow", "hold"}),
}
"""By target: what a rule may do with it."""
OVERRIDABLE: frozenset[Action] = frozenset({"label", "collapse", "unfeed"})
"""What a reader may choose not to have done for them."""

_NAME = r"^[a-z][a-z0-9-]{0,39}$"
Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""Of a rule, a list or a label: letters, digits and hyphens."""
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a list that conditions speak of: letters, digits and underscores."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> date:
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise ValueError('A day is written "2027-03-31"')
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]


class Limits(Clauses):
    """How much rules may ask for."""

    rules: int = Field(ge=1, le=1000)
    """Of one scope."""
    cost: int = Field(ge=100, le=1_000_000)
    """Steps that one rule may take; a step is a fact, a call, or ten characters of a text that is read."""
    entries: int = Field(ge=1, le=100_000)
    """Words, or names, of one list."""


class Holds(Clauses):
    """What happens to what is held."""

    longest: Duration
    """Where nobody has decided by then, it is shown: doubt ends in favour of whoever wrote it."""
    followed_decide: bool
    """Whether whoever would be followed is told of a held follow, and may let it in or turn it away."""


class Slowing(Clauses):
    """What happens to whoever is slowed."""

    longest: Duration
    """No rule lets somebody wait longer than that before they may do it again."""


class Rule(Clauses):
    """One rule."""

    about: str = Field(min_length=1, max_length=300)
    """What it is for, in words that whoever is acted on reads."""
    on: list[Target] = Field(min_length=1, max_length=len(TARGETS))
    when: str = Field(min_length=1, max_length=2000)
    """A condition in CEL over the facts of every target; see docs/moderation.md."""
    then: Action
    label: Name | None = None
    """What a label says."""
    gap: Duration | None = None
    """How long whoever is slowed waits before they may do it again."""
    override: bool = False
    """Whether a reader may choose not to have it done for them."""
    notice: str = Field(default="", max_length=2000)
    """What its author is told besides the reasons."""
    appeal_days: int = Field(ge=1, le=365)
    """For so many days it can be appealed."""
    expires: Day | None = None
    """The last day on which it is asked."""
    dry_run: bool = False
    """Whether it only counts what it would do."""

    @model_validator(mode="after")
    def _says_what_it_does(self) -> Self:
        for target in self.on:
            if self.then not in DONE_WITH[target]:
                done = ", ".join(one for one in ACTIONS if one in DONE_WITH[target])
                raise ValueError(f"What is done with a {target} is one of {done}")
        if (self.then == "label") is (self.label is None):
            raise ValueError("A rule that labels, and no other, names its label")
        if (self.then == "slow") is (self.gap is None):
            raise ValueError("A rule that slows, and no other, says the gap")
        if self.override and self.then not in OVERRIDABLE:
            raise ValueError(f"Readers cannot undo this: {self.then}")
        if len(set(self.on)) != len(self.on):
            raise ValueError("It names a target twice")
        return self


class ModerationRules(CaseRules):
    """The moderation policy."""

    limits: Limits
    holds: Holds
    slowing: Slowing
    gardens: Gardens
    heat: Heat
    words: dict[FactName, list[str]] = Field(default_factory=dict)
    """Lists of words: ``words.NAME`` is the list of those that a text holds."""
    patterns: dict[FactName, str] = Field(default_factory=dict)
    """Patterns of RE2: ``patterns.NAME`` says whether a text matches one."""
    lists: dict[FactName, list[str]] = Field(default_factory=dict)
    """Lists of names, such as hosts, to be looked for: ``lists.NAME``."""
    labels: dict[FactName, Trusted] = Field(default_factory=dict)
    """Labellers that rules believe: ``labels.NAME`` is the list of what one says of a thing or its author."""
    labelled: Labelled
    rules: dict[Name, Rule] = Field(default_factory=dict)
    bounds: Bounds = Field(default_factory=Bounds)


def rule_clause(name: str) -> str:
    """Return the pointer of a rule's condition, which stands for the whole rule in a receipt."""
    return f"/rules/{name}/when"
