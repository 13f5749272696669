"""Strictness: of what a guild and the coop say on one matter, the stricter.

Pure. Law 8: the strictest of creator, guild and coop holds. Which of two values of a clause is the stricter
stands beside its type (``rules.py``), so whatever asks what binds the posts of a guild is told the stricter
for every clause that a guild may set, and the coop's for every other.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from audience.clauses import Order
from audience.rules import ORDERS
from coop.clauses import Clauses

Table = TypeVar("Table", bound=Clauses)


def stricter_of(own: Table, coop: Table, at: str = "", by: Mapping[str, Order] = ORDERS) -> Table:
    """Return the stricter of two tables of a policy, clause by clause; ``at`` is their pointer.

    ``by`` are the orders of its clauses, those of the audience policy where it is left out. Where both say
    the same, or no guild is asked, it is what ``coop`` says.
    """
    found: dict[str, Any] = {}
    for name in type(coop).model_fields:
        pointer, mine, theirs = f"{at}/{name}", getattr(own, name), getattr(coop, name)
        if isinstance(theirs, Clauses):
            found[name] = stricter_of(mine, theirs, pointer, by)
        elif is_stricter(pointer, mine, theirs, by):
            found[name] = mine
    return coop.model_copy(update=found)


def is_stricter(clause: str, mine: object, theirs: object, by: Mapping[str, Order] = ORDERS) -> bool:
    """Say whether what a guild says in a clause is stricter than what the coop does."""
    order = by.get(clause)
    return order is not None and order.of(mine) < order.of(theirs)
