"""Hypothesis strategies of voting rules: most keep the charter, some go a little further than it allows."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st

from governance.rules import Block, Classes, ClassRules, Sponsors, VotingRules
from tests.governance.founding import founding_rules


def shares(low: int, high: int) -> st.SearchStrategy[Fraction]:
    """Shares in hundredths."""
    return st.integers(low, high).map(lambda hundredths: Fraction(hundredths, 100))


def hours(low: int, high: int) -> st.SearchStrategy[timedelta]:
    return st.integers(low, high).map(lambda number: timedelta(hours=number))


def class_rules(beyond: int) -> st.SearchStrategy[ClassRules]:
    """The rules of a class; ``beyond`` 1 lets each number cross its line."""
    return st.builds(
        ClassRules.model_construct,
        method=st.just("majority"),
        deliberate=hours(0, 22 * 24 + 48 * beyond),
        verify=hours(0, 22 * 24),
        vote=hours(1 - beyond, 22 * 24),
        timelock=hours(0, 22 * 24),
        floor=shares(0, 50 + beyond),
        min=st.integers(1, 50 + beyond),
        threshold=shares(51 - beyond, 90 + beyond),
        tenure=hours(0, 365 * 24 + beyond),
    )


def rules_of(ordinary: ClassRules, top: ClassRules, sponsors: Sponsors, block: Fraction) -> VotingRules:
    """Rules whose class D is at least as strict as the others, which share theirs."""
    threshold, floor = max(top.threshold, ordinary.threshold), max(top.floor, ordinary.floor)
    guarded = top.model_copy(update={"threshold": threshold, "floor": floor})
    return founding_rules().model_copy(
        update={
            "classes": Classes.model_construct(A=ordinary, B=ordinary, C=ordinary, D=guarded),
            "sponsors": sponsors,
            "block": Block.model_construct(threshold=max(block, threshold)),
        }
    )


def _rules(beyond: int) -> st.SearchStrategy[VotingRules]:
    sponsors = st.builds(
        Sponsors.model_construct,
        count=st.integers(1, 20 + beyond),
        share=shares(0, 10 + beyond),
        lapse=hours(1 - beyond, 90 * 24 + beyond),
    )
    return st.builds(rules_of, class_rules(beyond), class_rules(beyond), sponsors, shares(51, 95 + beyond))


voting_rules = _rules(0) | _rules(1)
