"""Conditions: the terms of every feature for one kind of holder, compiled once for each book.

Pure. Law 13: a condition that has no value for some numbers does not hold; one that a later version of the
platform could not ask any more leaves every holding of its feature as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from audience.features.vocabulary import VOCABULARY
from coop.book import Book
from coop.cel.checker import check
from coop.cel.expression import Expression
from coop.cel.faults import ExpressionFault
from coop.cel.program import Program
from coop.feature_rules import FEATURES, FeatureRules, Terms
from coop.feature_state import Met
from coop.holdings import Holder

GRANT, KEEP, LOSE = "grant_when", "keep_when", "lose_when"
CONDITIONS = (GRANT, KEEP, LOSE)
"""The clauses of terms that are conditions."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The terms of one feature."""

    terms: Terms
    by_clause: Mapping[str, Expression]
    """By the name of the clause; ``lose_when`` only where there is one."""


class FeatureConditions:
    """The terms of every feature that one kind of holder may hold."""

    def __init__(self, rules: FeatureRules, holder: Holder) -> None:
        self.offered: dict[str, Terms] = {}
        """Those of all that the policy offers to such a holder."""
        self.asked: dict[str, Conditions] = {}
        """Of these, those whose conditions can be asked."""
        for name, feature in rules.features.items():
            terms = feature.terms(holder)
            if terms is not None:
                self.offered[name] = terms
                try:
                    self.asked[name] = Conditions(terms, compiled(terms, holder))
                except ExpressionFault:
                    continue
        self._places = [(name, clause) for name, one in self.asked.items() for clause in one.by_clause]
        self._program = Program([self.asked[name].by_clause[clause] for name, clause in self._places])

    def met(self, facts: Mapping[str, int]) -> dict[str, Met]:
        """Return what of each feature's terms holds for somebody's numbers."""
        holding = {self._places[place] for place in self._program.ask(facts).holding}
        return {
            name: Met((name, GRANT) in holding, (name, KEEP) in holding, (name, LOSE) in holding)
            for name in self.asked
        }


def compiled(terms: Terms, holder: Holder, most: int | None = None) -> dict[str, Expression]:
    """Return the conditions of some terms by their clause.

    Raise ExpressionFault where one cannot be asked of such a holder, or could take more than ``most`` steps.
    """
    written = {clause: getattr(terms, clause) for clause in CONDITIONS}
    return {
        clause: check(text, VOCABULARY[holder], most=most)
        for clause, text in written.items()
        if text is not None
    }


def conditions(book: Book, holder: Holder) -> FeatureConditions:
    """Return the terms in force for one kind of holder."""
    return book.derived(
        ("feature conditions", holder),
        lambda: FeatureConditions(book.rules(FEATURES, FeatureRules), holder),
    )
