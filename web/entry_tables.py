"""What the moderation policy is made of, as forms ask for it: rules, grounds, lists, patterns, labellers.

Pure. Bounds and choices are those of the types of the policy, or of the clauses that a hint names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from audience.moderation.case_rules import Ground
from audience.moderation.rules import MODERATION, ModerationRules, Rule
from coop.book import COOP, Book
from web.moderation_wording import ASKED_OF, BELIEVED, MAY_COME_TO, MAY_MEASURE, RULES_DO

How = Literal["line", "text", "lines", "ticks", "choice", "number", "minutes", "day", "yes", "condition"]
"""How a part is typed: a line or a text, texts one a line, boxes to tick, one of several, a whole number, so
many minutes, a day, a box for yes, or a condition."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an entry, as its form asks for it."""

    name: str
    """Key in the entry, and field of the form."""
    how: How
    label: str
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False
    bounds: Mapping[str, int] = field(default_factory=dict)
    """``maxLength``, ``minimum`` and ``maximum``, as far as the schema of the policy has them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the policy to which entries are added, as one scope may."""

    name: str
    one: str
    """What an entry is called."""
    many: str
    what: str
    """What entries are for, in a sentence."""
    names: str
    """How an entry may be called."""
    parts: tuple[Part, ...]
    hyphens: bool = True
    """Whether a name may hold hyphens; else it may hold underscores."""
    single: bool = False
    """Whether an entry is one value, that of its only part, and no table."""

    @property
    def first(self) -> str:
        """The part at which faults of the entry as a whole are told."""
        return next(
            (part.name for part in self.parts if part.name in ("then", "outcomes")), self.parts[0].name
        )


def _bounds(model: type[Rule] | type[Ground], name: str) -> dict[str, int]:
    said = model.model_json_schema()["properties"][name]
    return {key: said[key] for key in ("maxLength", "minimum", "maximum") if key in said}


_HYPHENS = "Small letters, digits and hyphens, a letter first: at most 40. It stays as it is."
_UNDERSCORES = "Small letters, digits and underscores, a letter first: at most 40. It stays as it is."
_LABEL = "Letters, digits and hyphens, such as hidden-link; readers see it."

TABLES: Mapping[str, Table] = {
    one.name: one
    for one in (
        Table(
            "rules",
            "rule",
            "Rules",
            "A condition, and what happens to whatever it holds for.",
            _HYPHENS,
            (
                Part("about", "line", "What it is for", "Whoever it acts on reads this.", needed=True,
                     bounds=_bounds(Rule, "about")),
                Part("on", "ticks", "What it is asked of", "", ASKED_OF, needed=True),
                Part("when", "condition", "When it holds", needed=True, bounds=_bounds(Rule, "when")),
                Part("then", "choice", "What is done then", "", RULES_DO, needed=True),
                Part("label", "line", "What its label says", f"Only for a rule that labels. {_LABEL}"),
                Part("gap", "minutes", "Minutes until they may do it again",
                     "Only for a rule that slows; at most {slowing} by /slowing/longest."),
                Part("override", "yes", "Readers may have it shown as if nothing had been said of it",
                     "Only for what is labelled, folded or left out of feeds."),
                Part("notice", "text", "What its author is told besides", "You may leave it empty.",
                     bounds=_bounds(Rule, "notice")),
                Part("appeal_days", "number", "Days in which it can be appealed", needed=True,
                     bounds=_bounds(Rule, "appeal_days")),
                Part("expires", "day", "The last day on which it is asked", "Left empty, it has no end."),
                Part("dry_run", "yes", "Only count what it would do", "It is kept, and nothing is done."),
            ),
        ),
        Table(
            "grounds",
            "ground",
            "Grounds",
            "A by-law that people judge by: what may be reported, and how far a jury may go.",
            _HYPHENS,
            (
                Part("about", "line", "What is not wanted", "Everybody reads this.", needed=True,
                     bounds=_bounds(Ground, "about")),
                Part("outcomes", "ticks", "What a jury may choose, besides leaving it as it is", "",
                     MAY_COME_TO, needed=True),
                Part("measures", "ticks", "What it may choose about whoever made it, besides nothing", "",
                     MAY_MEASURE),
                Part("label", "line", "What its label says",
                     f"Only for a ground on which a jury may put a label. {_LABEL}"),
                Part("claim", "yes", "It is about a right of one’s own",
                     "Then one report calls a jury by itself."),
            ),
        ),
        Table(
            "words",
            "word list",
            "Word lists",
            "Rules speak of words.NAME: those of the list that a text holds.",
            _UNDERSCORES,
            (Part("entries", "lines", "Words and phrases",
                  "One a line: whole words, whatever their case; * at an end stands for more letters. At most"
                  " {entries} by /limits/entries.", needed=True),),
            hyphens=False,
            single=True,
        ),
        Table(
            "patterns",
            "pattern",
            "Patterns",
            "Rules speak of patterns.NAME: whether a text matches it.",
            _UNDERSCORES,
            (Part("entries", "line", "The pattern", "A regular expression, as RE2 has them.", needed=True),),
            hyphens=False,
            single=True,
        ),
        Table(
            "lists",
            "list of names",
            "Lists of names",
            "Names to be looked for, such as hosts. Rules speak of lists.NAME.",
            _UNDERSCORES,
            (Part("entries", "lines", "Names", "One a line. At most {entries} by /limits/entries.",
                  needed=True),),
            hyphens=False,
            single=True,
        ),
        Table(
            "labels",
            "labeller that rules believe",
            "Labellers that rules believe",
            "Rules speak of labels.NAME: what it says of a thing or of its author.",
            _UNDERSCORES,
            (
                Part("labeller", "line", "The labeller", "Its slug, as in its address.", needed=True),
                Part("missing", "choice", "While it is not heard", "Left open: it says nothing.", BELIEVED),
            ),
            hyphens=False,
        ),
    )
}  # fmt: skip
"""The tables of the policy that have forms, by name."""

_OF_COOP_ALONE = ("profile", "follow")
"""Targets that no guild's rule is asked of."""


def rules_for(book: Book, scope: str) -> ModerationRules:
    """Return the rules that hold in a scope: the coop's, where it has no policy of its own."""
    holder = scope if book.policy(MODERATION, scope) is not None else COOP
    return book.rules(MODERATION, ModerationRules, holder)


def table_for(book: Book, scope: str, name: str) -> Table:
    """Return a table as a scope may add to it, its hints and choices as the clauses have them."""
    rules = rules_for(book, scope)
    known = {"slowing": rules.slowing.longest // timedelta(minutes=1), "entries": rules.limits.entries}
    bound = rules.bounds.guild.get(f"/{name}")
    without = () if bound is None else bound.without or ()
    kept_out = () if scope == COOP else (*without, *_OF_COOP_ALONE)
    parts = [
        replace(
            part,
            hint=part.hint.format(**known),
            choices={one: said for one, said in part.choices.items() if one not in kept_out},
        )
        for part in TABLES[name].parts
    ]
    return replace(TABLES[name], parts=tuple(parts))
