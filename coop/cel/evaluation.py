"""Evaluation: what an expression comes to for some facts, step by step, exactly as CEL defines it.

Pure. ``&&`` and ``||`` take no account of an error where another part decides, whichever comes first. A fact
that is missing is an error of that kind: a rule that does not depend on it is decided all the same (law 13).
"""

from collections.abc import Mapping
from typing import Any

from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.faults import Undecided
from coop.cel.syntax import AND, NOT, TERNARY

Facts = Mapping[str, Any]
"""What is known, by name; the types are those of the schema. What is not known is left out."""


def value(part: Part, facts: Facts) -> Any:
    """Return what a part comes to; raise Undecided where it has no value."""
    match part:
        case Const(value=found):
            return found
        case FactOf(name=name):
            if name not in facts:
                raise Undecided(f"{name} is not known.")
            return facts[name]
        case Apply(overload=overload, args=args):
            return overload.run(*[value(one, facts) for one in args])
        case Logic():
            return _logic(part, facts)


def _logic(part: Logic, facts: Facts) -> Any:
    if part.function == NOT:
        return not value(part.args[0], facts)
    if part.function == TERNARY:
        asked, yes, no = part.args
        return value(yes if value(asked, facts) else no, facts)
    deciding = part.function != AND
    missing: Undecided | None = None
    for one in part.args:
        try:
            if value(one, facts) is deciding:
                return deciding
        except Undecided as error:
            missing = missing or error
    if missing is not None:
        raise missing
    return not deciding
