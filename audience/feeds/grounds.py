"""Grounds: the clauses that an explanation rests on, so that each number in it can be looked up.

Pure. Law 1: there is no number in a score that is not one of these clauses, a position that a member chose
within them, or a fact.
"""

from collections.abc import Iterator, Mapping

from audience.feeds.explanation import Explanation
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, SlotName, slot_clause
from coop.book import Book
from coop.policy_text import leaves

MAY_TAKE: Mapping[SlotName, str] = {"discovery": "/discovery/viewers", "bridging": "/bridging/least"}
"""By slot: the clause that says whose posts it is open to."""


def grounds(book: Book, recipe: Recipe, made: Explanation) -> list[str]:
    """Return the pointers, in the coop's ``feeds`` policy, of all clauses that an explanation rests on.

    The weights first, in the order of ``made.weighings``; then how far the sliders that are turned reach, and
    the numbers inside the signals that add anything; last the places that brought the post, and who may take
    them.
    """
    found = [one.clause for one in made.weighings.values()]
    found += [clause for one in made.weighings.values() if one.slider for clause in one.range_clauses]
    policy = book.policy(FEEDS)
    clauses = {} if policy is None else leaves(policy.data)
    for term in made.terms:
        found += _inside(term.signal, recipe.name, clauses)
    if made.slot is not None:
        found += [slot_clause(recipe.name, made.slot), MAY_TAKE[made.slot]]
    return found


def _inside(signal: str, profile: str, clauses: Mapping[str, object]) -> Iterator[str]:
    """Yield the clauses that say how a signal is measured; ``fresh`` is by the profile's own half-life."""
    if signal == "fresh":
        yield f"/profiles/{profile}/half_life"
    yield from (clause for clause in clauses if clause.startswith(f"/signals/{signal}/"))
