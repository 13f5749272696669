"""Types of clauses that the policies of this room share: caps, which of two is the stricter, guilds' bounds.

Pure. Those on video replies and sounds are read before there is any of these: what an author asks of
them, and what members are told of them, is bound already.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from coop.clauses import Bounds as Bounds
from coop.clauses import Clauses

OPEN: Literal["open"] = "open"
"""What a clause says that sets no limit."""

Cap = Annotated[int, Field(ge=1, le=1_000_000_000)] | Literal["open"]
"""A number of people or things, or no limit at all."""


def limit_of(cap: int | str) -> int | None:
    """Return a cap as a number, or None where it is open."""
    return None if isinstance(cap, str) else cap


def strictest(*limits: int | None) -> int | None:
    """Return the smallest of some limits, of which None sets none (law 8)."""
    set_ones = [limit for limit in limits if limit is not None]
    return min(set_ones) if set_ones else None


@dataclass(frozen=True, slots=True)
class Order:
    """Which of two values of a clause is the stricter; it stands beside the type of the clause.

    A clause that has one is asked of the guild in which a post is made, and of the coop: see
    ``strictness.py``. Any other is the coop's alone.
    """

    of: Callable[[Any], float]
    """The number that is the smaller the stricter a value is."""


def _length(limit: Any) -> float:
    if limit == OPEN:
        return float("inf")
    return limit.total_seconds() if isinstance(limit, timedelta) else float(limit)


LESS = Order(_length)
"""The less, or the shorter, the stricter; what is open sets no limit."""
MORE = Order(lambda value: -float(value))
"""The more the stricter."""


def listed(*values: str | bool) -> Order:
    """Return the order of some values that are listed with the strictest first."""
    return Order(lambda value: float(values.index(value)))


def orders(table: type[BaseModel], at: str = "") -> Iterator[tuple[str, Order]]:
    """Yield every clause that has an order of strictness: its JSON Pointer, below ``at``, and the order."""
    for name, field in table.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Clauses):
            yield from orders(inner, f"{at}/{name}")
        yield from ((f"{at}/{name}", one) for one in field.metadata if isinstance(one, Order))
