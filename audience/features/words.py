"""Words for conditions: what would have to change for one to hold, in sentences about one's own numbers.

Pure. ``reach <= 4500`` for a reach of 4,800 reads "people who opened any post: at most 4,500 (now 4,800)".
"""

from collections.abc import Mapping

from audience.features.ranges import NEGATED
from coop.cel.evaluation import value
from coop.cel.expression import Apply, Const, Expression, FactOf, Logic, Part
from coop.cel.faults import Undecided
from coop.cel.syntax import AND, NOT, OR
from coop.cel.types import Schema

SAID = {
    "_<_": "fewer than {}",
    "_<=_": "at most {}",
    "_>_": "more than {}",
    "_>=_": "at least {}",
    "_==_": "exactly {}",
    "_!=_": "anything but {}",
}
"""How a comparison with a number is said."""


def missing(expression: Expression, facts: Mapping[str, int], schema: Schema) -> list[str]:
    """Return what has to become so for a condition to hold, one entry each; none where it holds already.

    ``schema`` says what each number means.
    """
    return _missing(expression.root, True, expression.text, facts, schema)


def whole(expression: Expression, schema: Schema) -> str:
    """Return a condition: "people who opened any post, at most 4,500"; ``schema`` says what numbers mean."""
    return _whole(expression.root, True, expression.text, schema)


def compared(part: Part) -> tuple[str, str, int] | None:
    """Return which metric a condition compares, how and with what; None where it does something else."""
    match part:
        case Apply(overload=overload, args=(FactOf(name=name), Const(value=int() as number))) if (
            overload.name in SAID
        ):
            return name, overload.name, number
    return None


def said(part: Part) -> str:
    """Return how a condition compares a metric, and with what: "at least 28"; empty where it does not."""
    found = compared(part)
    return "" if found is None else SAID[found[1]].format(f"{found[2]:,}")


def _whole(part: Part, wanted: bool, text: str, schema: Schema) -> str:
    """Return what holds where a condition comes out as wanted."""
    if isinstance(part, Logic) and part.function == NOT:
        return _whole(part.args[0], not wanted, text, schema)
    if isinstance(part, Logic) and part.function in (AND, OR):
        each = [_whole(one, wanted, text, schema) for one in part.args]
        if part.function != (AND if wanted else OR):
            return "; or else ".join(each)
        return " and ".join(f"({one})" if "; or else " in one else one for one in each)
    found = compared(part)
    if found is None:
        return f"{'' if wanted else 'not '}{text[part.start : part.end]}"
    name, function, number = found
    return f"{schema[name].meaning}, {SAID[function if wanted else NEGATED[function]].format(f'{number:,}')}"


def _missing(part: Part, wanted: bool, text: str, facts: Mapping[str, int], schema: Schema) -> list[str]:
    """Return what has to become so for a condition to come out as wanted."""
    if _came(part, facts) is wanted:
        return []
    if isinstance(part, Logic) and part.function == NOT:
        return _missing(part.args[0], not wanted, text, facts, schema)
    if isinstance(part, Logic) and part.function in (AND, OR):
        each = [_missing(one, wanted, text, facts, schema) for one in part.args]
        if part.function == (AND if wanted else OR):
            return [said for one in each for said in one]
        return [" or else ".join(" and ".join(one) for one in each)]
    found = compared(part)
    if found is None:
        return [f"this has {'to hold' if wanted else 'not to hold'}: {text[part.start : part.end]}"]
    name, function, number = found
    said = SAID[function if wanted else NEGATED[function]].format(f"{number:,}")
    return [f"{schema[name].meaning}: {said} (now {facts[name]:,})"]


def _came(part: Part, facts: Mapping[str, int]) -> bool | None:
    try:
        return bool(value(part, facts))
    except Undecided:
        return None
