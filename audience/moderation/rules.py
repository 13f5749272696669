"""What the policy ``moderation`` may say: rules that posts, replies and members are held against.

Pure. Law 1: what is flagged, and what is done about it, are clauses. A guild adds rules of its own for what
is made in it; it never changes one of the coop's.
"""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from audience.clauses import Bounds
from audience.moderation.case_rules import CaseRules
from coop.clauses import Clauses, Duration

MODERATION = "moderation"

Target = Literal["post", "reply"]
"""What a rule is asked of."""
TARGETS: tuple[Target, ...] = ("post", "reply")

Action = Literal["label", "collapse", "unfeed", "narrow", "hold", "remove"]
"""What is done.

``label``: says something of it. ``collapse``: shows it folded, with the reason. ``unfeed``: no feed offers
it; it stays where its author, its guild and its topics are read. ``narrow``: only whoever follows its author
or is named in it sees it; juries do this, and no rule. ``hold``: only its author sees it, for as long as
``/holds/longest`` says. ``remove``: only its author sees it, unless an appeal brings it back.
"""
ACTIONS: tuple[Action, ...] = ("label", "collapse", "unfeed", "narrow", "hold", "remove")
"""The mildest first."""
RULED: tuple[Action, ...] = tuple(one for one in ACTIONS if one != "narrow")
"""What rules may do."""
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


class Rule(Clauses):
    """One rule."""

    about: str = Field(min_length=1, max_length=300)
    """What it is for, in words that whoever is acted on reads."""
    on: list[Target] = Field(min_length=1, max_length=len(TARGETS))
    when: str = Field(min_length=1, max_length=2000)
    """A condition in CEL over the facts of every target; see docs/moderation.md."""
    then: Action
    """One of ``RULED``."""
    label: Name | None = None
    """What a label says."""
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
        if self.then == "unfeed" and self.on != ["post"]:
            raise ValueError("Feeds offer posts alone")
        if self.then not in RULED:
            raise ValueError("Juries narrow, by grounds; a rule cannot")
        if (self.then == "label") is (self.label is None):
            raise ValueError("A rule that labels, and no other, names its label")
        if self.override and self.then not in OVERRIDABLE:
            raise ValueError(f"Readers cannot undo this: {self.then}")
        if len(set(self.on)) != len(self.on):
            raise ValueError("It names a target twice")
        return self


class ModerationRules(CaseRules):
    """The moderation policy."""

    limits: Limits
    holds: Holds
    words: dict[FactName, list[str]] = Field(default_factory=dict)
    """Lists of words: ``words.NAME`` is the list of those that a text holds."""
    patterns: dict[FactName, str] = Field(default_factory=dict)
    """Patterns of RE2: ``patterns.NAME`` says whether a text matches one."""
    lists: dict[FactName, list[str]] = Field(default_factory=dict)
    """Lists of names, such as hosts, to be looked for: ``lists.NAME``."""
    rules: dict[Name, Rule] = Field(default_factory=dict)
    bounds: Bounds = Field(default_factory=Bounds)


def rule_clause(name: str) -> str:
    """Return the pointer of a rule's condition, which stands for the whole rule in a receipt."""
    return f"/rules/{name}/when"
