"""Condition: an expression as part of a query, with every value a parameter.

Pure. The query finds at least everything that the expression holds for, or has no value for. What SQL does
not reckon as CEL does (sums that may leave their range, numbers that are none, patterns) is taken to hold, so
whoever wants exactly those asks the expression of what was found. Most rules are said whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.syntax import AND, NOT, TERNARY
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Type

OPEN = "true"
"""The condition that leaves nothing out."""

_SQL_TYPES = {
    BOOL: "boolean",
    INT: "bigint",
    DOUBLE: "double precision",
    STRING: "text",
    DURATION: "interval",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL."""

    sql: str
    parameters: dict[str, Any]
    """By the names that stand in it."""
    exact: bool
    """Whether it finds nothing more, as far as every fact is known."""


def condition(root: Part, columns: Mapping[str, str], *, prefix: str = "cel") -> Condition:
    """Return the condition of an expression.

    ``columns`` says each fact in SQL, null where it is not known; one that it does not say is left open. The
    parameters are named with the prefix.
    """
    made = _Condition(columns, prefix)
    return Condition(made.holding(root, True), made.parameters, made.exact)


class _Condition:
    def __init__(self, columns: Mapping[str, str], prefix: str) -> None:
        self._columns = columns
        self._prefix = prefix
        self.parameters: dict[str, Any] = {}
        self.exact = True

    def holding(self, part: Part, wanted: bool) -> str:
        """Return what is so wherever a condition may come out as wanted."""
        if isinstance(part, Logic) and part.function == NOT:
            return self.holding(part.args[0], not wanted)
        if isinstance(part, Logic) and part.function == TERNARY:
            asked, yes, no = part.args
            holds, fails = self.holding(asked, True), self.holding(asked, False)
            # Where both may be so, it may be that neither can be said, and then nothing of the whole can.
            either = _all(holds, self.holding(yes, wanted)), _all(fails, self.holding(no, wanted))
            return _any(*either, _all(holds, fails))
        if isinstance(part, Logic):
            said = [self.holding(one, wanted) for one in part.args]
            return _all(*said) if (part.function == AND) is wanted else _any(*said)
        said_whole = self._value(part)
        if said_whole is None:
            self.exact = False
            return OPEN
        return f"coalesce({said_whole if wanted else f'NOT {said_whole}'}, true)"

    def _value(self, part: Part) -> str | None:
        """Return a part in SQL; None where SQL would reckon otherwise."""
        match part:
            case Const():
                return self._parameter(part)
            case FactOf(name=name):
                return self._columns.get(name)
            case Apply(overload=overload, args=args):
                said = [self._value(one) for one in args]
                if overload.sql is None or None in said:
                    return None
                return overload.sql.format(*said)
        return None

    def _parameter(self, part: Const) -> str:
        name = f"{self._prefix}{len(self.parameters)}"
        self.parameters[name] = sorted(part.value) if isinstance(part.value, frozenset) else part.value
        return f"CAST(:{name} AS {_sql_type(part.type)})"


def _sql_type(kind: Type) -> str:
    return _SQL_TYPES[kind] if kind.item is None else f"{_SQL_TYPES[kind.item]}[]"


def _all(*said: str) -> str:
    kept = [one for one in said if one != OPEN]
    return f"({' AND '.join(kept)})" if kept else OPEN


def _any(*said: str) -> str:
    return OPEN if OPEN in said else f"({' OR '.join(said)})"
