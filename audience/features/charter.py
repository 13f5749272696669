"""The charter of features: what no vote can pass, because nobody could be held to it.

Pure. Law 13: a condition that does not parse, mixes types, speaks of what is not measured or could cost too
much is refused when it is proposed, with the place in its text. So is a feature that nothing in the platform
asks for, and one that nobody could ever gain.
"""

from collections.abc import Iterator, Mapping

from audience.features.conditions import CONDITIONS, GRANT, KEEP, LOSE
from audience.features.ranges import ranges
from audience.features.vocabulary import VOCABULARY
from coop.cel.checker import check
from coop.cel.expression import Expression
from coop.cel.faults import ExpressionFault
from coop.clauses import bounds_of_nothing
from coop.errors import Fault
from coop.feature_rules import FeatureRules, Terms, clause_of, vote_clause
from coop.features import FEATURES_KNOWN, Known
from coop.holdings import HOLDERS, Holder


def feature_charter(rules: FeatureRules) -> list[Fault]:
    """Return everything that a features policy could not be carried out by."""
    return [*bounds_of_nothing(rules), *_features(rules), *_votes(rules)]


def _features(rules: FeatureRules) -> Iterator[Fault]:
    for name, feature in rules.features.items():
        known = FEATURES_KNOWN.get(name)
        if known is None:
            names = ", ".join(FEATURES_KNOWN)
            yield Fault(f"/features/{name}", f"Nothing asks for this feature. There are: {names}.")
            continue
        for holder in HOLDERS:
            terms = feature.terms(holder)
            if terms is not None:
                yield from _terms(known, holder, terms, rules.limits.cost)


def _terms(known: Known, holder: Holder, terms: Terms, cost: int) -> Iterator[Fault]:
    if holder not in known.holders:
        held_by = " or ".join(f"a {one}" for one in known.holders)
        yield Fault(f"/features/{known.name}/{holder}", f"This feature is held by {held_by} alone.")
        return
    yield from _budget(known, holder, terms)
    yield from _at_once(known, holder, terms)
    found: dict[str, Expression] = {}
    for clause in CONDITIONS:
        text = getattr(terms, clause)
        try:
            if text is not None:
                found[clause] = check(text, VOCABULARY[holder], most=cost)
        except ExpressionFault as fault:
            yield Fault(clause_of(known.name, holder, clause), fault.told(text))
    if {GRANT, KEEP} <= found.keys():
        yield from _never(known, holder, found)


def _budget(known: Known, holder: Holder, terms: Terms) -> Iterator[Fault]:
    at, unit = clause_of(known.name, holder, "budget"), known.unit if holder == "guild" else None
    if unit is None and terms.budget is not None:
        yield Fault(at, "Nothing counts a budget of this: leave it out.")
    elif unit is not None and terms.budget is None:
        yield Fault(at, f"This is used up in {unit}: say how many a guild has, and for how long.")
    elif terms.budget is not None and terms.budget.unit != unit:
        yield Fault(f"{at}/unit", f"What is counted here is {unit}.")


def _at_once(known: Known, holder: Holder, terms: Terms) -> Iterator[Fault]:
    if terms.at_once is None:
        return
    at, unit = clause_of(known.name, holder, "at_once"), known.at_once if holder == "guild" else None
    if unit is None:
        yield Fault(at, "Nothing counts how many of this are open at once: leave it out.")
    elif terms.at_once.unit != unit:
        yield Fault(f"{at}/unit", f"What is counted here is {unit}.")


def _never(known: Known, holder: Holder, found: Mapping[str, Expression]) -> Iterator[Fault]:
    """Yield that a feature could never be gained, as far as its comparisons show."""
    wanted = [(found[GRANT].root, True), (found[KEEP].root, True)]
    if LOSE in found:
        wanted.append((found[LOSE].root, False))
    for name, left in ranges(*wanted).items():
        if left.empty:
            detail = (
                f"Nobody could ever gain this: what it takes and what keeps it leave no number for {name}."
            )
            yield Fault(clause_of(known.name, holder, GRANT), detail)


def _votes(rules: FeatureRules) -> Iterator[Fault]:
    for name in rules.held:
        feature = rules.features.get(name)
        if feature is None or feature.guild is None:
            yield Fault(vote_clause(name), "No guild can hold this, so there is nothing to vote on.")
