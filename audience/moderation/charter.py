"""The charter of moderation: what no vote can pass, because nothing could be decided by it.

Pure. Law 13: a rule that does not parse, mixes types, speaks of what is not known or could cost too much is
refused when it is proposed, with the place in its text, so no vote can put one in force.
"""

from collections.abc import Iterator, Mapping, Sequence

from audience.moderation.heat_rules import HEAT_ORDERS, milder_when_hotter
from audience.moderation.label_rules import PREFIX
from audience.moderation.matching import bare
from audience.moderation.rules import OVERRIDABLE, ModerationRules, Rule, rule_clause
from audience.moderation.vocabulary import vocabulary
from coop.cel.checker import check
from coop.cel.faults import ExpressionFault
from coop.cel.patterns import compiled
from coop.clauses import as_text
from coop.errors import Fault
from coop.policy_text import leaves, token

OPEN_TO_GUILDS = ("/rules", "/words", "/patterns", "/lists", "/labels", "/grounds")
"""The tables to which guilds may be let add entries."""


def moderation_charter(rules: ModerationRules) -> list[Fault]:
    """Return everything that a moderation policy could not be carried out by."""
    return [
        *_number(rules),
        *_labellers(rules),
        *_entries(rules),
        *_patterns(rules),
        *_conditions(rules),
        *_gaps(rules),
        *milder_when_hotter(rules.heat),
        *_bounds(rules),
    ]


def _number(rules: ModerationRules) -> Iterator[Fault]:
    if len(rules.rules) > rules.limits.rules:
        yield Fault(
            "/rules", f"There are {len(rules.rules)} rules, and /limits/rules allows {rules.limits.rules}."
        )


def _labellers(rules: ModerationRules) -> Iterator[Fault]:
    most = rules.labelled.labellers
    if len(rules.labels) > most:
        yield Fault(
            "/labels", f"It names {len(rules.labels)} labellers, and /labelled/labellers allows {most}."
        )


def _entries(rules: ModerationRules) -> Iterator[Fault]:
    most = rules.limits.entries
    named: tuple[tuple[str, Mapping[str, Sequence[str]]], ...] = (
        ("words", rules.words),
        ("lists", rules.lists),
    )
    for table, lists in named:
        for name, entries in lists.items():
            at = f"/{table}/{name}"
            if len(entries) > most:
                yield Fault(at, f"It has {len(entries)} entries, and /limits/entries allows {most}.")
            empty = [one for one in entries if not (bare(one) if table == "words" else one.strip())]
            if empty:
                yield Fault(at, f"“{empty[0]}” looks for nothing.")
            elif len(set(entries)) != len(entries):
                yield Fault(at, "An entry stands in it twice.")


def _patterns(rules: ModerationRules) -> Iterator[Fault]:
    for name, pattern in rules.patterns.items():
        try:
            compiled(pattern)
        except ExpressionFault as fault:
            yield Fault(f"/patterns/{name}", fault.detail)


def _conditions(rules: ModerationRules) -> Iterator[Fault]:
    for name, rule in rules.rules.items():
        for target in rule.on:
            try:
                found = check(rule.when, vocabulary(rules, target), most=rules.limits.cost)
            except ExpressionFault as fault:
                yield Fault(rule_clause(name), f"On a {target}: {fault.told(rule.when)}")
                break
            if any(fact.startswith(PREFIX) for fact in found.facts):
                yield from _by_labels(name, rule)
                break


def _by_labels(name: str, rule: Rule) -> Iterator[Fault]:
    """Yield what a rule may not do that rests on what a labeller says."""
    if rule.then == "remove":
        detail = "What a labeller says removes nothing: hold it, and a jury looks; or fold it."
        yield Fault(f"/rules/{name}/then", detail)
    if rule.then in OVERRIDABLE and not rule.override:
        detail = "What a labeller says hides nothing that a member chose to see: set override = true."
        yield Fault(f"/rules/{name}/override", detail)


def _gaps(rules: ModerationRules) -> Iterator[Fault]:
    longest = rules.slowing.longest
    for name, rule in rules.rules.items():
        if rule.gap is not None and rule.gap > longest:
            detail = f"Nobody is slowed for more than {as_text(longest)}, which is /slowing/longest."
            yield Fault(f"/rules/{name}/gap", detail)


def _bounds(rules: ModerationRules) -> Iterator[Fault]:
    known = leaves(rules.model_dump(exclude={"bounds"}))
    for clause in rules.bounds.coop:
        if clause not in known:
            yield Fault(f"/bounds/coop/{token(clause)}", "There is no such clause to set bounds to.")
    for clause, bound in rules.bounds.guild.items():
        if clause in HEAT_ORDERS and bound.own is None:
            continue
        if clause not in OPEN_TO_GUILDS or bound.own is None:
            tables = ", ".join(OPEN_TO_GUILDS)
            detail = (
                f"A guild adds entries of its own, with own = true, to these alone: {tables}; and is stricter"
                " with what a warm or a hot thread asks."
            )
            yield Fault(f"/bounds/guild/{token(clause)}", detail)
