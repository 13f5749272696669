"""Cost: how many steps an expression takes at most, whatever it is asked of.

Pure. Reckoned as CEL's own estimate does (cel-go, ``checker/cost.go``): one step for a fact and for a call,
a tenth of a step for each character of a text that is read through, and for a pattern a quarter of its length
times that. A fact tells in its schema how large it can be.
"""

from math import ceil

from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.types import STRING, Schema

A_CHARACTER = 0.1
A_SIGN_OF_A_PATTERN = 0.25


def cost_of(part: Part, schema: Schema) -> int:
    """Return how many steps a part takes at most."""
    match part:
        case Const():
            return 0
        case FactOf():
            return 1
        case Logic():
            return sum(cost_of(one, schema) for one in part.args)
        case Apply():
            return sum(cost_of(one, schema) for one in part.args) + _call(part, schema)


def _call(part: Apply, schema: Schema) -> int:
    sizes = [size_of(one, schema) for one in part.args]
    match part.overload.name:
        case "matches":
            return ceil(sizes[0] * A_CHARACTER) * ceil(sizes[1] * A_SIGN_OF_A_PATTERN)
        case "contains":
            return ceil(sizes[0] * A_CHARACTER) * ceil(sizes[1] * A_CHARACTER)
        case "startsWith" | "endsWith":
            return ceil(sizes[1] * A_CHARACTER)
        case "sets.intersects":
            return min(sizes)
        case "_+_" if part.type == STRING:
            return ceil(sum(sizes) * A_CHARACTER)
        case _ if part.args[0].type == STRING and part.overload.name not in ("size", "@in"):
            return ceil(min(sizes) * A_CHARACTER)
    return 1


def size_of(part: Part, schema: Schema) -> int:
    """Return how many characters or entries a part has at most; 1 where it has none to count."""
    match part:
        case Const(value=str() | frozenset() as value):
            return max(1, len(value))
        case FactOf():
            return schema[part.name].most
        case Apply() if part.type == STRING:
            return sum(size_of(one, schema) for one in part.args)
        case Logic() if part.function == "_?_:_":
            return max(size_of(one, schema) for one in part.args[1:])
    return 1
