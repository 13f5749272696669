"""A ruleset: the rules of one scope on one target, compiled once for each book and asked of everything.

Pure. Law 3: it is made of one book, and so of one snapshot. Law 13: what cannot be decided is told apart from
what does not hold; what it could not be decided for lies in the outcome.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from audience.moderation.label_rules import PREFIX, Missing
from audience.moderation.matching import Patterns, Words
from audience.moderation.rules import ACTIONS, MODERATION, Action, ModerationRules, Rule, Target, rule_clause
from audience.moderation.vocabulary import vocabulary
from coop.book import COOP, Book, guild_scope
from coop.cel.checker import check
from coop.cel.evaluation import Facts
from coop.cel.expression import Expression
from coop.cel.faults import ExpressionFault
from coop.cel.program import Program
from coop.cel.trace import Compared, trace


class Source(NamedTuple):
    """A labeller as rules ask it."""

    slug: str
    missing: Missing
    silent_after: timedelta
    """It cannot be heard any more once it has published nothing for so long."""


@dataclass(frozen=True, slots=True)
class Named:
    """A rule with its name and its condition."""

    name: str
    rule: Rule
    condition: Expression


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is acted on: a rule that holds for it, or that could not be decided."""

    name: str
    rule: Rule
    matched: list[Compared]
    """Every condition of the rule with what it was asked of."""
    undecided: str = ""
    """Why it could not be decided, where it could not."""
    asked: tuple[str, ...] = ()
    """The facts that it speaks of."""

    @property
    def clause(self) -> str:
        """The clause behind it."""
        return rule_clause(self.name)


class Ruleset:
    """The rules of a scope on a target."""

    def __init__(self, rules: ModerationRules, target: Target) -> None:
        schema = vocabulary(rules, target)
        self.rules: list[Named] = []
        self.broken: dict[str, str] = {}
        """Rules that a vote on something else broke since, with what is wrong: they ask nothing."""
        for name, rule in rules.rules.items():
            if target not in rule.on:
                continue
            try:
                condition = check(rule.when, schema, most=rules.limits.cost)
            except ExpressionFault as fault:
                self.broken[name] = fault.told(rule.when)
                continue
            if rule.gap is not None and rule.gap > rules.slowing.longest:
                self.broken[name] = "It slows for longer than /slowing/longest."
            else:
                self.rules.append(Named(name, rule, condition))
        self.facts = frozenset(fact for one in self.rules for fact in one.condition.facts)
        """What any of them speaks of: nothing else needs to be looked up."""
        self.slows = any(one.rule.then == "slow" and not one.rule.dry_run for one in self.rules)
        """Whether any of them slows whoever it holds for."""
        self.sources = {
            f"{PREFIX}{name}": Source(one.labeller, one.missing, rules.gardens.silent_after)
            for name, one in rules.labels.items()
            if f"{PREFIX}{name}" in self.facts
        }
        """By fact: the labellers that any of them speaks of."""
        self.asked_again = {
            source.slug: frozenset(
                one.name for one in self.rules if one.rule.then != "slow" and self._asks(one, source.slug)
            )
            for source in self.sources.values()
        }
        """By labeller: the rules that its later labels ask again. By then it is too late to slow anybody."""
        self._program = Program([one.condition for one in self.rules])
        self.looked_for = tuple(
            self._used(named, prefix)
            for named, prefix in (
                (rules.words, "words"),
                (rules.patterns, "patterns"),
                (rules.lists, "lists"),
            )
        )
        """The lists of words, the patterns and the lists of names that any of them speaks of, by name."""
        words, patterns, lists = self.looked_for
        self._words, self._patterns = Words(words), Patterns(patterns)
        self._lists = {f"lists.{name}": frozenset(entries) for name, entries in lists.items()}

    def _asks(self, one: Named, slug: str) -> bool:
        asked = (self.sources.get(fact) for fact in one.condition.facts)
        return any(source is not None and source.slug == slug for source in asked)

    def _used(self, named: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        return {name: one for name, one in named.items() if f"{prefix}.{name}" in self.facts}

    def known(
        self, facts: Facts, said: Mapping[Source, frozenset[str] | None] = MappingProxyType({})
    ) -> dict[str, Any]:
        """Return facts with what the lists and patterns make of their text, and what labellers ``said``."""
        found = {**facts, **self._lists}
        if self.sources:
            found.update(self.labels(said))
        if "text" in facts:
            words = self._words.held(facts["text"])
            patterns = self._patterns.matched(facts["text"])
            found.update({f"words.{name}": held for name, held in words.items()})
            found.update({f"patterns.{name}": matched for name, matched in patterns.items()})
        return found

    def labels(self, said: Mapping[Source, frozenset[str] | None]) -> dict[str, frozenset[str]]:
        """Return the facts that labellers make; one of whom nothing can be known is not among them."""
        told = {fact: said.get(source) for fact, source in self.sources.items()}
        return {fact: labels for fact, labels in told.items() if labels is not None}

    def causes(self, facts: Facts, today: date) -> list[Cause]:
        """Return every rule that holds for something, or cannot be decided, the weightiest first.

        ``facts`` are those of the vocabulary, without the lists of the policy; ``today`` is a day in UTC.
        """
        if not self.rules:
            return []
        known = self.known(facts)
        found = [
            Cause(one.name, one.rule, trace(one.condition, known), undecided, one.condition.facts)
            for one, undecided in self._asked(known, today)
        ]
        return weightiest_first(found)

    def action(self, known: Facts, today: date, *, again: str | None = None) -> Action | None:
        """Return what the weightiest of those rules does that are not only tried; None where none holds.

        ``known`` is what :meth:`known` returns, of this ruleset or of one that looks for the same. Where a
        labeller of some slug asks ``again``, only those that speak of it are asked.
        """
        if not self.rules:
            return None
        asked = self._asked(known, today)
        if again is not None:
            asked = [one for one in asked if one[0].name in self.asked_again.get(again, ())]
        done = ["hold" if undecided else one.rule.then for one, undecided in asked if not one.rule.dry_run]
        return max(done, key=ACTIONS.index) if done else None

    def _asked(self, known: Facts, today: date) -> list[tuple[Named, str]]:
        """Return the rules that hold, or could not be decided, with why not."""
        outcome = self._program.ask(known)
        if not outcome.holding and not outcome.undecided:
            return []
        return [
            (self.rules[place], outcome.undecided.get(place, ""))
            for place in [*outcome.holding, *outcome.undecided]
            if _in_time(self.rules[place].rule, today)
        ]

    def again(self, slug: str, today: date) -> frozenset[str]:
        """Return the names of the rules that a later label of a labeller asks again on a day, in UTC."""
        names = self.asked_again.get(slug, frozenset())
        return frozenset(one.name for one in self.rules if one.name in names and _in_time(one.rule, today))


def _in_time(rule: Rule, today: date) -> bool:
    return rule.expires is None or today <= rule.expires


def weightiest_first(causes: Iterable[Cause]) -> list[Cause]:
    """Return causes in the order of what they ask for, and of their names."""
    return sorted(causes, key=lambda cause: (-ACTIONS.index(action_of(cause)), cause.name))


def action_of(cause: Cause) -> Action:
    """Return what a cause asks for: what could not be decided is held (law 13)."""
    return "hold" if cause.undecided else cause.rule.then


def scope_of(book: Book, guild: str | None) -> str:
    """Return the scope whose rules bind what is made in a guild (its slug): its own, where it holds any."""
    scope = COOP if guild is None else guild_scope(guild)
    return scope if book.policy(MODERATION, scope) is not None else COOP


def ruleset(book: Book, guild: str | None, target: Target) -> Ruleset:
    """Return the rules that bind what is made in a guild (its slug), or in none."""
    scope = scope_of(book, guild)
    return book.derived(
        ("moderation", scope, target),
        lambda: Ruleset(book.rules(MODERATION, ModerationRules, scope), target),
    )
